//! Slips that are made in a customer's layer, and who is told of them: file, line and code, and nothing else.

use super::support::mapping;
use samband::diag::human;
use samband::model;
use samband::source::Sources;

const HEAD: &str = "edition 2026\n\nmapping ours extends standard\n\n";

/// Line 5 is the first of the text.
const LAYERS: &[(&str, &[(usize, &str)])] = &[
    // A link that goes takes no warning out of the reach of its comment.
    ("change entity Customer {\n    drop owner.guid\n}\n", &[]),
    // What a map gives and takes is looked at in all its rows.
    (
        "change entity WorkHours {\n    workType.code -> { \"A\" -> \"B\", else -> \"a text that is longer than the forty characters there are\" } -> ProdNo\n}\n",
        &[(6, "may-not-fit")],
    ),
    (
        "change entity Product {\n    type -> { \"Materials\" -> 1, \"Matrials\" -> 2, else -> 3 } -> Gr[3]\n}\n",
        &[(6, "unknown-value")],
    ),
    ("change entity Product {\n    type -> { Materials -> 1, else -> 3 } -> Gr[3]\n}\n", &[]),
    (
        "change entity TravelExpense {\n    expenseClass <- { \"Mileage\" <- 1, \"Fooo\" <- else } <- ProdTp\n}\n",
        &[(6, "unknown-value")],
    ),
    ("change entity TravelExpense {\n    expenseClass <- trim <- Descr\n}\n", &[(6, "type-mismatch")]),
    ("change entity Employee {\n    isActive <-> { true <-> 0, \"no\" <-> 1 } <-> Gr[3]\n}\n", &[(6, "type-mismatch")]),
    // Once for two lines, on whichever sides they meet.
    (
        "change entity Customer {\n    email <-> lower <-> fit(90) <-> MailAd\n    email <-> lower <-> fit(80) <-> MailAd\n}\n",
        &[(7, "two-writers")],
    ),
    ("change table payment_term {\n    21 <-> 5\n    21 <-> 6\n}\n", &[(7, "table-double")]),
    ("off entity ProductCategory\noff entity ProductCategory\n", &[(6, "changes-nothing")]),
    ("change entity Customer {\n}\n", &[(5, "changes-nothing")]),
    ("change entity Customer {\n    nonsense here\n}\n", &[(6, "missing-arrow")]),
    // Who takes something away is told, once.
    ("off entity Customer\n", &[(5, "link-off")]),
    ("change entity PurchaseCost {\n    drop unitCost.currencyCode\n}\n", &[(6, "amount-without-currency")]),
    ("change entity Invoice {\n    drop currency.code\n}\n", &[(6, "currency-unchecked")]),
    ("change entity BusinessUnit {\n    send from severa where name is not blank\n}\n", &[(6, "link-may-miss")]),
    ("change entity Customer {\n    send from business also where CustNo < 0\n}\n", &[(6, "filter-never-true")]),
    (
        "change entity Customer {\n    send from business also where Gr[exclude_group] != exclude_value\n}\n",
        &[(6, "filter-always-true")],
    ),
    ("change setting project_unit = 1\n", &[(5, "require-not-met")]),
    // No faults that only follow from another.
    (
        "change entity Customer {\n    owner.guid or keep <-> link Employe <-> Seller or blank\n}\n",
        &[(6, "unknown-entity")],
    ),
    ("change entity Customer {\n    number CustNo by severa\n}\n", &[(6, "number-by")]),
    ("change entity WorkHours {\n    identity guid -> Gr1\n}\n", &[(6, "bad-identity")]),
    ("change entity Customer {\n    Nm <-> fit(80) <-> name\n}\n", &[(6, "unknown-name")]),
    (
        "/// How.\nsetting mode: one of a, b = c\nchange entity Customer {\n    (when mode = a -> \"x\" else \"y\") -> Inf[3]\n}\n",
        &[(6, "setting-type")],
    ),
    (
        "entity Thing {\n    severa Project -> business Prod where ProdGr = \"x\"\n\n    identity guid -> Inf[7]\n    match    number = ProdNo and name = Descr\n\n    number         -> key          -> ProdNo\n    name or hold -> truncate(60) -> Descr\n}\n",
        &[(6, "type-mismatch")],
    ),
    // What stands under a condition or is given to new records can be changed and dropped too; `Inf[2]` is `Inf2`.
    ("change entity Project {\n    drop salesStatus.salesStatusTypeGuid\n}\n", &[]),
    ("change entity Product {\n    drop PrCatNo\n}\n", &[]),
    (
        "change entity Project {\n    on create {\n        salesStatus.salesStatusTypeGuid <- won_status\n    }\n}\n",
        &[(7, "changes-nothing")],
    ),
    ("change entity Project {\n    description -> truncate(40) -> Inf[2]\n}\n", &[]),
    ("change entity Project {\n    drop Inf[2]\n}\n", &[]),
    // A new record without its own number is outside its own `where`.
    ("change entity Customer {\n    number ActNo by business\n}\n", &[(6, "missing-required")]),
    // Links that lead elsewhere, and values that new records cannot hold.
    (
        "change entity WorkHours {\n    user.businessUnit.guid -> link BusinessUnit -> R[5]\n}\n",
        &[(6, "link-wrong-entity")],
    ),
    (
        "change entity WorkHours {\n    drop CustNo\n    project.guid -> link Project or hold -> CustNo\n}\n",
        &[(7, "link-wrong-entity")],
    ),
    (
        "entity Thing {\n    severa Project -> business Prod where ProdGr = 99999999999\n\n    identity guid -> Inf[7]\n    match    number = ProdNo and name = Descr\n\n    number       -> key          -> ProdNo\n    name or hold -> truncate(60) -> Descr\n}\n",
        &[(6, "may-not-fit")],
    ),
    // Words of a choice in conditions.
    ("change entity Product {\n    send from severa where type = \"Matrials\"\n}\n", &[(6, "unknown-value")]),
    (
        "change entity Product {\n    send from severa where type in (Materials, \"Fixed\")\n}\n",
        &[(6, "unknown-value")],
    ),
    ("change entity Customer {\n    send from business where Gr[5] in (\"1\", \"2\")\n}\n", &[(6, "type-mismatch")]),
    // What decides before anything runs asks settings, and settings that there are.
    ("require projekt_unit != 3: \"no\"\n", &[(5, "unknown-name")]),
    ("require master = servera: \"no\"\n", &[(5, "unknown-value")]),
    (
        "change entity Customer {\n    only if ProductCategory.transfr {\n        website -> truncate(80) -> Inf[3]\n    }\n}\n",
        &[(6, "unknown-name")],
    ),
    (
        "change entity Customer {\n    only if isInternal {\n        website -> truncate(80) -> Inf[3]\n    }\n}\n",
        &[(6, "unknown-name")],
    ),
    // Branches are held against the filter, and a write-back goes on outside it.
    ("change entity WorkHours {\n    (when not isApproved -> \"1\" else \"0\") -> Txt2\n}\n", &[(6, "dead-branch")]),
    ("change entity Invoice {\n    notes <- (when isPaid -> \"paid\" else keep)\n}\n", &[]),
    (
        "change entity WorkHours {\n    (when quantity > 10 -> \"x\" when quantity > 5 -> \"y\" else \"z\") -> Txt3\n}\n",
        &[],
    ),
];

#[test]
fn a_slip_in_a_layer_is_told_once_where_it_was_made() {
    let mut wrong = String::new();
    for (text, expected) in LAYERS {
        let mut sources = Sources::default();
        let mut files = mapping::add_standard(&mut sources);
        let own = sources.add("ours.mapping", format!("{HEAD}{text}"));
        files.push(own);
        let (_, faults) = model::check(&sources, samband::schema::Schemas::standard(), &files, None, None);
        let place = |d: &samband::diag::Diagnostic| {
            d.span().map_or(0, |s| if s.file == own { sources.position(s).line } else { 0 })
        };
        let found: Vec<(usize, &str)> = faults.iter().map(|d| (place(d), d.code.name())).collect();
        if found != *expected || faults.iter().any(|d| d.help.is_none()) {
            wrong += &format!("{text}{}\n", human::render_all(&sources, &faults, human::Style::default()));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

const NEEDED: &str = "  Project: { default_owner: kari@example.com, won_status: Order }\n  Invoice: { status_to_send: Ready, transferred: Transferred, sent: Sent, paid: Paid }\n";

/// What stands below `settings:`, from line 3, before what a customer must give.
const SETTINGS: &[(&str, &[(usize, &str)])] = &[
    ("  TravelExpense: { group: 90 }\n  WorkType: { group: 91 }\n  PurchaseCost: { accounts: [4300..4999] }\n", &[]),
    (
        "  TravelExpense: { group: 90 }\n  WorkType: { group: 91 }\n  PurchaseCost: { accounts: [4999..4300] }\n",
        &[(5, "setting-type")],
    ),
    (
        "  TravelExpense: { group: 90 }\n  WorkType: { group: 90 }\n  PurchaseCost: { accounts: [4300] }\n",
        &[(3, "require-not-met")],
    ),
    (
        "  TravelExpense: { group: 90 }\n  Worktype: { group: 91 }\n  PurchaseCost: { accounts: [4300] }\n",
        &[(4, "setting-unknown")],
    ),
    (
        "  TravelExpense: { group: 90 }\n  WorkType: { group: 99999999999 }\n  PurchaseCost: { accounts: [4300] }\n",
        &[(4, "setting-range")],
    ),
    (
        "  TravelExpense: { group: 90 }\n  WorkType: { group: 91 }\n  PurchaseCost: { accounts: [4300] }\n  project_unit: 13\n  department_unit: -1\n",
        &[(6, "setting-range"), (7, "setting-range")],
    ),
    (
        "  TravelExpense: { group: 90 }\n  WorkType: { group: 91 }\n  PurchaseCost: { accounts: [4300] }\n  Project.guid_field: 2\n",
        &[(6, "two-writers")],
    ),
];

#[test]
fn a_slip_in_the_settings_is_told_once_where_it_was_made() {
    let mut wrong = String::new();
    for (text, expected) in SETTINGS {
        let mut sources = Sources::default();
        let files = mapping::add_standard(&mut sources);
        let yaml = format!("mapping: standard\nsettings:\n{text}{NEEDED}");
        let own = samband::settings::add(&mut sources, "samband.yaml", &yaml);
        let (settings, _) = samband::settings::read(&sources, own);
        let schemas = samband::schema::Schemas::standard();
        let (_, faults) = model::check(&sources, schemas, &files, settings.mapping.as_ref(), Some(&settings.settings));
        let place = |d: &samband::diag::Diagnostic| {
            d.span().map_or(0, |s| if s.file == own { sources.position(s).line } else { 0 })
        };
        let found: Vec<(usize, &str)> = faults.iter().map(|d| (place(d), d.code.name())).collect();
        if found != *expected {
            wrong += &format!("{yaml}{}\n", human::render_all(&sources, &faults, human::Style::default()));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
