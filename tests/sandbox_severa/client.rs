//! A client over the socket that checks every request it means well and every answer it gets.

use crate::contract::Contract;
use jiff::Timestamp;
use samband::sandbox::seed::{Size, seed};
use samband::sandbox::severa::{Clock, Options, Request, Response, Running, SeveraServer, World};
use serde_json::Value;
use std::sync::{Arc, Mutex};

/// A clock that stands still until it is moved.
#[derive(Clone)]
pub struct Hand(Arc<Mutex<Timestamp>>);

impl Hand {
    pub fn new() -> Hand {
        Hand(Arc::new(Mutex::new("2026-03-02T09:00:00Z".parse().unwrap())))
    }

    pub fn clock(&self) -> Clock {
        let time = Arc::clone(&self.0);
        Arc::new(move || *time.lock().unwrap())
    }

    pub fn forward(&self, milliseconds: i64) {
        let mut time = self.0.lock().unwrap();
        *time += jiff::SignedDuration::from_millis(milliseconds);
    }

    pub fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// Options without a rate limit.
pub fn free() -> Options {
    Options { rate_limit: None, ..Options::default() }
}

/// The story's world on a clock of its own.
pub fn story(hand: &Hand) -> World {
    seed(Size::Small, 1, hand.clock()).world
}

pub struct Client {
    pub running: Running,
    pub token: String,
    http: reqwest::Client,
    contract: Contract,
}

/// An answer, already checked against the document.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub next: Option<String>,
    pub retry: Option<String>,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|fault| panic!("{fault}: {}", self.text))
    }

    pub fn rows(&self) -> Vec<Value> {
        self.json().as_array().unwrap().clone()
    }

    /// Status, type and place of an error.
    pub fn error(&self) -> (u16, String, String) {
        let error = &self.json()["error"];
        let place = &error["details"][0]["location"];
        (self.status, error["type"].as_str().unwrap().to_owned(), place["name"].as_str().unwrap_or_default().to_owned())
    }
}

impl Client {
    pub async fn start(world: World, options: Options) -> Client {
        // Another test of this process may have been first.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let running = SeveraServer::start(world, options, "127.0.0.1:0").await.unwrap();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let mut client = Client { running, token: String::new(), http, contract: Contract::load() };
        let body = r#"{"client_Id":"sandbox","client_Secret":"sandbox-secret","grant_type":"client_credentials"}"#;
        let answer = client.call("POST", "/v1/token", Some(body)).await;
        client.token = answer.json()["access_token"].as_str().unwrap().to_owned();
        client
    }

    /// A request that keeps the contract.
    pub async fn call(&self, method: &str, target: &str, body: Option<&str>) -> Answer {
        let faults = self.contract.check_request(method, target, body);
        assert!(faults.is_empty(), "the test's request {method} {target} breaks the contract: {faults:#?}");
        self.wrong(method, target, body).await
    }

    /// A request that may break the contract; its answer must not.
    pub async fn wrong(&self, method: &str, target: &str, body: Option<&str>) -> Answer {
        let url = format!("{}{target}", self.running.url());
        let mut request = self.http.request(method.parse().unwrap(), url).header("Client_Id", "sandbox");
        if !self.token.is_empty() {
            request = request.header("Authorization", format!("Bearer {}", self.token));
        }
        if let Some(body) = body {
            request = request.header("Content-Type", "application/json").body(body.to_owned());
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let (next, retry, kind) = (header("NextPageToken"), header("Retry-After"), header("Content-Type"));
        let text = response.text().await.unwrap();
        if status != 501 {
            let faults = self.contract.check_answer(method, target, status, kind.as_deref(), &text);
            assert!(faults.is_empty(), "{method} {target} → {status}: {faults:#?}\n{text}");
        }
        Answer { status, next, retry, text }
    }

    pub async fn get(&self, target: &str) -> Answer {
        self.call("GET", target, None).await
    }
}

/// A request for `handle`.
pub fn request(method: &str, target: &str, token: &str, body: &str) -> Request {
    let header = |name: &str, value: String| (name.to_owned(), value);
    let mut headers = vec![header("Content-Type", "application/json".into())];
    if !token.is_empty() {
        headers.push(header("Authorization", format!("Bearer {token}")));
    }
    Request { method: method.into(), path_and_query: format!("/rest-api{target}"), headers, body: body.into() }
}

/// A token for all granted scopes, in process.
pub async fn token(server: &SeveraServer) -> String {
    let body = r#"{"client_id":"sandbox","client_secret":"sandbox-secret"}"#;
    let response: Response = server.handle(request("POST", "/v1/token", "", body)).await.unwrap();
    let answer: Value = serde_json::from_slice(&response.body).unwrap();
    answer["access_token"].as_str().unwrap().to_owned()
}
