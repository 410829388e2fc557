//! Lost replies, the quota and hostile answers, on a clock of their own.

use super::{all, select};
use samband::systems::severa::{Http, HttpFailure, HttpRequest, HttpResponse, Severa, SeveraConfig};
use samband::systems::{Clock, Create, ErrorKind, PartWrite, Secret, System, Update};
use samband::value::Value;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Answers from a list, on a clock that moves only when somebody sleeps.
struct Script {
    answers: Mutex<Vec<Result<HttpResponse, HttpFailure>>>,
    sent: Mutex<Vec<(jiff::Timestamp, &'static str, String)>>,
    clock: Arc<Slow>,
}

struct Slow(Mutex<jiff::Timestamp>);

#[async_trait::async_trait]
impl Clock for Slow {
    fn now(&self) -> jiff::Timestamp {
        *self.0.lock().unwrap()
    }

    async fn sleep(&self, duration: Duration) {
        let mut now = self.0.lock().unwrap();
        *now += duration;
    }
}

#[async_trait::async_trait]
impl Http for Script {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpFailure> {
        self.sent.lock().unwrap().push((self.clock.now(), request.method, request.url.clone()));
        if request.url.ends_with("/v1/token") {
            return Ok(answer(200, r#"{"access_token":"t","access_token_expires_in":3600}"#));
        }
        let mut answers = self.answers.lock().unwrap();
        if answers.is_empty() { Ok(answer(200, "[]")) } else { answers.remove(0) }
    }
}

fn answer(status: u16, body: &str) -> HttpResponse {
    HttpResponse { status, headers: Vec::new(), body: body.as_bytes().to_vec() }
}

fn scripted(answers: Vec<Result<HttpResponse, HttpFailure>>) -> (Severa, Arc<Script>) {
    let clock = Arc::new(Slow(Mutex::new("2026-11-23T08:00:00Z".parse().unwrap())));
    let script = Arc::new(Script { answers: Mutex::new(answers), sent: Mutex::default(), clock: clock.clone() });
    (Severa::new(SeveraConfig::new("http://severa/rest-api", "c", Secret::new("s")), script.clone(), clock), script)
}

fn customer(name: &str) -> Create {
    let values = vec![("name".to_owned(), Value::text(name))];
    Create {
        select: select("Customer", &["guid", "name"]),
        values,
        numbers: Vec::new(),
        identity: None,
        parts: Vec::new(),
        children: Vec::new(),
        joins: Vec::new(),
    }
}

#[tokio::test]
async fn a_lost_reply_to_a_post_is_unknown_and_never_sent_again() {
    for lost in [Err(HttpFailure::NoAnswer("timed out".to_owned())), Ok(answer(503, "busy")), Ok(answer(500, "broken"))]
    {
        let (mut adapter, script) = scripted(vec![lost]);
        let error = adapter.create(&customer("A")).await.expect_err("no reply");
        assert_eq!(error.kind, ErrorKind::Unknown);
        assert_eq!(
            script.sent.lock().unwrap().iter().filter(|(_, m, u)| *m == "POST" && u.ends_with("/customers")).count(),
            1
        );
    }
}

#[tokio::test]
async fn the_quotas_answer_is_waited_out_even_for_a_post() {
    let mut quota = answer(429, "API calls quota exceeded! maximum admitted 10 per 1s.");
    quota.headers.push(("retry-after".to_owned(), "3".to_owned()));
    let created = r#"{"guid":"39f9432a-a141-fcab-9142-8045bf8ed54a","name":"A"}"#;
    let (mut adapter, script) = scripted(vec![Ok(quota), Ok(answer(201, created))]);
    let row = adapter.create(&customer("A")).await.expect("created in the end");
    assert_eq!(row.values[1], Value::text("A"));
    let sent = script.sent.lock().unwrap();
    let posts: Vec<_> =
        sent.iter().filter(|(_, m, u)| *m == "POST" && u.ends_with("/customers")).map(|(at, ..)| *at).collect();
    assert!(posts[1].duration_since(posts[0]) >= jiff::SignedDuration::from_secs(3));
}

#[tokio::test]
async fn no_second_holds_more_than_ten_requests() {
    let (mut adapter, script) = scripted(Vec::new());
    let ids: Vec<String> = (0..60).map(|n| format!("39f9432a-a141-fcab-9142-8045bf8e{n:04}")).collect();
    adapter.fetch(&select("User", &["guid"]), &ids).await.expect("nobody");
    let times: Vec<jiff::Timestamp> = script.sent.lock().unwrap().iter().map(|(at, ..)| *at).collect();
    for window in times.windows(11) {
        assert!(window[10].duration_since(window[0]) >= jiff::SignedDuration::from_secs(1));
    }
}

#[tokio::test]
async fn hostile_answers_are_told_and_read_no_further() {
    let guid = r#""guid":"39f9432a-a141-fcab-9142-8045bf8ed54a""#;
    let cases = [
        ("<html>maintenance</html>".to_owned(), "not what Severa's document describes"),
        (format!("[{{{guid},\"name\":\"A\""), "not what Severa's document describes"),
        (format!("[{{{guid},\"number\":\"many\"}}]"), "cannot be understood"),
        ("[{\"name\":\"A\"}]".to_owned(), "has no guid"),
    ];
    for (body, expected) in cases {
        let (mut adapter, _) = scripted(vec![Ok(answer(200, &body))]);
        let error =
            all(&mut adapter, &select("Customer", &["guid", "name", "number"]), None).await.expect_err("it is hostile");
        assert_eq!(error.kind, ErrorKind::Answer);
        assert!(error.what.contains(expected), "{body}: {error}");
    }
    let page = |token: &str| {
        let mut page = answer(200, &format!("[{{{guid},\"name\":\"A\"}}]"));
        page.headers.push(("nextpagetoken".to_owned(), token.to_owned()));
        Ok(page)
    };
    let (mut adapter, _) = scripted((0..50).map(|n| page(&n.to_string())).collect());
    let error = all(&mut adapter, &select("Customer", &["guid", "name"]), None).await.expect_err("it never ends");
    assert!(error.what.contains("repeats a page"), "{error}");
}

#[tokio::test]
async fn a_contact_whose_detail_was_lost_is_answered_without_it() {
    let contact = r#"{"guid":"39f9432a-a141-fcab-9142-8045bf8ed54a","firstName":"Mika","lastName":"Laine"}"#;
    let types = r#"[{"guid":"7b2f432a-a141-fcab-9142-8045bf8ed54a","type":"EmailAddress","name":"E-mail"}]"#;
    let lost = || Err(HttpFailure::NoAnswer("timed out".to_owned()));
    let (mut adapter, script) = scripted(vec![Ok(answer(201, contact)), Ok(answer(200, types)), lost()]);
    let values =
        [("firstName", "Mika"), ("lastName", "Laine"), ("customer.guid", "11f9432a-a141-fcab-9142-8045bf8ed54a")];
    let detail =
        vec![("value".to_owned(), Value::text("m@x.example")), ("kind".to_owned(), Value::text("EmailAddress"))];
    let create = Create {
        select: select("ContactPerson", &["guid", "firstName", "communications"]),
        values: values.map(|(name, value)| (name.to_owned(), Value::text(value))).to_vec(),
        parts: vec![PartWrite { list: "communications".to_owned(), id: None, expect: Vec::new(), set: detail }],
        ..customer("")
    };
    let row = adapter.create(&create).await.expect("the contact itself is there");
    assert_eq!(row.values[2], Value::List(Vec::new()), "the engine sees what is missing");
    let posts = |path: &str| {
        let sent = script.sent.lock().unwrap();
        sent.iter().filter(|(_, method, url)| *method == "POST" && url.ends_with(path)).count()
    };
    assert_eq!((posts("/v1/contactpersons"), posts("/v1/contactcommunications")), (1, 1));

    // The same call for a contact that is there is the whole change's outcome.
    let none = || Ok(answer(200, "[]"));
    let (mut adapter, _) = scripted(vec![Ok(answer(200, contact)), none(), Ok(answer(200, types)), lost()]);
    let update = Update {
        select: create.select.clone(),
        id: "39f9432a-a141-fcab-9142-8045bf8ed54a".to_owned(),
        expect: Vec::new(),
        set: Vec::new(),
        parts: create.parts,
    };
    assert_eq!(adapter.update(&update).await.expect_err("it is lost").kind, ErrorKind::Unknown);
}

#[tokio::test]
async fn an_address_is_created_below_its_customer_however_that_is_written() {
    let customer_guid = "11f9432a-a141-fcab-9142-8045bf8ed54a";
    for owner in [Value::text(customer_guid), Value::Guid(customer_guid.parse().unwrap())] {
        let created = r#"{"guid":"39f9432a-a141-fcab-9142-8045bf8ed54a","city":"Oslo"}"#;
        let (mut adapter, script) = scripted(vec![Ok(answer(201, created))]);
        let create = Create {
            select: select("Address", &["guid", "city"]),
            values: vec![("city".to_owned(), Value::text("Oslo")), ("customer.guid".to_owned(), owner)],
            ..customer("")
        };
        adapter.create(&create).await.expect("created");
        let sent = script.sent.lock().unwrap();
        assert!(sent.iter().any(|(_, _, url)| url.ends_with(&format!("/v1/customers/{customer_guid}/addresses"))));
    }
}
