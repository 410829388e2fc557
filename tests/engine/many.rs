//! Many hours: read, planned and written page by page and together, with faults in the middle.

use super::support::memory::Fault;
use super::*;
use samband::model;
use samband::program::Program;
use samband::schema::Schemas;
use samband::source::{FileId, Sources, Span, Spanned};

const MAPPING: &str = "edition 2026

mapping many

entity WorkHours {
    severa WorkHour -> business FreeInf[1] where InfCatNo = 90 and FrInfTp = 1

    identity guid -> Txt4
    number   PK by business

    send from severa where isApproved

    eventDate             ->             Dt1
    quantity or default 0 -> round(2) -> Val1
}
";

/// More than are planned in one piece, and no multiple of a page or of what is written together.
const HOURS: u128 = 2_345;

fn program() -> Program {
    let mut sources = Sources::default();
    let files = vec![sources.add("many.mapping", MAPPING)];
    let name = Spanned::new("many".to_owned(), Span::new(FileId(0), 0, 0));
    let (program, diagnostics) = model::check(&sources, Schemas::standard(), &files, Some(&name), Some(&[]));
    assert!(diagnostics.is_empty(), "{diagnostics:#?}");
    program.expect("a program")
}

fn company(together: usize) -> Company {
    let company = Company::new();
    for bits in 0..HOURS {
        company.severa.put(
            "WorkHour",
            &text(0x10_0000 + bits),
            &[
                ("guid", guid(0x10_0000 + bits)),
                ("isApproved", Value::Bool(bits % 50 > 0)),
                ("eventDate", Value::Date(jiff::civil::date(2026, 2, 3))),
                ("quantity", Value::Decimal(rust_decimal::Decimal::new(i64::try_from(bits).unwrap(), 2))),
            ],
        );
    }
    let mut world = company.business.world.lock().unwrap();
    (world.together, world.knows_identities) = (together, true);
    drop(world);
    company
}

fn approved() -> usize {
    (0..HOURS).filter(|bits| bits % 50 > 0).count()
}

impl Company {
    fn run_many(&self, options: Options) -> Result<(Plan, Report), RunError> {
        block(self.engine_of(program(), options).run(&mut Quiet))
    }

    /// Each approved hour has one row, and holds what it should.
    fn is_whole(&self) {
        let world = self.business.world.lock().unwrap();
        let rows = &world.tables["FreeInf1"].rows;
        let mut carried: Vec<(String, Value)> =
            rows.values().map(|row| (row["Txt4"].as_text().unwrap().to_owned(), row["Val1"].clone())).collect();
        carried.sort_by(|a, b| a.0.cmp(&b.0));
        let ids: Vec<&String> = carried.iter().map(|(id, _)| id).collect();
        assert!(ids.windows(2).all(|w| w[0] != w[1]), "an hour is there twice");
        assert_eq!(carried.len(), approved());
        for (id, value) in &carried {
            assert!(value.same(&self.severa.get("WorkHour", id, "quantity")), "{id}: {value}");
        }
    }

    fn nothing_more(&self) {
        for full in [false, true] {
            let (plan, report) = self.run_many(Options { full, ..Options::default() }).unwrap();
            assert!(plan.is_empty(), "full: {full}: {}", samband::plan::render(&plan, true));
            assert_eq!((report.done(), report.held), (0, 0));
        }
    }
}

#[test]
fn many_hours_are_counted_and_carried_over_once() {
    for together in [1, 100] {
        let company = company(together);
        let (plan, report) = company.run_many(Options::default()).unwrap();
        assert_eq!(report.failure, None);
        assert!(plan.entities[0].operations.is_empty(), "they are carried out page by page");
        assert_eq!((plan.totals().create, report.done()), (approved(), approved()));
        assert_eq!(plan.entities[0].kept_back.iter().map(|(_, n)| n).sum::<usize>(), HOURS as usize - approved());
        assert_eq!(report.summary(&plan), format!("{} of {} operations done, 0 records held", approved(), approved()));
        company.is_whole();
        company.nothing_more();
        let (plan, _) = company.run_many(Options { full: true, ..Options::default() }).unwrap();
        assert_eq!(plan.entities[0].unchanged, approved());
    }
}

#[test]
fn a_change_on_either_side_is_found_among_many_and_so_is_what_is_gone() {
    let company = company(100);
    company.run_many(Options::default()).unwrap();
    company.severa.put("WorkHour", &text(0x10_0007), &[("quantity", Value::Int(9))]);
    let one = {
        let mut world = company.business.world.lock().unwrap();
        let rows = &mut world.tables.get_mut("FreeInf1").unwrap().rows;
        let one = rows.iter().find(|(_, row)| row["Txt4"] == Value::text(text(0x10_0008))).unwrap().0.clone();
        rows.get_mut(&one).unwrap().insert("Val1".to_owned(), Value::Int(77));
        let gone = rows.iter().find(|(_, row)| row["Txt4"] == Value::text(text(0x10_0009))).unwrap().0.clone();
        rows.remove(&gone);
        one
    };
    company.severa.world.lock().unwrap().tables.get_mut("WorkHour").unwrap().rows.remove(&text(0x10_000A));
    let (plan, report) = company.run_many(Options { full: true, ..Options::default() }).unwrap();
    // What somebody wrote in Visma Business stays until the hour itself changes.
    assert_eq!(plan.entities[0].unchanged, approved() - 3);
    assert_eq!(plan.totals().update, 1, "{}", samband::plan::render(&plan, true));
    let mut held: Vec<&str> = plan.entities[0].held.iter().map(|h| h.code.as_str()).collect();
    held.dedup();
    assert_eq!((held, report.held), (vec!["vanished"], 2));
    assert_eq!(company.business.get("FreeInf1", &one, "Val1"), Value::Int(77));
}

#[test]
fn limits_see_all_pages_before_the_first_write() {
    let company = company(100);
    let limits = Limits { changes: Some(2_000), percent: None };
    let Err(RunError::Limits(stopped, plan)) = company.run_many(Options { limits, ..Options::default() }) else {
        panic!("it goes over the limit");
    };
    assert_eq!((stopped[0].count, plan.totals().create), (approved(), approved()));
    assert_eq!(company.business.world.lock().unwrap().writes, 0);
    let limits = Limits { changes: Some(approved()), percent: None };
    let (plan, report) = company.run_many(Options { limits, ..Options::default() }).unwrap();
    assert_eq!((plan.totals().create, report.done()), (approved(), approved()));
    company.is_whole();
    company.nothing_more();
}

#[test]
fn a_fault_among_many_loses_and_doubles_nothing() {
    for fault in
        [Fault::CrashBefore, Fault::CrashAfter, Fault::LostReply, Fault::LateApply, Fault::Refused, Fault::SideDown]
    {
        for passes in [150, 2_250] {
            let company = company(100);
            {
                let mut world = company.business.world.lock().unwrap();
                (world.fault, world.passes) = (Some(fault), passes);
            }
            let mut engine = company.engine_of(program(), Options::default());
            let crashed = std::thread::scope(|scope| {
                scope.spawn(move || drop(block(engine.run(&mut Quiet)).unwrap())).join().is_err()
            });
            assert_eq!(crashed, matches!(fault, Fault::CrashBefore | Fault::CrashAfter), "{fault:?} after {passes}");
            company.wait();
            company.run_many(Options::default()).unwrap();
            company.is_whole();
            company.nothing_more();
        }
    }
}
