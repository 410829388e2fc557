//! What a test came to, for people and for programs.

use crate::program::Origin;
use crate::value::Value;
use serde_json::{Value as Json, json};

/// One example, or one law of one line.
#[derive(Debug, Clone, PartialEq)]
pub struct Tested {
    /// As people know it: an example's title, or the law.
    pub name: String,
    pub kind: Kind,
    pub entity: String,
    /// The line that a law is about, as it is written: `name <-> Nm`.
    pub subject: Option<String>,
    /// Where the example, or the line, is written.
    pub origin: Origin,
    pub outcome: Outcome,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Example,
    Law,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    Passed,
    /// Nothing could be tried; the reason.
    Skipped(String),
    Failed(Failure),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// What is wrong, in one sentence.
    pub what: String,
    /// What was given, where the mapping's author has not given it.
    pub given: Vec<Shown>,
    pub expected: Vec<Shown>,
    pub produced: Vec<Shown>,
    pub help: Option<String>,
}

/// A field and its value; a text where the value is none of a system's.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    pub field: String,
    pub value: ShownValue,
    /// The line of the mapping that made it.
    pub because: Option<Origin>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum ShownValue {
    Is(Value),
    /// `any`, `assigned by Visma Business`
    Word(String),
    List(Vec<Vec<Shown>>),
}

impl Shown {
    pub fn new(field: &str, value: Value) -> Self {
        Self { field: field.to_owned(), value: ShownValue::Is(value), because: None }
    }

    pub fn word(field: &str, word: &str) -> Self {
        Self { field: field.to_owned(), value: ShownValue::Word(word.to_owned()), because: None }
    }
}

impl std::fmt::Display for ShownValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ShownValue::Is(value) => write!(f, "{value}"),
            ShownValue::Word(word) => f.write_str(word),
            ShownValue::List(records) => {
                let field = |shown: &Shown| format!("{}: {}", shown.field, shown.value);
                let record = |r: &Vec<Shown>| format!("{{ {} }}", r.iter().map(field).collect::<Vec<_>>().join(", "));
                write!(f, "[{}]", records.iter().map(record).collect::<Vec<_>>().join(", "))
            }
        }
    }
}

impl Tested {
    pub fn passed(&self) -> bool {
        self.outcome == Outcome::Passed
    }

    pub fn failure(&self) -> Option<&Failure> {
        match &self.outcome {
            Outcome::Failed(failure) => Some(failure),
            _ => None,
        }
    }

    /// `Customer: name <-> Nm: there and back from Severa`
    pub fn full_name(&self) -> String {
        match &self.subject {
            Some(subject) => format!("{}: {subject}: {}", self.entity, self.name),
            None => format!("{}: {}", self.entity, self.name),
        }
    }

    /// As `--format json` has it.
    pub fn json(&self) -> Json {
        let (outcome, reason) = match &self.outcome {
            Outcome::Passed => ("passed", None),
            Outcome::Skipped(reason) => ("skipped", Some(reason)),
            Outcome::Failed(failure) => ("failed", Some(&failure.what)),
        };
        let failure = self.failure();
        json!({
            "name": self.full_name(),
            "kind": match self.kind { Kind::Example => "example", Kind::Law => "law" },
            "entity": self.entity,
            "file": self.origin.file,
            "line": self.origin.line,
            "outcome": outcome,
            "message": reason,
            "given": failure.map(|f| object(&f.given)),
            "expected": failure.map(|f| object(&f.expected)),
            "produced": failure.map(|f| object(&f.produced)),
        })
    }
}

fn object(fields: &[Shown]) -> Json {
    if fields.is_empty() {
        return Json::Null;
    }
    Json::Object(fields.iter().map(|shown| (shown.field.clone(), value(&shown.value))).collect())
}

/// Decimals are their digits in a text, so that no reader makes a float of them, as in plans.
fn value(shown: &ShownValue) -> Json {
    fn plain(value: &Value) -> Json {
        match value {
            Value::Null => Json::Null,
            Value::Bool(value) => json!(value),
            Value::Int(value) => json!(value),
            Value::Text(text) => json!(text),
            Value::List(values) | Value::Record(values) => values.iter().map(plain).collect(),
            other => json!(other.to_string()),
        }
    }
    match shown {
        ShownValue::Is(value) => plain(value),
        ShownValue::Word(word) => json!({ "is": word }),
        ShownValue::List(records) => records.iter().map(|record| object(record)).collect(),
    }
}
