//! `samband schema pull`: the project's systems as they really are, kept beside its mapping.

use super::names::{Names, names};
use super::of_live;
use crate::cli::engine::{business, of_run, severa};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output;
use crate::cli::ready::{Connections, ProjectArg, connections};
use crate::cli::runtime;
use crate::cli::shared::{Format, FormatArg, counted, here};
use crate::diag::{Severity, has_errors, human};
use crate::project;
use crate::run::RunError;
use crate::schema::live::{Company, Live, Tenant};
use crate::schema::{self, Schemas};
use crate::settings::{self, FILE_NAME, Settings};
use crate::source::Sources;
use crate::systems::{System, SystemError};
use serde::Serialize;
use std::fmt::Write;
use std::path::PathBuf;

/// Read the company's own columns and the tenant's own names, and keep them in the project; writes to neither system.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    project: ProjectArg,
    #[command(flatten)]
    format: FormatArg,
}

/// What was found, for a program.
#[derive(Debug, Serialize)]
struct Document {
    file: String,
    tables: usize,
    /// Records whose names are known.
    named: Vec<String>,
    /// In what the company differs from the standard schema.
    differences: Vec<String>,
    /// What could not be read, with the reason.
    unread: Vec<String>,
}

pub fn main(args: &Args) -> Result<Exit, Failure> {
    let (folder, settings) = settings(&args.project)?;
    let connections = connections(&folder, &settings)?;
    let (mut tenant, company, unread) = runtime::start()?.block_on(read(&connections))?;
    // What a person has written there is not found again.
    let before = Live::load(&folder).ok().flatten().and_then(|live| live.severa);
    tenant.fields = before.map(|before| before.fields).unwrap_or_default();
    let named = tenant.names.keys().cloned().collect();
    let tables = company.tables.len();
    let live = Live::new(&jiff::Zoned::now().date().to_string(), Some(tenant), Some(company));
    let path = live.save(&folder).map_err(|error| of_live(&error))?;
    let differences = schema::differences(&Schemas::standard().with_live(&live).business);
    let file = project::shown(&path, &here()?);
    let document = Document { file, tables, named, differences, unread };
    match args.format.format {
        Format::Json => output::json(&document)?,
        Format::Human => {
            output::data(&text(&document))?;
            let tables = counted(document.tables, "table");
            let records = counted(document.named.len(), "kind");
            output::message(&format!("{}: {tables}, names of {records} of records", document.file));
        }
    }
    Ok(Exit::Done)
}

/// The project's folder and settings. A faulty mapping does not matter: this may be what mends it.
fn settings(arg: &ProjectArg) -> Result<(PathBuf, Settings), Failure> {
    let from = here()?;
    let mut found = project::find(arg.project.as_slice(), &from)?;
    let several = found.len() > 1;
    let Some(project) = found.pop().filter(|_| !several) else {
        let what = "there is more than one project in the folder";
        return Err(Failure::new(Exit::Usage, what, "name one project's folder with --project"));
    };
    let Some(path) = project.settings else {
        let what = format!("there is no {FILE_NAME}, so there is nothing to connect to");
        return Err(Failure::new(Exit::Usage, what, "write one, or try `samband sandbox --dir DIR`"));
    };
    let mut sources = Sources::default();
    let file = settings::add(&mut sources, project::shown(&path, &from), &project::read(&path, &from)?);
    let (settings, diagnostics) = settings::read(&sources, file);
    if diagnostics.iter().any(|d| d.severity() >= Severity::Warning) {
        output::message(human::render_all(&sources, &diagnostics, output::style_stderr()).trim_end());
    }
    if has_errors(&diagnostics) {
        return Err(Failure::new(Exit::Faults, format!("{FILE_NAME} has faults"), "mend them and pull again"));
    }
    Ok((project.folder, settings))
}

async fn read(ready: &Connections) -> Result<(Tenant, Company, Vec<String>), Failure> {
    let of_system = |error: SystemError| of_run(&RunError::System(error));
    let mut severa = severa(ready)?;
    severa.open(&[]).await.map_err(of_system)?;
    let company = company(ready).await.map_err(of_system)?;
    let (names, unread): (Names, _) = names(&mut severa).await.map_err(of_system)?;
    let tenant = Tenant { from: ready.severa.url.value.clone(), names, ..Tenant::default() };
    Ok((tenant, company, unread))
}

async fn company(ready: &Connections) -> Result<Company, SystemError> {
    let mut business = business(ready);
    business.open(&[]).await?;
    let from = format!("{} on {}", ready.business.database.value, ready.business.server.value);
    let mut company = Company { from, ..Company::default() };
    for record in &schema::business().records {
        for number in schema::numbers(record) {
            let table = schema::table(&record.name, number);
            let columns = business.declared(&table).await?;
            if !columns.is_empty() {
                company.tables.insert(table, columns);
            }
        }
    }
    Ok(company)
}

fn text(document: &Document) -> String {
    let mut text = String::new();
    match document.differences.as_slice() {
        [] => text.push_str("the company is as the standard schema says\n"),
        differences => {
            text.push_str("other than in the standard schema:\n");
            for difference in differences {
                let _ = writeln!(text, "  {difference}");
            }
        }
    }
    if !document.unread.is_empty() {
        text.push_str("not read:\n");
        for unread in &document.unread {
            let _ = writeln!(text, "  {unread}");
        }
    }
    text
}
