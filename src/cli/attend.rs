//! For whoever is not looking when a run ends: the log file and the webhook of the settings.

use super::exit::{Exit, Failure, Told};
use super::ready::{Read, environment, secret};
use super::{logging, output};
use crate::run::{Tidings, tidings};
use crate::settings::{Event, Settings};
use crate::state::State;
use crate::systems::Secret;
use crate::systems::severa::{Http, HttpFailure, HttpRequest, ReqwestHttp};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::future::Future;
use std::path::PathBuf;
use std::time::Duration;
use tokio::runtime::Runtime;

/// A run waits no longer for somebody who only listens.
const PATIENCE: Duration = Duration::from_secs(10);

/// Files kept where the settings do not say.
const KEPT: u32 = 30;

/// Who hears of a run of this project.
pub struct Attendance {
    /// Its folder's name and its database, so that the reader of many knows which it is.
    project: String,
    company: String,
    state: PathBuf,
    webhook: Option<(Secret, Vec<Event>)>,
}

/// Opens the log file and looks up the webhook's address, before anything is done that is to be told.
pub fn attend(read: &Read) -> Result<Attendance, Failure> {
    let Read { folder, settings, .. } = read;
    if let Some(log) = &settings.log {
        let dir = folder.join(log.dir.as_ref().map_or("logs", |dir| &dir.value));
        logging::keep_in(&dir, log.keep.unwrap_or(KEPT)).map_err(|error| {
            let what = format!("the log cannot be kept in {}: {error}", dir.display());
            Failure::new(Exit::Stopped, what, "check `log.dir` in samband.yaml and who may write there")
        })?;
    }
    let webhook = match &settings.notify {
        None => None,
        Some(notify) => Some((secret(&notify.webhook, &environment(folder, settings)?, folder)?, notify.on.clone())),
    };
    let name = std::path::absolute(folder).ok().and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned()));
    Ok(Attendance {
        project: name.unwrap_or_default(),
        company: company(settings),
        state: folder.join(settings.state_file()),
        webhook,
    })
}

fn company(settings: &Settings) -> String {
    settings.business.as_ref().map(|business| business.database.value.clone()).unwrap_or_default()
}

impl Attendance {
    /// Does the work and tells how it ended. That it could not be told changes nothing about how it ended.
    pub fn watch(&self, runtime: &Runtime, work: impl Future<Output = Result<Exit, Failure>>) -> Result<Exit, Failure> {
        let begun = Timestamp::now();
        let ended = runtime.block_on(work);
        let last = self.last_run(begun, &ended);
        match &ended {
            Ok(exit) => tracing::info!(project = self.project, exit = *exit as u8, "the run has ended"),
            Err(failure) => {
                tracing::info!(
                    project = self.project,
                    exit = failure.exit as u8,
                    failure = failure.what,
                    "the run has failed"
                );
            }
        }
        let message = message(&self.project, &self.company, &ended, last.as_ref());
        if let (Some((address, on)), Some((event, message))) = (&self.webhook, message)
            && on.contains(&event)
            && let Err(why) = runtime.block_on(post(address, &message))
        {
            output::message(&format!("the webhook of `notify` could not be told how the run ended: {why}"));
        }
        ended
    }

    /// The run's own record. One that failed before it could begin gets one now, so that `samband status` knows it.
    fn last_run(&self, begun: Timestamp, ended: &Result<Exit, Failure>) -> Option<Tidings> {
        if !self.state.exists() {
            return None;
        }
        let state = State::open(&self.state).ok()?;
        let has_begun = state.runs(1).ok()?.first().and_then(|run| run.begun_at.parse::<Timestamp>().ok());
        if has_begun.is_none_or(|at| at < begun) {
            let failure = ended.as_ref().err().filter(|failure| failure.told != Told::Nobody)?;
            let run = state.begin_run(begun).ok()?;
            state.end_run(run, Timestamp::now(), &failure.what, "could not begin").ok()?;
        }
        tidings(&state).ok().flatten()
    }
}

/// What is told, and of which kind it is; nothing where there is nothing new. No record is named in it: it leaves the house.
fn message(
    project: &str,
    company: &str,
    ended: &Result<Exit, Failure>,
    last: Option<&Tidings>,
) -> Option<(Event, Value)> {
    let newly = last.map_or(&[][..], |last| &last.newly);
    let repeated = last.is_some_and(|last| last.repeated);
    let (event, exit, what, help) = match ended {
        Err(Failure { told: Told::Nobody, .. } | Failure { exit: Exit::Interrupted, .. }) | Ok(Exit::Interrupted) => {
            return None;
        }
        Err(_) if repeated => return None,
        Err(failure) => {
            let what = match failure.told {
                Told::House => "records are in the way, which are named where it ran",
                _ => failure.what.as_str(),
            };
            (Event::Failed, failure.exit, format!("failed: {what}"), failure.help.clone())
        }
        Ok(exit) if !newly.is_empty() => {
            let count: usize = newly.iter().map(|(.., count)| count).sum();
            let list: Vec<_> = newly.iter().map(|(entity, code, count)| format!("{count} {entity} ({code})")).collect();
            let what = format!("is done; newly held {}: {}", super::shared::counted(count, "record"), list.join(", "));
            (Event::Held, *exit, what, "`samband held` says why, and what to do about each".to_owned())
        }
        Ok(exit) => (Event::Done, *exit, "is done".to_owned(), String::new()),
    };
    let told = json!({
        "text": format!("samband: the run of {project} ({company}) {what}{}", if help.is_empty() { String::new() } else { format!(" — {help}") }),
        "event": match event { Event::Failed => "failed", Event::Held => "held", Event::Done => "done" },
        "project": project,
        "company": company,
        "exit": exit as u8,
        "run": last.map(|last| last.run),
        "summary": last.map(|last| last.summary.clone()),
        "held": last.map(|last| last.held),
        "newly_held": newly.iter().map(|(entity, code, count)| json!({"entity": entity, "code": code, "count": count})).collect::<Vec<_>>(),
    });
    Some((event, told))
}

/// Posts it; the address, which is a secret, is in no message.
async fn post(address: &Secret, message: &Value) -> Result<(), String> {
    let request = HttpRequest {
        method: "POST",
        url: address.reveal().to_owned(),
        headers: vec![("content-type", "application/json".to_owned())],
        body: Some(message.to_string()),
    };
    let sent = async {
        match ReqwestHttp::new().map_err(why)?.send(request).await.map_err(why)?.status {
            200..300 => Ok(()),
            status => Err(format!("it answered with status {status}")),
        }
    };
    tokio::time::timeout(PATIENCE, sent)
        .await
        .unwrap_or_else(|_| Err(format!("no answer within {} seconds", PATIENCE.as_secs())))
}

fn why(failure: HttpFailure) -> String {
    match failure {
        HttpFailure::NotSent(why) | HttpFailure::NoAnswer(why) => why,
        HttpFailure::TooLarge => "its answer was too large".to_owned(),
    }
}
