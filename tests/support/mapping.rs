//! The standard mapping, compiled as a customer's project would have it.

use samband::model::{self, Given, GivenValue};
use samband::program::{Lookups, Program};
use samband::source::{FileId, Sources, Span, Spanned};
use samband::value::{Guid, Value};

pub struct Standard {
    pub program: Program,
    pub lookups: Lookups,
    /// Norway's GUID in Severa; it is number 47 in Visma Business.
    pub norway: Value,
}

pub fn add_standard(sources: &mut Sources) -> Vec<FileId> {
    samband::standard::FILES.iter().map(|(name, text)| sources.add(*name, *text)).collect()
}

pub fn given(settings: &[(&str, GivenValue)]) -> Vec<Given> {
    let nowhere = Span::new(FileId(0), 0, 0);
    settings
        .iter()
        .map(|(name, value)| Given {
            name: Spanned::new((*name).to_owned(), nowhere),
            value: value.clone(),
            span: nowhere,
        })
        .collect()
}

pub fn standard() -> Standard {
    standard_with(&[])
}

/// A customer's mapping file over the standard mapping.
pub fn layered(text: &str) -> Program {
    let mut sources = Sources::default();
    let mut files = add_standard(&mut sources);
    files.push(sources.add("customer.mapping", text));
    let settings = given(&settings());
    let (program, diagnostics) = model::check(
        &sources,
        samband::schema::Schemas::standard(),
        &files,
        Some(&Spanned::new("customer".to_owned(), Span::new(FileId(0), 0, 0))),
        Some(&settings),
    );
    assert!(diagnostics.is_empty(), "{diagnostics:#?}");
    program.expect("a program")
}

/// The same with further settings, each a text.
pub fn standard_with(further: &[(&str, &str)]) -> Standard {
    let mut sources = Sources::default();
    let files = add_standard(&mut sources);
    let mut settings = settings();
    settings.extend(further.iter().map(|(name, value)| {
        (*name, value.parse().map_or_else(|_| GivenValue::Text((*value).to_owned()), GivenValue::Bool))
    }));
    standard_of(&sources, &files, &settings)
}

fn settings() -> Vec<(&'static str, GivenValue)> {
    vec![
        ("Project.default_owner", GivenValue::Text("kari@example.com".to_owned())),
        ("Project.won_status", GivenValue::Text("Order".to_owned())),
        ("Invoice.status_to_send", GivenValue::Text("Ready for ERP".to_owned())),
        ("Invoice.transferred", GivenValue::Text("Transferred".to_owned())),
        ("Invoice.sent", GivenValue::Text("Sent".to_owned())),
        ("Invoice.paid", GivenValue::Text("Paid".to_owned())),
        ("TravelExpense.group", GivenValue::Number("90".to_owned())),
        ("WorkType.group", GivenValue::Number("91".to_owned())),
        ("PurchaseCost.accounts", GivenValue::List(vec![GivenValue::Text("4300..4999".to_owned())])),
    ]
}

fn standard_of(sources: &Sources, files: &[FileId], settings: &[(&str, GivenValue)]) -> Standard {
    let settings = given(settings);
    let (program, diagnostics) =
        model::check(sources, samband::schema::Schemas::standard(), files, None, Some(&settings));
    assert!(diagnostics.is_empty(), "{diagnostics:#?}");
    let program = program.expect("a program");
    let norway = Value::Guid(Guid(0x4700));
    let kept = program
        .kept
        .iter()
        .map(|table| match table.name.as_str() {
            "iso_of_country" => vec![vec![norway.clone(), Value::text("NO")]],
            "country" => vec![vec![Value::text("NO"), Value::Int(47)]],
            "iso_of_currency" => vec![vec![Value::Guid(Guid(0x4701)), Value::text("NOK")]],
            _ => vec![vec![Value::text("NOK"), Value::Int(47)]],
        })
        .collect();
    let named =
        program.named.iter().map(|n| vec![vec![Value::Guid(Guid(1)), Value::text(n.wanted.as_str())]]).collect();
    let lookups = Lookups::new(&program, kept, named).expect("all names are known");
    Standard { program, lookups, norway }
}
