//! Posted lines of purchase invoices that become costs of projects.

use crate::{Company, Fault, guid, text};
use samband::value::Value;

fn word(text: &str) -> Value {
    Value::text(text)
}

/// A project in both systems.
fn company() -> Company {
    let company = Company::new();
    company.won_customer(0x10, 20_001, "Kuusikko Oy");
    company.severa.put(
        "Project",
        &text(0x60),
        &[
            ("guid", guid(0x60)),
            ("number", Value::Int(6_001)),
            ("name", word("Harbour")),
            ("won", Value::Bool(true)),
            ("customer.guid", guid(0x10)),
            ("projectOwner.guid", guid(0x99)),
        ],
    );
    company.severa.put(
        "Product",
        &text(0xA1),
        &[("guid", guid(0xA1)), ("code", word("SUBCONTRACT")), ("name", word("Work"))],
    );
    company.severa.put("Product", &text(0xA2), &[("guid", guid(0xA2)), ("code", word("COST")), ("name", word("Cost"))]);
    company.run();
    assert_eq!(company.business.count("R2"), 1);
    company
}

fn post(company: &Company, entry: i64, account: i64, amount: i64, project: i64) {
    company.business.put(
        "AcTr",
        &format!("7/{entry}"),
        &[
            ("JNo", Value::Int(7)),
            ("EntNo", Value::Int(entry)),
            ("AcNo", Value::Int(account)),
            ("AcAm", Value::Decimal(amount.into())),
            ("R2", if project == 0 { Value::Null } else { Value::Int(project) }),
            ("Sup", Value::Int(50_001)),
            ("Txt", word("Blasting")),
            ("ValDt", Value::Date(jiff::civil::date(2026, 11, 12))),
            ("homeCurrency", word("NOK")),
        ],
    );
}

fn fees(company: &Company) -> Vec<(Value, Value)> {
    let world = company.severa.world.lock().unwrap();
    let rows = world.tables.get("ProjectFee").map(|t| t.rows.values().cloned().collect::<Vec<_>>()).unwrap_or_default();
    let field = |row: &samband_row::Fields, name: &str| row.get(name).cloned().unwrap_or_default();
    let mut fees: Vec<_> = rows.iter().map(|r| (field(r, "description"), field(r, "unitCost.amount"))).collect();
    fees.sort_by_key(|(mark, _)| mark.to_string());
    fees
}

use crate::support::memory as samband_row;

#[test]
fn lines_on_the_chosen_accounts_become_costs_once_and_a_reversal_their_negative_twin() {
    let company = company();
    post(&company, 1, 4_310, 900, 6_001);
    post(&company, 2, 1_500, 500, 6_001);
    post(&company, 3, 4_310, 700, 0);
    company.run();
    let amount = |n: i64| Value::Decimal(n.into());
    assert_eq!(fees(&company), [(word("VB 7/1"), amount(900))], "another account, and no project: both stay");
    company.quiet();
    // What a person writes beside the mark does not make it another cost.
    let world = company.severa.world.lock().unwrap();
    let id = world.tables["ProjectFee"].rows.keys().next().unwrap().clone();
    drop(world);
    company.severa.put("ProjectFee", &id, &[("description", word("checked by Kari, VB 7/1"))]);
    post(&company, 4, 4_310, -900, 6_001);
    company.run();
    let mut all = fees(&company);
    all.sort_by_key(|(_, amount)| amount.to_string());
    assert_eq!(all.iter().map(|(_, a)| a.clone()).collect::<Vec<_>>(), [amount(-900), amount(900)]);
    company.quiet();
}

#[test]
fn no_fault_makes_two_costs_or_none() {
    for fault in
        [Fault::CrashBefore, Fault::CrashAfter, Fault::LostReply, Fault::LateApply, Fault::Refused, Fault::SideDown]
    {
        let company = company();
        post(&company, 1, 4_310, 900, 6_001);
        company.severa.fail(fault);
        let crashes = matches!(fault, Fault::CrashBefore | Fault::CrashAfter);
        if crashes {
            company.crash()
        } else {
            drop(company.run())
        }
        for _ in 0..3 {
            company.wait();
            company.run();
        }
        assert_eq!(fees(&company).len(), 1, "{fault:?}");
        company.quiet();
    }
}
