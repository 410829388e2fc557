//! Tokens, scopes, the rate limit and faults on purpose.

use crate::client::{Client, Hand, free, request, story, token};
use samband::sandbox::severa::{Moment, Options, Outcome, Response, SeveraServer};
use std::sync::Arc;

#[tokio::test]
async fn a_token_is_given_for_the_right_credentials_only() {
    let hand = Hand::new();
    let client = Client::start(story(&hand), free()).await;
    let wrong = client.wrong("POST", "/v1/token", Some(r#"{"client_id":"sandbox","client_secret":"guess"}"#)).await;
    assert_eq!(wrong.error(), (401, "AuthenticationRequired".into(), String::new()));
    let scope =
        |scope: &str| format!(r#"{{"client_id":"sandbox","client_secret":"sandbox-secret","scope":"{scope}"}}"#);
    let ungranted = client.wrong("POST", "/v1/token", Some(&scope("customers:read files:read"))).await;
    assert_eq!(ungranted.status, 401);
    let given =
        client.call("POST", "/v1/token", Some(&scope("customers:read, users:read,hours:read projects:read"))).await;
    assert_eq!(given.json()["scope"], "customers:read hours:read projects:read users:read");
    assert_eq!(given.json()["access_token_expires_in"], 3600);
    let missing = client.wrong("POST", "/v1/token", Some(r#"{"client_id":"sandbox"}"#)).await;
    assert_eq!(missing.error(), (400, "InvalidParameter".into(), "client_secret".into()));
}

#[tokio::test]
async fn a_token_expires_and_can_be_refreshed_once() {
    let hand = Hand::new();
    let mut client = Client::start(story(&hand), free()).await;
    assert_eq!(client.get("/heartbeat/authorized").await.status, 204);
    let first =
        client.call("POST", "/v1/token", Some(r#"{"client_id":"sandbox","client_secret":"sandbox-secret"}"#)).await;
    hand.forward(3_600_000);
    assert_eq!(client.get("/v1/customers").await.error().0, 401);
    let refresh = first.json()["refresh_token"].to_string();
    let second = client.call("POST", "/v1/refreshtoken", Some(&refresh)).await;
    client.token = second.json()["access_token"].as_str().unwrap().into();
    assert_eq!(client.get("/v1/customers").await.status, 200);
    assert_eq!(client.wrong("POST", "/v1/refreshtoken", Some(&refresh)).await.status, 401);
    client.token.clear();
    assert_eq!(client.get("/v1/customers").await.status, 401);
    assert_eq!(client.get("/heartbeat/server").await.status, 200);
}

#[tokio::test]
async fn a_scope_is_needed_per_route() {
    let hand = Hand::new();
    let mut client = Client::start(story(&hand), free()).await;
    let body = r#"{"client_id":"sandbox","client_secret":"sandbox-secret","scope":"customers:read"}"#;
    client.token = client.call("POST", "/v1/token", Some(body)).await.json()["access_token"].as_str().unwrap().into();
    assert_eq!(client.get("/v1.0/customers").await.status, 200);
    let mut bare = request("GET", "/v1/customers", &client.token, "");
    bare.path_and_query = "/v1/customers".into();
    assert_eq!(client.running.server().handle(bare).await.unwrap().status, 404, "the base path belongs to the address");
    assert_eq!(client.get("/v1/projects").await.error().1, "InsufficientApiScope");
    assert_eq!(client.call("POST", "/v1/customers", Some(r#"{"name":"A"}"#)).await.error().0, 403);
}

#[tokio::test]
async fn the_eleventh_request_of_a_second_is_refused_and_a_second_later_it_is_not() {
    let hand = Hand::new();
    let client = Client::start(story(&hand), Options::default()).await;
    for _ in 0..9 {
        assert_eq!(client.get("/v1/currencies").await.status, 200);
    }
    let refused = client.get("/v1/currencies").await;
    assert_eq!(refused.status, 429);
    assert_eq!(refused.text, "API calls quota exceeded! maximum admitted 10 per 1s.");
    assert_eq!(refused.retry.as_deref(), Some("1"));
    hand.forward(1_000);
    assert_eq!(client.get("/v1/currencies").await.status, 200);
}

#[tokio::test]
async fn faults_strike_before_or_after_the_effect() {
    let hand = Hand::new();
    let hook = |trouble: samband::sandbox::severa::Trouble<'_>| match (trouble.moment, trouble.request.method.as_str())
    {
        (Moment::After, "POST") if trouble.request.path_and_query.ends_with("/customers") => Outcome::Drop,
        (Moment::Before, "PATCH") => Outcome::Answer(Response::text(503, "busy")),
        _ => Outcome::Pass,
    };
    let options = Options { fault: Some(Arc::new(hook)), ..free() };
    let server = SeveraServer::new(story(&hand), options);
    let token = token(&server).await;
    let before = server.world().count("customers");
    assert!(server.handle(request("POST", "/v1/customers", &token, r#"{"name":"Ny AS"}"#)).await.is_err());
    assert_eq!(server.world().count("customers"), before + 1, "it took effect before the connection was cut");
    let customer = server.world().list("customers").pop().unwrap();
    let guid = customer.get("guid").unwrap().as_text().unwrap().to_owned();
    let patch = r#"[{"op":"replace","path":"/name","value":"Gammel AS"}]"#;
    let answer = server.handle(request("PATCH", &format!("/v1/customers/{guid}"), &token, patch)).await.unwrap();
    assert_eq!(answer.status, 503);
    assert_eq!(server.world().get("customers", &guid).unwrap().get("name").unwrap().as_text(), Some("Ny AS"));
    assert!(!format!("{server:?}").contains("sandbox-secret"));
}
