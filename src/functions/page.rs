//! The transforms as documentation: docs/functions.md, and what `samband explain NAME` shows.

use super::{Behavior, Example, Function, Parameter, all, keys, numbers, text, tuples};
use std::fmt::Write;

/// The groups in the order of the page: title and transforms. A new file of transforms is a line
/// here; a test fails where one is missing.
pub const GROUPS: &[(&str, &[Function])] = &[
    ("Texts", text::FUNCTIONS),
    ("Numbers", numbers::FUNCTIONS),
    ("Several fields as one", tuples::FUNCTIONS),
    ("Number keys and text keys", keys::FUNCTIONS),
];

/// The title of a transform's group.
pub fn group(function: &Function) -> &'static str {
    let group = GROUPS.iter().find(|(_, functions)| functions.iter().any(|f| f.name == function.name));
    group.map_or("Further transforms", |(title, _)| title)
}

/// The call as one writes it, with the parameters' names: `split_last(separator, else …)`.
pub fn signature(function: &Function) -> String {
    let parameters: Vec<_> = function.parameters.iter().map(parameter).collect();
    match parameters.is_empty() {
        true => function.name.to_owned(),
        false => format!("{}({})", function.name, parameters.join(", ")),
    }
}

fn parameter(parameter: &Parameter) -> String {
    match parameter {
        Parameter::Count(name) | Parameter::Text(name) => (*name).to_owned(),
        Parameter::Else(name) => format!("else {name}"),
    }
}

/// What it means for a line, for people: which ways it may go, and whether it shortens.
pub fn ways(function: &Function) -> String {
    let ways = match function.behavior {
        Behavior::Exact => "Both ways; the way back gives the very value.",
        Behavior::Normalizing => "Both ways; values are compared in the form that it gives them.",
        Behavior::OneWay => "One way only: there is no way back.",
    };
    match function.cuts {
        true => format!("{ways} It can shorten a text."),
        false => ways.to_owned(),
    }
}

/// An example's call, input and output, as people read them.
pub fn cells(example: &Example) -> [String; 3] {
    [example.call.to_owned(), (example.input)().to_string(), (example.output)().to_string()]
}

/// One transform, from its heading on.
pub fn function_markdown(function: &Function) -> String {
    let mut out = format!(
        "### {}\n\n`{}`\n\n{}\n\n{}\n\n| call | input | output |\n|---|---|---|\n",
        function.name,
        signature(function),
        function.doc,
        ways(function)
    );
    for example in function.examples {
        // A bar ends a cell, even inside ticks.
        let cells = cells(example).map(|cell| format!("`{}`", cell.replace('|', "\\|")));
        let _ = writeln!(out, "| {} |", cells.join(" | "));
    }
    out
}

/// The text of docs/functions.md.
pub fn markdown() -> String {
    let mut out = String::from(
        "# Transforms\n\n\
         A transform stands between two arrows of a line and changes the value on its way: \
         `email <-> lower <-> fit(100) <-> MailAd`. A value that is not there passes through all of them \
         and stays nothing. `samband explain NAME` shows one of them in the terminal.\n",
    );
    let mut title = "";
    for function in GROUPS.iter().flat_map(|(_, functions)| *functions).chain(all().filter(|f| !placed(f))) {
        if group(function) != title {
            title = group(function);
            let _ = write!(out, "\n## {title}\n");
        }
        let _ = write!(out, "\n{}", function_markdown(function));
    }
    out
}

fn placed(function: &Function) -> bool {
    GROUPS.iter().any(|(_, functions)| functions.iter().any(|f| f.name == function.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_transform_has_its_group() {
        let missing: Vec<_> = all().filter(|f| !placed(f)).map(|f| f.name).collect();
        assert!(missing.is_empty(), "add their file to GROUPS in src/functions/page.rs: {missing:?}");
    }
}
