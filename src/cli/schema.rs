//! `samband schema`: what both systems can hold, and `schema pull`: what this customer's do.

#[cfg(feature = "run")]
mod names;
#[cfg(feature = "run")]
mod pull;
mod rows;
mod show;

use super::exit::{Exit, Failure};
use super::output;
use super::shared::here;
use crate::diag::suggest::{did_you_mean, nearest};
use crate::project;
use crate::schema::live::{Live, LiveError};
use crate::schema::{Record, Schema, Schemas};
use crate::value::Side;
use std::borrow::Cow;
use std::path::PathBuf;

/// Show the records, fields, types, sizes and rights of each side; needs neither secrets nor network.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Args {
    /// What to show: `severa`, `business.Actor`, `business.OrgUnit[2]`; without it, the records of both.
    #[arg(value_name = "SIDE[.RECORD]")]
    what: Option<String>,
    /// The project whose live schema counts; without it, the project around the working folder.
    #[arg(long, value_name = "DIR")]
    project: Option<PathBuf>,
    /// How to write it.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    #[cfg(feature = "run")]
    #[command(subcommand)]
    command: Option<Command>,
}

#[cfg(feature = "run")]
#[derive(Debug, clap::Subcommand)]
enum Command {
    Pull(pull::Args),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Human,
    Json,
    Markdown,
}

pub fn main(args: &Args) -> Result<Exit, Failure> {
    #[cfg(feature = "run")]
    if let Some(Command::Pull(args)) = &args.command {
        return pull::main(args);
    }
    let live = live(args)?;
    let schemas = match &live {
        Some(live) => Cow::Owned(Schemas::standard().with_live(live)),
        None => Cow::Borrowed(Schemas::standard()),
    };
    let about = live.as_ref().map(|live| live.about.as_str());
    let text = match pick(&schemas, args.what.as_deref())? {
        Picked::Sides(sides) => {
            let list = rows::list(&sides);
            match args.format {
                Format::Human => show::list_text(&list),
                Format::Markdown => show::list_markdown(&list),
                Format::Json => return output::json(&list).map(|()| Exit::Done),
            }
        }
        Picked::Record { schema, record, number } => {
            let table = rows::table(schema, record, number, about);
            match args.format {
                Format::Human => show::record_text(&table),
                Format::Markdown => show::record_markdown(&table),
                Format::Json => return output::json(&table).map(|()| Exit::Done),
            }
        }
    };
    output::data(&text)?;
    Ok(Exit::Done)
}

/// The live schema of the project named, or of the one around the working folder if there is any.
fn live(args: &Args) -> Result<Option<Live>, Failure> {
    let from = here()?;
    let folder = match (project::find(args.project.as_slice(), &from), &args.project) {
        (Ok(mut found), _) if found.len() == 1 => found.pop().map(|project| project.folder),
        (Ok(_), Some(_)) => {
            let what = "there is more than one project in the folder";
            return Err(Failure::new(Exit::Usage, what, "name one project's folder with --project"));
        }
        (Err(error), Some(_)) => return Err(error.into()),
        // Outside a project there is the standard schema.
        (_, None) => None,
    };
    match folder {
        Some(folder) => Live::load(&folder).map_err(|error| of_live(&error)),
        None => Ok(None),
    }
}

fn of_live(error: &LiveError) -> Failure {
    Failure::new(Exit::Usage, error.to_string(), error.help)
}

enum Picked<'a> {
    Sides(Vec<&'a Schema>),
    Record { schema: &'a Schema, record: &'a Record, number: Option<u8> },
}

fn pick<'a>(schemas: &'a Schemas, what: Option<&str>) -> Result<Picked<'a>, Failure> {
    let Some(what) = what else {
        return Ok(Picked::Sides(Side::BOTH.map(|side| schemas.of(side)).to_vec()));
    };
    let (side_name, record) = what.split_once('.').map_or((what, None), |(side, record)| (side, Some(record)));
    let Some(side) = Side::BOTH.into_iter().find(|side| side.word() == side_name) else {
        return Err(no_side(schemas, what, side_name));
    };
    let schema = schemas.of(side);
    let Some(written) = record else { return Ok(Picked::Sides(vec![schema])) };
    let (name, number) = match written.strip_suffix(']').and_then(|w| w.split_once('[')) {
        Some((name, number)) => (name, Some(number)),
        None => (written, None),
    };
    let Some(record) = schema.record(name) else {
        let known = || schema.records.iter().map(|r| r.name.as_str());
        let help = did_you_mean(name, known())
            .unwrap_or_else(|| format!("`samband schema {}` lists its records", side.word()));
        return Err(Failure::new(Exit::Usage, format!("{} has no record `{name}`", side.title()), help));
    };
    let number = match (number, &record.index) {
        (None, _) => None,
        (Some(text), Some(range)) => match text.parse() {
            Ok(number) if range.contains(&number) => Some(number),
            _ => {
                let help = format!("there are {} to {}", range.start(), range.end());
                return Err(Failure::new(Exit::Usage, format!("`{name}` has no number {text}"), help));
            }
        },
        (Some(_), None) => {
            let help = format!("write `{}.{name}`", side.word());
            return Err(Failure::new(Exit::Usage, format!("`{name}` is not numbered"), help));
        }
    };
    Ok(Picked::Record { schema, record, number })
}

/// A slip in the side's name, or a record without its side.
fn no_side(schemas: &Schemas, what: &str, side: &str) -> Failure {
    let of_side = |side: Side| nearest(what, schemas.of(side).records.iter().map(|r| r.name.as_str()));
    let records: Vec<String> = Side::BOTH
        .into_iter()
        .filter_map(|side| of_side(side).map(|record| format!("`{}.{record}`", side.word())))
        .collect();
    let help = match (nearest(side, ["severa", "business"]), records.as_slice()) {
        (Some(side), _) => format!("did you mean `{side}`?"),
        (None, []) => "the sides are `severa` and `business`".to_owned(),
        (None, records) => format!("did you mean {}?", records.join(" or ")),
    };
    Failure::new(Exit::Usage, format!("there is no side `{side}`"), help)
}
