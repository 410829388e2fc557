//! A person's decisions about held records.

use super::{Action, kept, line};
use crate::cli::engine::{Scope, of_run, prepare};
use crate::cli::exit::{Exit, Failure};
use crate::cli::ready::ProjectArg;
use crate::cli::shared::counted;
use crate::run::settle::{self, Beside, Ignored, Judge, Linked, Parted};
use crate::run::{Engine, RunError};
use crate::systems::SystemClock;
use crate::value::Side;

pub fn main(action: &Action) -> Result<Exit, Failure> {
    match action {
        Action::Retry { entity, key, project } => retry(project, entity.as_deref(), key.as_deref()),
        Action::Link { entity, severa, business, reason, project } => {
            let done = with_engine(project, entity, async |engine: &mut Engine| {
                engine.link(entity, severa, business, &judge(reason)).await
            })?;
            linked(&done)
        }
        Action::Unlink { entity, key, reason, project } => {
            let done = with_engine(project, entity, async |engine: &mut Engine| {
                engine.unlink(entity, key, &judge(reason)).await
            })?;
            parted(&done)
        }
        Action::Ignore { entity: Some(entity), key: Some(key), side, reason, project, .. } => {
            ignore(project, entity, key, side.map(Side::from), reason.as_deref().unwrap_or_default())
        }
        Action::Ignore { .. } => {
            Err(Failure::new(Exit::Usage, "nothing is named to be ignored", "name an entity and a key, or --list"))
        }
        Action::Unignore { entity, key, side, project } => {
            let kept = kept(project, std::slice::from_ref(entity))?;
            let done = settle::unignore(kept.state()?, &SystemClock, entity, key, side.map(Side::from));
            line(&format!("{} is not ignored any more; the next run looks at it", done.map_err(failed)?.words()))?;
            Ok(Exit::Done)
        }
    }
}

fn retry(project: &ProjectArg, entity: Option<&str>, key: Option<&str>) -> Result<Exit, Failure> {
    let kept = kept(project, &entity.map(str::to_owned).into_iter().collect::<Vec<_>>())?;
    let records = settle::retry(kept.state()?, &SystemClock, entity, key).map_err(failed)?;
    match records.len() {
        0 => line("nothing is held")?,
        count => line(&format!("{} tried in the next run:", counted(count, "record")))?,
    }
    records.iter().try_for_each(|record| line(&format!("  {}", record.words())))?;
    Ok(Exit::Done)
}

/// What is held is known without asking anybody; any other record is looked up in its system.
fn ignore(project: &ProjectArg, entity: &str, key: &str, side: Option<Side>, reason: &str) -> Result<Exit, Failure> {
    let by = judge(reason);
    if by.why.trim().is_empty() {
        return Err(Failure::new(Exit::Usage, "the reason is blank", "say why in a few words: somebody will ask"));
    }
    let kept = kept(project, &[entity.to_owned()])?;
    let held = match &kept.state {
        Some(state) => settle::ignore_held(state, &SystemClock, entity, key, side, &by).map_err(failed)?,
        None => None,
    };
    drop(kept);
    let Ignored { record, linked } = match held {
        Some(ignored) => ignored,
        None => with_engine(project, entity, async |engine: &mut Engine| engine.ignore(entity, key, side, &by).await)?,
    };
    line(&format!("{} is ignored from now on: it is neither sent nor told as held", record.words()))?;
    if linked {
        line("it stays linked; nothing travels between the two until `samband held unignore`")?;
    }
    Ok(Exit::Done)
}

fn linked(done: &Linked) -> Result<Exit, Failure> {
    let Linked { severa, business, beside, next } = done;
    line(&format!("{} and {} are a pair from now on", severa.words(), business.words()))?;
    let width = |of: &dyn Fn(&Beside) -> &str| beside.iter().map(|b| of(b).chars().count()).max().unwrap_or(0).min(40);
    let (first, second) = (width(&|b| &b.line), width(&|b| &b.severa));
    for Beside { line: key, severa, business, same } in beside {
        let sign = if *same { ' ' } else { '≠' };
        line(&format!("  {sign} {key:first$}  {severa:second$}  {business}"))?;
    }
    next.iter().try_for_each(|text| line(text))?;
    Ok(Exit::Done)
}

fn parted(done: &Parted) -> Result<Exit, Failure> {
    line(&format!(
        "{} and {} are no pair any more, and no run makes one of them",
        done.severa.words(),
        done.business.words()
    ))?;
    done.next.iter().try_for_each(|text| line(text))?;
    let (entity, severa, business) = (&done.severa.entity, &done.severa.id, &done.business.id);
    line(&format!("to take this back: samband held link {entity} {severa} {business}"))?;
    Ok(Exit::Done)
}

/// Over both systems, read only.
fn with_engine<T>(
    project: &ProjectArg,
    entity: &str,
    work: impl AsyncFnOnce(&mut Engine) -> Result<T, RunError>,
) -> Result<T, Failure> {
    let runtime = crate::cli::runtime::start()?;
    runtime.block_on(async {
        let scope = Scope { entities: vec![entity.to_owned()], full: false };
        let mut prepared = prepare(project, &scope, false)?;
        work(&mut prepared.engine).await.map_err(failed)
    })
}

fn failed(error: RunError) -> Failure {
    of_run(&error)
}

/// Who sits at the keyboard, as the system knows them.
fn judge(why: &str) -> Judge {
    let who =
        ["USER", "USERNAME", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok().filter(|n| !n.is_empty()));
    Judge { who: who.unwrap_or_else(|| "somebody".to_owned()), why: why.to_owned() }
}
