//! Transforms as a mapping writes them: their arguments are read, checked, and reach the run.

use samband::diag::human;
use samband::model;
use samband::program::{Env, Linked, Links, Lookups, Outcome, Planned};
use samband::source::Sources;
use samband::systems::Row;
use samband::value::{Side, Value};

struct NoLinks;

impl Links for NoLinks {
    fn find(&self, _: usize, _: Side, _: &str, _: &Value) -> Linked {
        Linked::Missing
    }
}

/// An entity of hours with these lines.
fn mapping(lines: &str) -> String {
    format!(
        "edition 2026\n\nmapping case\n\n/// Percent.\nsetting markup: decimal = 25\n\nentity Hours {{\n    \
         severa WorkHour -> business FreeInf[1] where InfCatNo = 90\n\n    identity guid -> Txt4\n    \
         number   PK by business\n\n{lines}}}\n"
    )
}

/// What a mapping's only entity writes to Visma Business.
fn written(lines: &str, fields: &[(&str, Value)]) -> Vec<(String, Value)> {
    let mut sources = Sources::default();
    let file = sources.add("case.mapping", mapping(lines));
    let (program, diagnostics) = model::check(&sources, samband::schema::Schemas::standard(), &[file], None, Some(&[]));
    let style = human::Style { color: false, width: 100, ..human::Style::default() };
    let program = program.unwrap_or_else(|| panic!("{}", human::render_all(&sources, &diagnostics, style)));
    let entity = &program.entities[0];
    let values = entity.severa.fields.iter().map(|field| {
        fields.iter().find(|(name, _)| *name == field.name).map(|(_, value)| value.clone()).unwrap_or_default()
    });
    let row = Row { id: "x".to_owned(), changed: None, values: values.collect() };
    let lookups = Lookups::default();
    let env = Env::new(&NoLinks, &lookups);
    let mut written = Vec::new();
    for line in entity.lines.iter().filter(|line| line.writes_to(Side::Business)) {
        match line.carry(entity, Side::Business, &row, None, &env).outcome {
            Outcome::Write(values) => written.extend(values.into_iter().filter_map(|(slot, planned)| match planned {
                Planned::Value(value) => Some((entity.field_name(Side::Business, slot).to_owned(), value)),
                Planned::Pending(_) => None,
            })),
            other => written.push((line.key.clone(), Value::text(format!("{other:?}")))),
        }
    }
    written
}

fn complaints(lines: &str) -> String {
    let mut sources = Sources::default();
    let file = sources.add("case.mapping", mapping(lines));
    let (_, diagnostics) = model::check(&sources, samband::schema::Schemas::standard(), &[file], None, Some(&[]));
    human::render_all(&sources, &diagnostics, human::Style { color: false, width: 100, ..human::Style::default() })
}

#[test]
fn arguments_below_zero_words_and_what_constants_come_to_reach_the_run() {
    let lines = r#"
    eventDate   -> add_days(-1)                        -> Dt1
    eventDate   -> format_date("yyyy-MM")              -> Txt2
    eventDate or hold -> week                              -> Val3
    quantity or default 0 -> times(1 + markup / 100) -> round_up(1) -> Val1
    quantity or default 0 -> minutes                             -> Val2
    quantity    -> round(2) -> format_number(2, comma) -> Txt3
    description -> one_line -> plain -> truncate(20)   -> Txt1
    createdDateTime -> date_in("Europe/Oslo")          -> Dt2
"#;
    let fields = [
        ("eventDate", Value::Date(jiff::civil::date(2026, 3, 1))),
        ("quantity", Value::Decimal("7.505".parse().unwrap())),
        ("description", Value::text("Café\r\n\r\nmeeting")),
        ("createdDateTime", Value::Instant("2026-06-30T22:30:00Z".parse().unwrap())),
    ];
    let written = written(lines, &fields);
    let get = |name: &str| written.iter().find(|(n, _)| n == name).map(|(_, value)| value.clone());
    assert_eq!(get("Dt1"), Some(Value::Date(jiff::civil::date(2026, 2, 28))), "{written:?}");
    assert_eq!(get("Txt2"), Some(Value::text("2026-03")));
    assert_eq!(get("Val3"), Some(Value::Int(9)));
    assert_eq!(get("Val1"), Some(Value::Decimal("9.4".parse().unwrap())));
    assert_eq!(get("Val2"), Some(Value::Int(450)));
    assert_eq!(get("Txt3"), Some(Value::text("7,51")));
    assert_eq!(get("Txt1"), Some(Value::text("Cafe meeting")));
    assert_eq!(get("Dt2"), Some(Value::Date(jiff::civil::date(2026, 7, 1))));
}

#[test]
fn an_argument_that_does_not_fit_is_told_with_what_does() {
    let cases = [
        ("eventDate -> add_days(1.5) -> Dt1", "days: a whole number"),
        ("quantity or default 0 -> times(0) -> Val1", "factor: a number other than 0"),
        ("quantity -> round(29) -> Val1", "places: a whole number from 0 to 28"),
        ("description -> before(\"\") -> Txt1", "separator: a text of at least one character"),
        ("description -> pad_left(3, \"ab\") -> Txt1", "character: a text of one character"),
        ("eventDate -> format_date(\"dd.mm.yyyy\") -> Txt1", "months are `MM`"),
        ("createdDateTime -> date_in(\"Europe/Olso\") -> Dt1", "the name of a time zone"),
        ("quantity -> format_number(2, semicolon) -> Txt1", "comma"),
    ];
    for (line, wanted) in cases {
        let said = complaints(&format!("    {line}\n"));
        assert!(said.contains(wanted), "{line}:\n{said}");
    }
}

#[test]
fn a_type_that_does_not_fit_is_told_with_what_is_wanted() {
    let cases = [
        ("quantity -> lower -> Txt1", "a text is needed here, and what comes is decimal(18,6)"),
        ("createdDateTime -> month_end -> Dt1", "put `date_in(\"Europe/Oslo\")` before it"),
        ("eventDate -> times(2) -> Val1", "a number is needed here"),
        ("description -> only -> Txt1", "a list of plain values is needed here"),
        ("description -> prefix(\"Text: \") -> Txt1", "may not fit"),
    ];
    for (line, wanted) in cases {
        let said = complaints(&format!("    {line}\n"));
        assert!(said.contains(wanted), "{line}:\n{said}");
    }
}
