//! The transforms as documentation: docs/functions.md, and what `samband explain NAME` shows.

use super::{Behavior, Example, Function, GROUPS, Parameter, all};
use std::fmt::Write;

/// A group's heading: the group `keys` holds what goes between number keys and text keys.
pub fn title(group: &str) -> &str {
    match group {
        "text" => "Texts",
        "numbers" => "Numbers",
        "dates" => "Dates",
        "lists" => "Lists",
        "keys" => "Number keys and text keys",
        "bools" => "Yes and no",
        other => other,
    }
}

/// All groups with their transforms, in the order of the page.
pub fn groups() -> impl Iterator<Item = (&'static str, Vec<&'static Function>)> {
    GROUPS.iter().map(|group| (title(group), all().filter(|f| f.group == *group).collect()))
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
        Parameter::Else(name) => format!("else {name}"),
        Parameter::Choice(_, words) => words.join("|"),
        other => other.name().to_owned(),
    }
}

/// What it means for a line, for people: which ways it may go, and whether it shortens.
pub fn ways(function: &Function) -> String {
    let ways = match function.behavior {
        Behavior::Exact => "Both ways; the way back gives the very value.",
        Behavior::Normalizing => "Both ways; values are compared in the form that it gives them.",
        Behavior::OneWay => "One way only: there is no way back.",
    };
    let cuts = if function.cuts { " It can shorten a text." } else { "" };
    match function.fails {
        Some(fails) => format!("{ways}{cuts} Held: {}", lowered(fails)),
        None => format!("{ways}{cuts}"),
    }
}

fn lowered(sentence: &str) -> String {
    let mut chars = sentence.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

/// An example's call, input and output, as people read them.
pub fn cells(example: &Example) -> [String; 3] {
    let call = if example.back { format!("{}, back", example.call) } else { example.call.to_owned() };
    [call, (example.input)().to_string(), (example.output)().to_string()]
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
    for (title, functions) in groups() {
        let _ = write!(out, "\n## {title}\n");
        for function in functions {
            let _ = write!(out, "\n{}", function_markdown(function));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_transform_has_a_group_with_a_heading() {
        assert!(all().all(|f| GROUPS.contains(&f.group)));
        assert!(GROUPS.iter().all(|group| title(group) != *group));
    }
}
