//! Invoice drafts that become orders, whole or not at all, with what their rows need.

use crate::{Company, Fault, Limits, Options, guid, text};
use samband::plan::Kind;
use samband::value::Value;

const DRAFT: u128 = 0xF1;

fn word(text: &str) -> Value {
    Value::text(text)
}

/// A row's fields in the order in which the program asks for them.
fn row(company: &Company, fields: &[(&str, Value)]) -> Value {
    let program = company.program();
    let invoice = program.entities.iter().find(|e| e.name == "Invoice").expect("invoices");
    let list = invoice.severa.fields.iter().find(|f| f.name == "rows").and_then(|f| f.of.as_ref()).expect("rows");
    let value = |name: &str| fields.iter().find(|(field, _)| *field == name).map(|(_, value)| value.clone());
    Value::Record(list.fields.iter().map(|f| value(&f.name).unwrap_or_default()).collect())
}

/// A customer that is linked, work types, and a draft that is ready, with one row of work.
fn company() -> Company {
    let company = Company::new();
    company.won_customer(0x10, 20_001, "Kuusikko Oy");
    for (bits, code, name) in [(0xB1, "CONS", "Consulting"), (0xB2, "TRAVEL", "Travelling")] {
        let fields =
            [("guid", guid(bits)), ("code", word(code)), ("name", word(name)), ("isActive", Value::Bool(true))];
        company.severa.put("WorkType", &text(bits), &fields);
    }
    company.run();
    company
}

fn draft(company: &Company, rows: Vec<Value>) {
    company.severa.put(
        "Invoice",
        &text(DRAFT),
        &[
            ("guid", guid(DRAFT)),
            ("status", guid(0x701)),
            ("status.guid", guid(0x701)),
            ("customer.guid", guid(0x10)),
            ("customer.name", word("Kuusikko Oy")),
            ("billingCustomer.guid", guid(0x10)),
            ("currency.code", word("NOK")),
            ("date", Value::Date(jiff::civil::date(2026, 11, 20))),
            ("isCreditNote", Value::Bool(false)),
            ("notes", word("call Kari")),
            ("rows", Value::List(rows)),
        ],
    );
}

fn work(company: &Company, bits: u128, quantity: i64, price: i64) -> Value {
    row(
        company,
        &[
            ("guid", guid(bits)),
            ("description", word("Design")),
            ("workType.guid", guid(0xB1)),
            ("quantity", Value::Decimal(quantity.into())),
            ("unitPrice.amount", Value::Decimal(price.into())),
            ("unitPrice.currencyCode", word("NOK")),
        ],
    )
}

fn orders(company: &Company) -> Vec<String> {
    let world = company.business.world.lock().unwrap();
    world.tables.get("Ord").map(|t| t.rows.keys().cloned().collect()).unwrap_or_default()
}

#[test]
fn a_draft_that_is_ready_becomes_an_order_with_its_rows_and_the_products_they_need() {
    let company = company();
    assert_eq!(company.business.count("Prod"), 0, "work types are not carried over by themselves");
    draft(&company, vec![work(&company, 0xE1, 10, 1_250), work(&company, 0xE2, 2, 900)]);
    let (plan, report) = company.run();
    assert_eq!(report.failure, None);
    let kinds: Vec<_> =
        plan.entities.iter().flat_map(|e| e.operations.iter().map(|o| (e.entity.as_str(), o.kind))).collect();
    assert_eq!(kinds, [("WorkType", Kind::Create), ("Invoice", Kind::Create), ("Invoice", Kind::WriteBack)]);
    let orders = orders(&company);
    assert_eq!(orders.len(), 1);
    let order = |field: &str| company.business.get("Ord", &orders[0], field);
    assert_eq!((order("TrTp"), order("OrdTp")), (Value::Int(1), Value::Int(1)));
    assert_eq!(order("Inf6"), word(&text(DRAFT)));
    let rows = company.customer_rows(0x10);
    assert_eq!(order("CustNo"), company.business.get("Actor", &rows[0], "CustNo"));
    for (number, quantity, price) in [(1, 10, 1_250), (2, 2, 900)] {
        let line = |field: &str| company.business.get("OrdLn", &format!("{}/{number}", orders[0]), field);
        assert_eq!(line("ProdNo"), word("CONS"));
        assert_eq!((line("NoInvoAb"), line("Price")), (Value::Decimal(quantity.into()), Value::Decimal(price.into())));
        assert_eq!(line("OrdNo").to_string(), orders[0]);
    }
    assert_eq!(company.business.get("Prod", "CONS", "ProdGr"), Value::Int(91));
    assert_eq!(company.business.count("Prod"), 1, "nobody needs the other work type");
    assert_eq!(company.severa.get("Invoice", &text(DRAFT), "status"), guid(0x702), "the draft is transferred");
    company.quiet();
}

#[test]
fn a_draft_whose_rows_need_different_work_types_is_an_order_after_one_run() {
    let company = company();
    let other = row(
        &company,
        &[
            ("guid", guid(0xE2)),
            ("description", word("Train")),
            ("workType.guid", guid(0xB2)),
            ("unitPrice.currencyCode", word("NOK")),
        ],
    );
    draft(&company, vec![work(&company, 0xE1, 10, 1_250), other]);
    company.run();
    assert_eq!((orders(&company).len(), company.business.count("Prod")), (1, 2));
    company.quiet();
}

#[test]
fn what_becomes_of_the_order_comes_back_as_the_drafts_status() {
    let company = company();
    draft(&company, vec![work(&company, 0xE1, 10, 1_250)]);
    company.run();
    company.severa.put("Invoice", &text(DRAFT), &[("status", guid(0x702))]);
    let order = orders(&company).remove(0);
    company.business.put("Ord", &order, &[("isSent", Value::Bool(true)), ("invoiceNumber", Value::Int(70_001))]);
    company.run();
    assert_eq!(company.severa.get("Invoice", &text(DRAFT), "status"), guid(0x703));
    assert_eq!(company.severa.get("Invoice", &text(DRAFT), "number"), Value::Int(70_001));
    company.quiet();
    let paid = Value::Date(jiff::civil::date(2026, 12, 14));
    company.business.put("Ord", &order, &[("isPaid", Value::Bool(true)), ("paidDate", paid.clone())]);
    company.run();
    assert_eq!(company.severa.get("Invoice", &text(DRAFT), "status"), guid(0x704));
    assert_eq!(company.severa.get("Invoice", &text(DRAFT), "paymentDate"), paid);
    company.quiet();
    assert_eq!(orders(&company).len(), 1);
}

#[test]
fn a_row_that_cannot_travel_holds_the_whole_draft_and_says_so_in_severa() {
    let company = company();
    let foreign = row(
        &company,
        &[
            ("guid", guid(0xE9)),
            ("description", word("Hotel")),
            ("workType.guid", guid(0xB1)),
            ("unitPrice.currencyCode", word("EUR")),
        ],
    );
    draft(&company, vec![work(&company, 0xE1, 10, 1_250), foreign]);
    let (plan, _) = company.run_with("Invoice.failed", "Failed");
    let held = &plan.entities.iter().find(|e| e.entity == "Invoice").unwrap().held[0];
    assert_eq!(held.reason, "row 2 Hotel: a row in another currency than its invoice");
    assert_eq!(orders(&company), Vec::<String>::new());
    assert_eq!(company.severa.get("Invoice", &text(DRAFT), "status.guid"), guid(0x705));
    assert_eq!(
        company.severa.get("Invoice", &text(DRAFT), "notes"),
        word("call Kari\nsamband: row 2 Hotel: a row in another currency than its invoice")
    );
}

#[test]
fn without_an_error_status_a_held_draft_is_left_alone() {
    let company = company();
    draft(&company, vec![row(&company, &[("guid", guid(0xE9)), ("unitPrice.currencyCode", word("NOK"))])]);
    let (plan, _) = company.run();
    assert_eq!(plan.totals().held, 1);
    assert_eq!(company.severa.get("Invoice", &text(DRAFT), "status"), guid(0x701));
    assert_eq!(company.severa.get("Invoice", &text(DRAFT), "notes"), word("call Kari"));
}

/// Whatever fails, and however often: one order with all its lines, and one product.
#[test]
fn no_fault_makes_two_orders_or_half_of_one() {
    for fault in
        [Fault::CrashBefore, Fault::CrashAfter, Fault::LostReply, Fault::LateApply, Fault::Refused, Fault::SideDown]
    {
        // The first outside write is the product, the second the order.
        for strikes in 0..2 {
            let company = company();
            draft(&company, vec![work(&company, 0xE1, 10, 1_250), work(&company, 0xE2, 2, 900)]);
            company.business.fail_after(fault, strikes);
            let crashes = matches!(fault, Fault::CrashBefore | Fault::CrashAfter);
            if crashes {
                company.crash()
            } else {
                drop(company.run())
            };
            for _ in 0..4 {
                company.wait();
                company.run();
            }
            let orders = orders(&company);
            assert_eq!(orders.len(), 1, "{fault:?} at write {strikes}");
            assert_eq!(company.business.count("OrdLn"), 2, "{fault:?} at write {strikes}");
            assert_eq!(company.business.count("Prod"), 1, "{fault:?} at write {strikes}");
            assert_eq!(company.severa.get("Invoice", &text(DRAFT), "status"), guid(0x702), "{fault:?} {strikes}");
            company.quiet();
        }
    }
}

#[test]
fn a_limit_stops_the_order_and_what_it_needs() {
    let company = company();
    draft(&company, vec![work(&company, 0xE1, 10, 1_250)]);
    let limits = Limits { changes: Some(0), ..Limits::default() };
    let result = company.try_run(Options { limits, ..Options::default() });
    assert!(result.is_err());
    assert_eq!((orders(&company).len(), company.business.count("Prod")), (0, 0));
}
