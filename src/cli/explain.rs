//! `samband explain`: the long text of a diagnostic or a transform, and the list of both.

mod human;
mod json;

use super::exit::{Exit, Failure};
use super::output;
use crate::diag::{Code, codes, suggest};
use crate::explain::{markdown, page, page_markdown};
use crate::functions::{self, Function, page as functions_page};

/// Explain a diagnostic or a transform, with a wrong and a right example.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The name in brackets behind `error` or `warning`, such as `may-not-fit`, or a transform's
    /// name, such as `fit`; without one, all of them.
    #[arg(value_name = "CODE")]
    name: Option<String>,
    /// How to show it.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Human,
    Markdown,
    Json,
}

/// What a name stands for.
enum Found {
    Code(Code),
    Function(&'static Function),
}

pub fn main(args: &Args) -> Result<Exit, Failure> {
    let style = output::style_stdout();
    match (args.name.as_deref().map(find).transpose()?, args.format) {
        (None, Format::Human) => output::data(&human::list(style))?,
        (None, Format::Markdown) => output::data(&whole_markdown())?,
        (None, Format::Json) => output::json(&json::list())?,
        (Some(Found::Code(code)), Format::Human) => output::data(&human::code(code, page(code), style))?,
        (Some(Found::Code(code)), Format::Markdown) => {
            let text = page(code).map(page_markdown);
            output::data(&text.unwrap_or_else(|| human::code(code, None, style)))?;
        }
        (Some(Found::Code(code)), Format::Json) => output::json(&json::code(code, page(code)))?,
        (Some(Found::Function(function)), Format::Human) => output::data(&human::function(function, style))?,
        (Some(Found::Function(function)), Format::Markdown) => {
            output::data(&functions_page::function_markdown(function))?;
        }
        (Some(Found::Function(function)), Format::Json) => output::json(&json::function(function))?,
    }
    Ok(Exit::Done)
}

/// All pages one after the other: what stands in the documentation's files.
fn whole_markdown() -> String {
    let pages = markdown().into_iter().skip(1).map(|(_, text)| text);
    pages.chain([functions::markdown()]).collect::<Vec<_>>().join("\n")
}

/// As people copy it: `may-not-fit`, `error[may-not-fit]`, `fit(80)`.
fn find(given: &str) -> Result<Found, Failure> {
    let name = given.split_once('[').map_or(given, |(_, rest)| rest.trim_end_matches(']'));
    let name = name.split_once('(').map_or(name, |(before, _)| before).trim();
    if let Some(code) = codes::all().find(|code| code.name().eq_ignore_ascii_case(name)) {
        return Ok(Found::Code(code));
    }
    if let Some(function) = functions::find(name) {
        return Ok(Found::Function(function));
    }
    let names: Vec<&str> = codes::all().map(Code::name).chain(functions::all().map(|f| f.name)).collect();
    let list = "`samband explain` without a name lists all of them";
    Err(Failure::new(
        Exit::Usage,
        format!("there is no diagnostic and no transform `{given}`"),
        match suggest::did_you_mean(name, names) {
            Some(nearest) => format!("{nearest} {list}"),
            None => list.to_owned(),
        },
    ))
}
