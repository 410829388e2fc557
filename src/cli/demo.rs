//! `samband demo`: both systems on this machine, and a story told over them that checks itself.

mod look;
mod month;
mod reconcile;
mod story;

use super::engine::{Bars, Scope, of_run, prepare};
use super::exit::{Exit, Failure};
use super::output;
use super::ready::ProjectArg;
use super::sandbox::fresh;
use super::sandbox::home::{Access, Home, random_word, severa_url};
use super::sandbox::servers::Servers;
use super::shared::{Loaded, counted, here, load};
use crate::plan::{Plan, render};
use crate::run::Report;
use crate::sandbox::seed::Size;
use crate::sandbox::severa::World;
use look::Look;
use rust_decimal::Decimal;
use std::path::{Path, PathBuf};

/// Show what samband does: two systems with different data, a plan, a run, edits, and a run again.
///
/// Everything is on this machine. The story looks up in both systems whether what it tells is
/// true, and ends with 0 only if all of it is.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Keep the project and both systems' data in this folder.
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// Keep serving both systems afterwards, until interrupted.
    #[arg(long)]
    serve: bool,
}

pub fn main(args: &Args) -> Result<Exit, Failure> {
    let temporary = Temporary(std::env::temp_dir().join(format!("samband-demo-{}", random_word())));
    let folder = match &args.keep {
        Some(keep) => here()?.join(keep),
        None => temporary.0.clone(),
    };
    let home = Home::new(&folder);
    if home.made()?.is_some() {
        let what = format!("{} holds a sandbox already, whose data are no longer those of the story", folder.display());
        return Err(Failure::new(Exit::Usage, what, "name a new folder with --keep, or delete that one"));
    }
    let runtime = super::runtime::start()?;
    runtime.block_on(async {
        let made = fresh("small".to_owned(), 1);
        home.prepare(&made)?;
        let servers = Servers::start(&home, Size::Small, &made).await?;
        let access = servers.access(&made.access);
        home.prepare(&super::sandbox::home::Made { access: access.clone(), ..made })?;
        home.write_project(&access, servers.certificate(), None)?;
        let broken = tell(&home, &access, &folder, servers.world()).await?;
        servers.keep(&home)?;
        end(args, &access, &folder, broken)?;
        if args.serve {
            output::message("both systems are served until Ctrl-C");
            super::sandbox::serve(&servers, &home).await?;
        }
        servers.stop().await;
        Ok(if broken == 0 { Exit::Done } else { Exit::Faults })
    })
}

/// The story; answers how many of its promises were broken.
async fn tell(home: &Home, access: &Access, folder: &Path, world: &World) -> Result<usize, Failure> {
    let mut look = Look::open(access, &home.certificate()).await?;
    heading("1", "Two systems with different data")?;
    counts(&mut look).await?;

    heading("2", "The mapping is checked")?;
    check(folder)?;

    heading("3", "The plan: what a run would do, and which line of the mapping says so")?;
    let plan = plan(folder).await?;
    say(&render(&plan, false));

    heading("4", "The run")?;
    let (plan, report) = run(folder).await?;
    say(&format!("{}, {} requests to Severa", report.summary(&plan), report.severa.requests));
    say("Looked up in both systems, through their own protocols:");
    let mut broken = story::verify(&mut look, story::FIRST, say).await?;

    heading("5", "A second run finds nothing to do")?;
    broken += quiet(folder).await?;

    heading("6", "Meanwhile people work in both systems")?;
    story::edit(&mut look, say).await?;

    heading("7", "A third run carries it over")?;
    let (plan, report) = run(folder).await?;
    say(&render(&plan, false));
    say(&report.summary(&plan));
    broken += story::verify(&mut look, story::EDITED, say).await?;

    broken += quiet(folder).await?;
    broken += month(&mut look, folder, world).await?;

    heading("13", "Both systems side by side")?;
    broken += reconcile::reconcile(&mut look, say).await?;
    Ok(broken)
}

/// A month of work, its invoices, payments and purchases; after each step a run, and one that is quiet.
async fn month(look: &mut Look, folder: &Path, world: &World) -> Result<usize, Failure> {
    heading("8", "A month of work is approved, and billed")?;
    let mut month = month::work(world, say)?;
    carry(folder).await?;
    let mut broken = month::arrived(look, &month, say).await?;
    month::bill(world, say)?;
    carry(folder).await?;
    broken += month::billed(look, &month, say).await?;
    broken += quiet(folder).await?;

    heading("9", "The accountant invoices the orders")?;
    month::invoice(look, &mut month, say).await?;
    carry(folder).await?;
    broken += month::statuses(look, &month, |_| "Sent", say).await?;
    broken += quiet(folder).await?;

    heading("10", "One customer pays, another pays a part")?;
    month::pay(look, &month, say).await?;
    carry(folder).await?;
    broken += month::statuses(look, &month, |place| if place == 0 { "Paid" } else { "Sent" }, say).await?;
    broken += quiet(folder).await?;

    heading("11", "A purchase for a project is posted")?;
    month::buy(look, &mut month, say).await?;
    carry(folder).await?;
    broken += month::costs(look, &month, Decimal::new(812_450, 2), say).await?;
    broken += quiet(folder).await?;

    heading("12", "It was a mistake, and is reversed")?;
    month::reverse(look, &mut month, say).await?;
    carry(folder).await?;
    broken += month::costs(look, &month, Decimal::ZERO, say).await?;
    broken += quiet(folder).await?;
    Ok(broken)
}

/// A run of which only the sum is told.
async fn carry(folder: &Path) -> Result<(), Failure> {
    let (plan, report) = run(folder).await?;
    say(&format!("  the run: {}", report.summary(&plan)));
    Ok(())
}

fn end(args: &Args, access: &Access, folder: &Path, broken: usize) -> Result<(), Failure> {
    if broken == 0 {
        output::data("\nEverything that was told was found in both systems.\n")?;
    } else {
        output::data(&format!("\n{} of the story did not hold.\n", counted(broken, "promise")))?;
    }
    if args.keep.is_some() || args.serve {
        let (url, server) = (severa_url(&access.severa), &access.business);
        output::data(&format!("The project is in {}\n", folder.display()))?;
        if args.serve {
            output::data(&format!("Severa is at {url}, SQL Server at {server}; credentials are in sandbox.env\n"))?;
        } else {
            output::data("`samband sandbox --dir` with that folder serves both systems again\n")?;
        }
    }
    Ok(())
}

fn heading(number: &str, title: &str) -> Result<(), Failure> {
    output::data(&format!("\n{number}. {title}\n\n"))
}

/// A line of the story. Where nobody reads it any longer, it still goes on to its end.
fn say(line: &str) {
    let _ = output::data(&format!("{}\n", line.trim_end()));
}

async fn counts(look: &mut Look) -> Result<(), Failure> {
    const COUNTED: &[(&str, &str, &str)] = &[
        ("business units", "/v1/businessunits", "SELECT COUNT(*) FROM R1"),
        ("employees", "/v1/users", "SELECT COUNT(*) FROM Actor WHERE EmpNo > 0"),
        ("customers", "/v1/customers", "SELECT COUNT(*) FROM Actor WHERE CustNo > 0 AND DelToAct = 0"),
        ("projects", "/v1/projects", "SELECT COUNT(*) FROM R2"),
        ("work hours", "/v1/workhours", "SELECT COUNT(*) FROM FreeInf1"),
    ];
    say(&format!("  {:<16}{:>8}  {:>15}", "", "Severa", "Visma Business"));
    for (what, list, sql) in COUNTED {
        let severa = look.severa(list).await?.len();
        let business = look.business(sql).await?;
        let business = business.first().and_then(|row| row.first()).cloned().unwrap_or_default();
        say(&format!("  {what:<16}{severa:>8}  {business:>15}"));
    }
    Ok(())
}

fn check(folder: &Path) -> Result<(), Failure> {
    let Loaded { diagnostics, projects, .. } = load(&[folder.to_path_buf()])?;
    let files: usize = projects.iter().map(|p| p.files.len()).sum();
    say(&format!("  {} in {}", counted(diagnostics.len(), "fault"), counted(files, "file")));
    Ok(())
}

fn arguments(folder: &Path) -> (ProjectArg, Scope) {
    (ProjectArg { project: Some(folder.to_path_buf()) }, Scope::default())
}

async fn plan(folder: &Path) -> Result<Plan, Failure> {
    let (project, scope) = arguments(folder);
    let mut prepared = prepare(&project, &scope, false)?;
    let mut bars = Bars::new();
    let plan = prepared.engine.plan(&mut bars).await;
    bars.clear();
    plan.map_err(|error| of_run(&error))
}

async fn run(folder: &Path) -> Result<(Plan, Report), Failure> {
    let (project, scope) = arguments(folder);
    let mut prepared = prepare(&project, &scope, false)?;
    let mut bars = Bars::new();
    let done = prepared.engine.run(&mut bars).await;
    bars.clear();
    let (plan, report) = done.map_err(|error| of_run(&error))?;
    match &report.failure {
        Some(error) => Err(Failure::new(Exit::System, error.to_string(), error.help.clone())),
        None => Ok((plan, report)),
    }
}

/// A run that must plan nothing; answers 1 if it does.
async fn quiet(folder: &Path) -> Result<usize, Failure> {
    let plan = plan(folder).await?;
    let operations: usize = plan.entities.iter().map(|e| e.operations.len()).sum();
    if operations == 0 {
        say("  ✓ a run now finds nothing to do");
        return Ok(0);
    }
    say(&format!("  ✗ {} planned where none was promised", counted(operations, "operation")));
    say(&render(&plan, true));
    Ok(1)
}

/// A folder that is gone with its value.
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        // It holds made-up data only; what cannot be removed is left to the system's own cleaning.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests;
