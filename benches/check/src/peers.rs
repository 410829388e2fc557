//! What others would be checked with: Cedar's policies, TOML by taplo and by pest's grammar.

use crate::measure;
use cedar_policy::{PolicySet, Schema, ValidationMode, Validator};
use std::fmt::Write;
use std::hint::black_box;

const LINES: usize = 10_000;

const SCHEMA: &str = "entity Team;
entity User in [Team] = { name: String, email?: String, level: Long, active: Bool };
entity Customer = { name: String, number: Long };
entity Project in [Customer] = { name: String, status: String, budget: Long, owner: User, open: Bool };
action view, edit, transfer appliesTo { principal: [User], resource: [Project], context: { hours: Long, approved: Bool } };
";

pub fn all(repeat: usize) {
    cedar(repeat);
    toml(repeat);
}

fn cedar(repeat: usize) {
    let mut text = String::new();
    let mut number = 0;
    while text.lines().count() < LINES {
        for _ in 0..100 {
            let effect = if number % 5 == 0 { "forbid" } else { "permit" };
            let action = ["view", "edit", "transfer"][number % 3];
            let _ = writeln!(
                text,
                "// rule {number}\n@id(\"r{number}\")\n{effect} (\n  principal in Team::\"t{}\",\n  action == Action::\"{action}\",\n  resource is Project\n)\nwhen {{\n  resource.status == \"Won\" && context.approved && context.hours < {}\n  && principal.active &&\n  (resource.budget > {} || principal.level >= {})\n}};\n",
                number % 40,
                number + 8,
                number * 10,
                number % 9
            );
            number += 1;
        }
    }
    let (schema, _) = Schema::from_cedarschema_str(SCHEMA).expect("schema");
    let validator = Validator::new(schema);
    let lines = text.lines().count();
    measure("cedar-policy 4.14: parse and validate", lines, repeat, || {
        let set: PolicySet = text.parse().expect("policies");
        let result = validator.validate(&set, ValidationMode::Strict);
        assert!(result.validation_passed());
        black_box(result);
    });
}

fn toml(repeat: usize) {
    let mut text = String::new();
    for number in 0..LINES / 6 {
        let _ = writeln!(
            text,
            "[[entity]]  # {number}\nfrom = \"customer.source{number}\"\nto = \"Target{number}No\"\ntransform = {{ trim = true, truncate = {}, default = \"ÄÖÅ\" }}\nrequired = true\n",
            10 + number % 70
        );
    }
    let lines = text.lines().count();
    measure("taplo 0.14: parse, DOM and validate", lines, repeat, || {
        let dom = taplo::parser::parse(&text).into_dom();
        assert!(dom.validate().is_ok());
        black_box(dom);
    });
    measure("pest 2.9, its TOML grammar: parse to pairs", lines, repeat, || {
        use pest::Parser;
        let pairs = pest_grammars::toml::TomlParser::parse(pest_grammars::toml::Rule::toml, &text);
        black_box(pairs.expect("toml"));
    });
}
