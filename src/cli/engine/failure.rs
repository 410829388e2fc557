//! Why a run ended early, for the person who must act.

use crate::cli::exit::{Exit, Failure, Told};
use crate::cli::status::of_state;
use crate::diag::suggest::did_you_mean;
use crate::plan::Stopped;
use crate::program::lookup::UnknownName;
use crate::run::RunError;

/// Names before `and 7 more`.
const SHOWN: usize = 5;

pub fn of_run(error: &RunError) -> Failure {
    let what = error.to_string();
    match error {
        RunError::System(error) => Failure::new(Exit::System, what, error.help.clone()),
        RunError::State(error) => of_state(error, "the one that `state` in samband.yaml names"),
        RunError::Aside(_) => Failure::new(Exit::System, what, "check the folder, its free space and who may write it"),
        RunError::Names(names) => unknown(names),
        RunError::Limits(stopped, _) => {
            let over: Vec<_> = stopped.iter().map(over).collect();
            let what = format!("stopped before the first write, over a limit: {}", over.join("; "));
            Failure::new(
                Exit::Stopped,
                what,
                "look at the plan; if it is right, raise `limits` in samband.yaml for this run",
            )
        }
        RunError::Stale(records) => {
            let mut names: Vec<_> = records.iter().take(SHOWN).cloned().collect();
            if records.len() > SHOWN {
                names.push(format!("and {} more", records.len() - SHOWN));
            }
            let what = format!("{what}, so nothing was written: {}", names.join(", "));
            Failure::new(Exit::Stopped, what, "make a new plan").told(Told::House)
        }
        RunError::OtherMapping { .. } | RunError::OtherCompany { .. } => {
            Failure::new(Exit::Stopped, what, "make a new plan with the settings of today")
        }
        RunError::EmptyListing { .. } => {
            let help = "nothing was concluded from it; check the rights of the login, and that it is the right company";
            Failure::new(Exit::System, what, help)
        }
        RunError::Restored { .. } => {
            Failure::new(Exit::Stopped, what, "if that is so, compare everything with `samband run --full`")
        }
        RunError::Refused { help, .. } => Failure::new(Exit::Usage, what, help.clone()),
        RunError::Overtaken => Failure::new(Exit::Stopped, what, "make a new plan"),
        RunError::Interrupted => Failure::new(Exit::Interrupted, what, ""),
        RunError::LostLock => Failure::new(Exit::Stopped, what, "run again when the other run has ended"),
    }
}

fn over(stopped: &Stopped) -> String {
    let Stopped { entity, side, what, count, limit } = stopped;
    format!("{entity}: {count} {what} in {}, more than {limit}", side.title())
}

fn unknown(names: &[UnknownName]) -> Failure {
    let what: Vec<_> = names
        .iter()
        .map(|n| format!("`{}` names the {} `{}`, which is not there", n.setting, n.title, n.wanted))
        .collect();
    let help: Vec<_> = names
        .iter()
        .map(|n| {
            let known = || n.known.iter().map(String::as_str);
            let list: Vec<_> = known().take(20).collect();
            did_you_mean(&n.wanted, known()).unwrap_or_else(|| format!("there are {}", list.join(", ")))
        })
        .collect();
    Failure::new(Exit::Faults, what.join("; "), help.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::systems::{ErrorKind, SystemError};
    use crate::value::Side;

    #[test]
    fn each_end_has_its_number_and_says_what_to_do() {
        let system = SystemError::new(Side::Severa, ErrorKind::Credentials, "the login was refused").help("renew it");
        let name = UnknownName {
            setting: "Project.won_status".to_owned(),
            title: "sales status type".to_owned(),
            wanted: "Oder".to_owned(),
            known: vec!["Order".to_owned(), "Lost".to_owned()],
        };
        let stopped = Stopped {
            entity: "Customer".to_owned(),
            side: Side::Business,
            what: "create".to_owned(),
            count: 600,
            limit: "500 changes".to_owned(),
        };
        let cases = [
            (RunError::System(system), Exit::System, "the login was refused", "renew it"),
            (RunError::Names(vec![name]), Exit::Faults, "`Oder`", "`Order`"),
            (RunError::Limits(vec![stopped], Box::default()), Exit::Stopped, "600 create", "limits"),
            (RunError::Stale(vec!["Customer 10000".to_owned()]), Exit::Stopped, "Customer 10000", "new plan"),
            (RunError::Interrupted, Exit::Interrupted, "interrupted", ""),
        ];
        for (error, exit, what, help) in cases {
            let failure = of_run(&error);
            assert_eq!(failure.exit, exit, "{failure:?}");
            assert!(failure.what.contains(what) && failure.help.contains(help), "{failure:?}");
        }
    }
}
