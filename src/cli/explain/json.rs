//! Pages for a program. Field names are stable; new ones may be added.

use crate::diag::Code;
use crate::diag::json::{JsonDiagnostic, report};
use crate::explain::{self, Example, Page, sentence};
use crate::functions::{self, Behavior, Function, page};
use serde::Serialize;

#[derive(Debug, Serialize)]
pub struct List {
    codes: Vec<CodeSummary>,
    functions: Vec<FunctionPage>,
}

#[derive(Debug, Serialize)]
struct CodeSummary {
    code: &'static str,
    group: Option<&'static str>,
    severity: &'static str,
    summary: String,
}

#[derive(Debug, Serialize)]
pub struct CodePage {
    #[serde(flatten)]
    head: CodeSummary,
    why: String,
    /// Markdown; blank where `why` says all.
    text: String,
    wrong: Option<JsonExample>,
    right: Option<JsonExample>,
}

#[derive(Debug, Serialize)]
struct JsonExample {
    language: &'static str,
    /// Where the fragment stands.
    place: &'static str,
    fragment: String,
    /// The whole file.
    file: String,
    /// Only the command can tell, since it looks at other files; `diagnostics` are empty then.
    command: bool,
    diagnostics: Vec<JsonDiagnostic>,
}

#[derive(Debug, Serialize)]
pub struct FunctionPage {
    function: &'static str,
    group: &'static str,
    signature: String,
    behavior: &'static str,
    cuts: bool,
    doc: &'static str,
    examples: Vec<FunctionExample>,
}

#[derive(Debug, Serialize)]
struct FunctionExample {
    call: String,
    input: String,
    output: String,
}

pub fn list() -> List {
    List {
        codes: crate::diag::codes::all().map(|code| summary(code, explain::page(code))).collect(),
        functions: functions::all().map(function).collect(),
    }
}

pub fn code(code: Code, page: Option<&Page>) -> CodePage {
    CodePage {
        head: summary(code, page),
        why: sentence(code.0.why),
        text: page.map(|page| page.text.clone()).unwrap_or_default(),
        wrong: page.map(|page| example(&page.wrong)),
        right: page.map(|page| example(&page.right)),
    }
}

fn summary(code: Code, page: Option<&Page>) -> CodeSummary {
    CodeSummary {
        code: code.name(),
        group: page.map(|page| page.group),
        severity: code.severity().word(),
        summary: sentence(code.0.summary),
    }
}

fn example(example: &Example) -> JsonExample {
    let checked = explain::check(example);
    JsonExample {
        language: example.frame.language.word(),
        place: example.frame.place,
        fragment: example.fragment.clone(),
        file: example.full_text(),
        command: example.command,
        diagnostics: report(&checked.sources, &checked.diagnostics).diagnostics,
    }
}

pub fn function(function: &'static Function) -> FunctionPage {
    FunctionPage {
        function: function.name,
        group: page::title(function.group),
        signature: page::signature(function),
        behavior: match function.behavior {
            Behavior::Exact => "exact",
            Behavior::Normalizing => "normalizing",
            Behavior::OneWay => "one-way",
        },
        cuts: function.cuts,
        doc: function.doc,
        examples: function
            .examples
            .iter()
            .map(page::cells)
            .map(|[call, input, output]| FunctionExample { call, input, output })
            .collect(),
    }
}
