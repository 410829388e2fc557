//! The Severa adapter over real sockets against the sandbox, every request and answer held against
//! the published document; and its behavior under faults, on a clock of its own.

#[path = "support/contract.rs"]
mod contract;

use contract::Contract;
use samband::sandbox::severa::{Json, Options, Running, SeveraServer, World, system_clock};
use samband::systems::severa::{Http, HttpFailure, HttpRequest, HttpResponse, ReqwestHttp, Severa, SeveraConfig};
use samband::systems::{
    Clock, Comparison, Condition, Create, ErrorKind, Next, PartWrite, Read, RecordName, Row, Secret, Select,
    SelectField, System, SystemClock, SystemError, Test, Update, Watermark,
};
use samband::value::{Type, Value};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Sends over the network and holds both ways against the document.
struct Checked {
    inner: ReqwestHttp,
    contract: Contract,
    faults: Arc<Mutex<Vec<String>>>,
    seen: Arc<Mutex<Vec<String>>>,
}

#[async_trait::async_trait]
impl Http for Checked {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpFailure> {
        let target = request.url.split_once("/rest-api").map(|(_, t)| t.to_owned()).unwrap_or_default();
        let mut faults = self.contract.check_request(request.method, &target, request.body.as_deref());
        self.seen.lock().unwrap().push(format!("{} {target}", request.method));
        let method = request.method;
        let answer = self.inner.send(request).await?;
        let body = String::from_utf8_lossy(&answer.body).into_owned();
        faults.extend(self.contract.check_answer(method, &target, answer.status, answer.header("content-type"), &body));
        self.faults.lock().unwrap().extend(faults.into_iter().map(|f| format!("{method} {target}: {f}")));
        Ok(answer)
    }
}

struct Tenant {
    server: Running,
    world: World,
    faults: Arc<Mutex<Vec<String>>>,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Tenant {
    async fn start(options: Options) -> Self {
        let world = samband::sandbox::seed::seed(samband::sandbox::seed::Size::Small, 1, system_clock()).world;
        let server = SeveraServer::start(world.clone(), options, "127.0.0.1:0").await.expect("a socket");
        Self { server, world, faults: Arc::default(), seen: Arc::default() }
    }

    fn adapter(&self) -> Severa {
        self.adapter_as("sandbox-secret")
    }

    fn adapter_as(&self, secret: &str) -> Severa {
        let inner = ReqwestHttp::new().expect("a client");
        let http = Checked { inner, contract: Contract::load(), faults: self.faults.clone(), seen: self.seen.clone() };
        let config = SeveraConfig::new(self.server.url(), "sandbox", Secret::new(secret));
        Severa::new(config, Arc::new(http), Arc::new(SystemClock))
    }

    fn no_faults(&self) {
        let faults = self.faults.lock().unwrap();
        assert!(faults.is_empty(), "{faults:#?}");
        assert!(!self.seen.lock().unwrap().is_empty());
    }
}

fn select(record: &str, fields: &[&str]) -> Select {
    let known = samband::schema::severa().record(record).expect("a record");
    let field = |name: &str| {
        let column = known.column(name, None, None).expect("a field");
        let of = match &column.ty {
            Type::List(record) => Some(Box::new(match *record {
                "Address" => select("Address", &["guid", "addressline", "city", "isBillingAddress", "createdDateTime"]),
                _ => select(record, &["guid", "won"]),
            })),
            _ => None,
        };
        SelectField { name: name.to_owned(), ty: column.ty, blank_is_nothing: false, of }
    };
    Select {
        record: RecordName { name: record.to_owned(), index: None },
        scope: Vec::new(),
        fields: fields.iter().map(|f| field(f)).collect(),
    }
}

async fn all(
    adapter: &mut Severa,
    select: &Select,
    since: Option<&Watermark>,
) -> Result<(Vec<Row>, Watermark), SystemError> {
    let read = Read { select: select.clone(), since: since.cloned(), push: Vec::new(), start_date: None };
    let (mut rows, mut token) = (Vec::new(), None);
    loop {
        let page = adapter.read(&read, token.as_ref()).await?;
        rows.extend(page.rows);
        match page.next {
            Next::More(next) => token = Some(next),
            Next::End(watermark) => return Ok((rows, watermark)),
        }
    }
}

const CUSTOMER: &[&str] =
    &["guid", "number", "name", "isInternal", "email", "paymentTerm", "currency.guid", "projects", "addresses"];

/// The records that the adapter has a route for; others of the schema are refused before anything is read.
const CARRIED: &[&str] = &[
    "BusinessUnit",
    "User",
    "Customer",
    "Address",
    "Project",
    "WorkHour",
    "WorkType",
    "SalesStatusType",
    "Country",
    "Currency",
];

#[tokio::test]
async fn every_record_is_read_with_what_belongs_to_it() {
    let tenant = Tenant::start(Options { rate_limit: None, ..Options::default() }).await;
    let mut adapter = tenant.adapter();
    for record in &samband::schema::severa().records {
        let carried = |f: &&samband::schema::Field| !matches!(&f.ty, Some(Type::List(of)) if !CARRIED.contains(of));
        let fields: Vec<&str> = record.fields.iter().filter(carried).map(|f| f.name.as_str()).collect();
        let select = select(&record.name, &fields);
        if !CARRIED.contains(&record.name.as_str()) {
            let refused = adapter.open(std::slice::from_ref(&select)).await.expect_err(&record.name);
            assert_eq!(refused.kind, ErrorKind::Schema, "{refused}");
            continue;
        }
        let (rows, _) = all(&mut adapter, &select, None).await.expect("a listing");
        assert!(!rows.is_empty(), "{}", record.name);
    }
    let customers = select("Customer", CUSTOMER);
    let (rows, _) = all(&mut adapter, &customers, None).await.expect("customers");
    let won = rows.iter().find(|r| r.values[2] == Value::text("Lindström Möbler AB")).expect("the customer");
    let Value::List(projects) = &won.values[7] else { panic!("projects") };
    assert!(projects.iter().any(|p| matches!(p, Value::Record(v) if v[1] == Value::Bool(true))));
    let Value::List(addresses) = &won.values[8] else { panic!("addresses") };
    assert!(!addresses.is_empty());
    tenant.no_faults();
}

#[tokio::test]
async fn more_than_a_page_is_read_without_loss_both_ways_of_paging() {
    let tenant = Tenant::start(Options { rate_limit: None, ..Options::default() }).await;
    let text = |s: String| Json::Text(s);
    for n in 0..230 {
        let unit = samband::sandbox::severa::object([
            ("name", text(format!("Unit {n}"))),
            ("code", text(format!("{}", 1000 + n))),
        ]);
        tenant.world.create("businessunits", unit).expect("a unit");
        let customer = samband::sandbox::severa::object([("name", text(format!("Customer {n}")))]);
        tenant.world.create("customers", customer).expect("a customer");
    }
    let mut adapter = tenant.adapter();
    let (units, _) = all(&mut adapter, &select("BusinessUnit", &["guid", "code"]), None).await.expect("units");
    let (customers, _) = all(&mut adapter, &select("Customer", &["guid", "name"]), None).await.expect("customers");
    let distinct = |rows: &[Row]| rows.iter().map(|r| r.id.clone()).collect::<std::collections::BTreeSet<_>>().len();
    assert_eq!((units.len(), distinct(&units)), (234, 234));
    assert_eq!((customers.len(), distinct(&customers)), (239, 239));
    tenant.no_faults();
}

#[tokio::test]
async fn what_changed_is_read_and_a_won_project_brings_its_customer() {
    let tenant = Tenant::start(Options { rate_limit: None, ..Options::default() }).await;
    let mut adapter = tenant.adapter();
    let customers = select("Customer", CUSTOMER);
    // The overlap reaches back over the seed's own time unless the watermark lies ahead of it.
    let later = Watermark((jiff::Timestamp::now() + jiff::SignedDuration::from_secs(58)).to_string());
    tokio::time::sleep(Duration::from_millis(20)).await;
    let (quiet, _) = all(
        &mut adapter,
        &customers,
        Some(&Watermark((jiff::Timestamp::now() + jiff::SignedDuration::from_secs(120)).to_string())),
    )
    .await
    .expect("nothing");
    assert!(quiet.is_empty(), "{quiet:?}");
    let projects = tenant.world.list("projects");
    let member = |json: &Json, name: &str| json.get(name).cloned();
    let offer =
        projects.iter().find(|p| member(p, "number") == Some(Json::Number("6002".to_owned()))).expect("the offer");
    let Some(Json::Text(guid)) = member(offer, "guid") else { panic!("its guid") };
    let statuses = tenant.world.list("salesstatustypes");
    let won =
        statuses.iter().find(|s| member(s, "name") == Some(Json::Text("Order".to_owned()))).expect("a won status");
    let won = member(won, "guid").expect("its guid");
    let status = samband::sandbox::severa::object([("salesStatusTypeGuid", won)]);
    tokio::time::sleep(Duration::from_millis(50)).await;
    tenant.world.edit("projects", &guid, samband::sandbox::severa::object([("salesStatus", status)])).expect("edited");
    let (changed, _) = all(&mut adapter, &customers, Some(&later)).await.expect("changes");
    let names: Vec<String> = changed.iter().map(|r| r.values[2].to_string()).collect();
    assert!(names.iter().any(|n| n.contains("Havblikk")), "{names:?}");
    let (projects, _) =
        all(&mut adapter, &select("Project", &["guid", "number", "won"]), Some(&later)).await.expect("projects");
    assert!(projects.iter().any(|p| p.values[1] == Value::Int(6002) && p.values[2] == Value::Bool(true)));
    tenant.no_faults();
}

#[tokio::test]
async fn a_customer_is_created_with_its_address_changed_and_guarded() {
    let tenant = Tenant::start(Options { rate_limit: None, ..Options::default() }).await;
    let mut adapter = tenant.adapter();
    let select = select("Customer", CUSTOMER);
    let part = |id: Option<String>, city: &str, expect: Vec<(String, Value)>| PartWrite {
        list: "addresses".to_owned(),
        id,
        expect,
        set: vec![("city".to_owned(), Value::text(city)), ("isBillingAddress".to_owned(), Value::Bool(true))],
    };
    let create = Create {
        select: select.clone(),
        values: vec![("name".to_owned(), Value::text("Ærø Færgefart A/S")), ("number".to_owned(), Value::Int(10_777))],
        numbers: Vec::new(),
        identity: None,
        parts: vec![part(None, "Ærøskøbing", Vec::new())],
        children: Vec::new(),
        joins: Vec::new(),
    };
    let row = adapter.create(&create).await.expect("created");
    let Value::List(addresses) = &row.values[8] else { panic!("addresses") };
    let Value::Record(address) = &addresses[0] else { panic!("an address") };
    assert_eq!(address[2], Value::text("Ærøskøbing"));
    let update = |expected: &str, parts: Vec<PartWrite>| Update {
        select: select.clone(),
        id: row.id.clone(),
        expect: vec![("name".to_owned(), Value::text(expected))],
        set: vec![("name".to_owned(), Value::text("Ærø Færge A/S")), ("paymentTerm".to_owned(), Value::Int(14))],
        parts,
    };
    let moved = adapter.update(&update("somebody else's name", Vec::new())).await;
    assert_eq!(moved.map_err(|e| e.kind), Err(ErrorKind::Moved));
    let id = address[0].to_string();
    let parts = vec![part(Some(id), "Marstal", vec![("city".to_owned(), Value::text("Ærøskøbing"))])];
    let changed = adapter.update(&update("Ærø Færgefart A/S", parts)).await.expect("changed");
    assert_eq!((&changed.values[2], &changed.values[5]), (&Value::text("Ærø Færge A/S"), &Value::Int(14)));
    let Value::List(addresses) = &changed.values[8] else { panic!("addresses") };
    assert!(matches!(&addresses[0], Value::Record(a) if a[2] == Value::text("Marstal")));
    let gone = Update { id: "00000000-0000-0000-0000-000000000001".to_owned(), ..update("x", Vec::new()) };
    assert_eq!(adapter.update(&gone).await.map_err(|e| e.kind), Err(ErrorKind::Gone));
    let found =
        adapter.candidates(&select, &[("number".to_owned(), vec![Value::Int(10_777)])]).await.expect("candidates");
    assert_eq!(found.len(), 1);
    tenant.no_faults();
}

#[tokio::test]
async fn what_the_server_refuses_is_told_in_its_own_words() {
    let tenant = Tenant::start(Options { rate_limit: None, ..Options::default() }).await;
    let mut adapter = tenant.adapter();
    let values = vec![
        ("name".to_owned(), Value::text("A")),
        ("owner.guid".to_owned(), Value::text("00000000-0000-0000-0000-000000000001")),
    ];
    let create = Create {
        select: select("Customer", &["guid"]),
        values,
        numbers: Vec::new(),
        identity: None,
        parts: Vec::new(),
        children: Vec::new(),
        joins: Vec::new(),
    };
    let error = adapter.create(&create).await.expect_err("an unknown owner");
    assert_eq!(error.kind, ErrorKind::Refused);
    assert!(error.why.contains("owner"), "{error}");
    let mut stranger = tenant.adapter_as("wrong-secret-canary");
    let error = stranger.open(&[]).await.expect_err("a wrong secret");
    assert_eq!(error.kind, ErrorKind::Credentials);
    assert!(!format!("{error} {error:?}").contains("wrong-secret-canary"));
}

#[tokio::test]
async fn an_expired_token_is_renewed_and_the_quota_is_kept() {
    let tenant = Tenant::start(Options::default()).await;
    let mut adapter = tenant.adapter();
    for _ in 0..12 {
        adapter
            .fetch(&select("User", &["guid"]), &["00000000-0000-0000-0000-000000000001".to_owned()])
            .await
            .expect("nobody");
        tenant.server.server().expire_tokens();
    }
    let seen = tenant.seen.lock().unwrap();
    assert!(seen.iter().filter(|s| s.contains("/v1/token")).count() >= 12, "{seen:?}");
    drop(seen);
    tenant.no_faults();
}

#[tokio::test]
async fn a_wrong_address_is_told_as_one() {
    let config = SeveraConfig { tries: 1, ..SeveraConfig::new("http://127.0.0.1:9/rest-api", "c", Secret::new("s")) };
    let mut adapter = Severa::new(config, Arc::new(ReqwestHttp::new().expect("a client")), Arc::new(SystemClock));
    let error = adapter.open(&[]).await.expect_err("nobody listens");
    assert_eq!(error.kind, ErrorKind::Unreachable);
    assert!(error.what.contains("127.0.0.1:9") && error.help.contains("url"), "{error:?}");
}

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
async fn filters_are_pushed_down_and_give_the_same_answer() {
    let tenant = Tenant::start(Options { rate_limit: None, ..Options::default() }).await;
    let mut adapter = tenant.adapter();
    let projects = select("Project", &["guid", "won"]);
    let condition = |field: &str, value: bool| Condition {
        field: field.to_owned(),
        test: Test::Compare(Comparison::Eq, Value::Bool(value)),
    };
    let read = Read { select: projects.clone(), since: None, push: vec![condition("won", true)], start_date: None };
    let page = adapter.read(&read, None).await.expect("won projects");
    let (every, _) = all(&mut adapter, &projects, None).await.expect("all projects");
    let ids = |rows: &[Row]| {
        rows.iter()
            .filter(|r| r.values[1] == Value::Bool(true))
            .map(|r| r.id.clone())
            .collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(ids(&page.rows), ids(&every));
    assert!(page.rows.len() < every.len());
    assert!(tenant.seen.lock().unwrap().iter().any(|s| s.contains("salesStatusTypeGuids=")));
    tenant.no_faults();
}
