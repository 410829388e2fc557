//! Severa's answers, recorded from the sandbox and damaged one at a time.

use crate::damage::damaged;
use crate::support::choices::Choices;
use crate::support::figures;
use crate::{Patient, bytes, holds, listing, seeds};
use samband::sandbox::severa::{Options, SeveraServer, system_clock};
use samband::systems::severa::{Http, HttpFailure, HttpRequest, HttpResponse, ReqwestHttp, Severa, SeveraConfig};
use samband::systems::{RecordName, Secret, Select, SelectField, SystemClock};
use samband::value::Type;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

type Recorded = BTreeMap<(String, String), HttpResponse>;

/// Keeps every answer by its request.
struct Recorder {
    inner: ReqwestHttp,
    answers: Arc<Mutex<Recorded>>,
}

#[async_trait::async_trait]
impl Http for Recorder {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpFailure> {
        let key = (request.method.to_owned(), request.url.clone());
        let answer = self.inner.send(request).await?;
        self.answers.lock().unwrap().insert(key, answer.clone());
        Ok(answer)
    }
}

/// Gives the recorded answers, one of them damaged.
struct Player {
    answers: Arc<Recorded>,
    bytes: Vec<u8>,
    /// Which answer of this case is damaged, and how many were given.
    place: usize,
    given: Mutex<usize>,
}

#[async_trait::async_trait]
impl Http for Player {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpFailure> {
        let number = {
            let mut given = self.given.lock().unwrap();
            *given += 1;
            *given
        };
        assert!(number < 5_000, "requests without end");
        let none = HttpResponse { status: 404, headers: Vec::new(), body: b"{\"message\": \"no such page\"}".to_vec() };
        let mut answer = self.answers.get(&(request.method.to_owned(), request.url)).cloned().unwrap_or(none);
        if number == self.place {
            let mut c = Choices::new(&self.bytes);
            match c.below(8) {
                0 => answer.status = [200, 201, 204, 301, 400, 401, 403, 404, 418, 429, 500, 503, 0, 999][c.below(14)],
                1 => answer.headers.clear(),
                2 => answer.headers.iter_mut().for_each(|(_, value)| {
                    *value = String::from_utf8_lossy(&damaged(value.as_bytes(), &mut c)).into_owned();
                }),
                3 => answer.body.clear(),
                _ => answer.body = damaged(&answer.body, &mut c),
            }
        }
        Ok(answer)
    }
}

/// All fields of a record that the schema knows, down to the elements of its lists.
fn select(record: &str) -> Select {
    let known = samband::schema::severa().record(record).expect("a record");
    let fields = known.fields.iter().filter_map(|field| {
        let column = known.column(&field.name, None, None)?;
        let of = match &column.ty {
            Type::List(of) => Some(Box::new(select(of))),
            _ => None,
        };
        Some(SelectField { name: field.name.clone(), ty: column.ty.clone(), blank_is_nothing: false, of })
    });
    Select { record: RecordName { name: record.to_owned(), index: None }, scope: Vec::new(), fields: fields.collect() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_answer_of_severa_is_read_or_refused() {
    let world = samband::sandbox::seed::seed(samband::sandbox::seed::Size::Small, 1, system_clock()).world;
    let options = Options { rate_limit: None, ..Options::default() };
    let server = SeveraServer::start(world, options, "127.0.0.1:0").await.expect("a socket");
    let config = SeveraConfig {
        requests_per_second: 10_000,
        ..SeveraConfig::new(server.url(), "sandbox", Secret::new("sandbox-secret"))
    };
    let records = ["Customer", "Project", "WorkHour", "User", "ProjectFee", "Product"];
    let mut answers = Vec::new();
    for record in records {
        let kept = Arc::new(Mutex::new(Recorded::new()));
        let http = Recorder { inner: ReqwestHttp::new().expect("a client"), answers: Arc::clone(&kept) };
        let mut severa = Severa::new(config.clone(), Arc::new(http), Arc::new(SystemClock));
        let rows = listing(&mut severa, &select(record)).await.unwrap_or_else(|error| panic!("{record}: {error}"));
        assert!(!rows.is_empty(), "{record} has rows to be damaged");
        drop(severa);
        answers.push(Arc::new(Arc::into_inner(kept).expect("nobody else").into_inner().expect("whole")));
    }
    let (seeds, mut refused) = (seeds(3_000), 0);
    for seed in &seeds {
        let bytes = bytes(*seed);
        let number = usize::try_from(*seed).expect("a small seed");
        let (record, recorded) = (records[number % records.len()], &answers[number % records.len()]);
        let place = 1 + number / records.len() % recorded.len();
        let player = Player { answers: Arc::clone(recorded), bytes, place, given: Mutex::new(0) };
        let clock = Arc::new(Patient::default());
        let mut severa = Severa::new(config.clone(), Arc::new(player), clock);
        let select = select(record);
        let outcome = listing(&mut severa, &select).await;
        refused += usize::from(outcome.is_err());
        if let Err(why) = holds(&select, &outcome) {
            panic!("{record}, seed {seed}: {why}");
        }
    }
    figures::say("answers-severa", &format!("answers: {} of Severa damaged, {refused} refused, 0 panics", seeds.len()));
}
