//! What the demo promises, to be looked up in both systems after each step.
//!
//! The records are those of the small seed ([`crate::sandbox::seed`] tells what each one shows).

use super::look::Look;
use crate::cli::exit::Failure;
use serde_json::Value;

/// Something that must be so.
pub struct Promise {
    /// For the reader, as a whole sentence without a full stop.
    pub told: &'static str,
    pub look: Where,
    pub found: Expected,
}

/// Where to look.
pub enum Where {
    /// In a list of Severa: of the records whose member holds the value, this member.
    Severa { list: &'static str, member: &'static str, value: &'static str, shown: &'static str },
    /// In Visma Business: the first column of a query.
    Business(&'static str),
}

pub enum Expected {
    Is(&'static [&'static str]),
    /// The same as another look finds, and something at all.
    SameAs(Where),
}

const fn severa(list: &'static str, member: &'static str, value: &'static str, shown: &'static str) -> Where {
    Where::Severa { list, member, value, shown }
}

/// After the first run.
pub const FIRST: &[Promise] = &[
    Promise {
        told: "Bergen, a business unit only Severa had, is a department in Visma Business",
        look: Where::Business("SELECT Nm FROM R1 WHERE RNo = 120"),
        found: Expected::Is(&["Bergen"]),
    },
    Promise {
        told: "Tromsø, a department only Visma Business had, is a business unit in Severa",
        look: severa("/v1/businessunits", "/code", "130", "/name"),
        found: Expected::Is(&["Tromsø"]),
    },
    Promise {
        told: "Styret, kept back by its group, stayed in Visma Business",
        look: severa("/v1/businessunits", "/name", "Styret", "/name"),
        found: Expected::Is(&[]),
    },
    Promise {
        told: "Maja Nilsson, an employee with an e-mail address, is a user in Severa",
        look: severa("/v1/users", "/email", "maja.nilsson@example.se", "/lastName"),
        found: Expected::Is(&["Nilsson"]),
    },
    Promise {
        told: "Ola Nordmann, without one, is not",
        look: severa("/v1/users", "/lastName", "Nordmann", "/lastName"),
        found: Expected::Is(&[]),
    },
    Promise {
        told: "Bergen Fisk AS is a customer in Severa, under Visma Business' number",
        look: severa("/v1/customers", "/name", "Bergen Fisk AS", "/number"),
        found: Expected::Is(&["10002"]),
    },
    Promise {
        told: "Kontantsalg, kept back by its group, stayed in Visma Business",
        look: severa("/v1/customers", "/name", "Kontantsalg", "/name"),
        found: Expected::Is(&[]),
    },
    Promise {
        told: "Lindström Möbler AB, with a won project, is one customer in Visma Business",
        look: Where::Business(
            "SELECT Nm FROM Actor WHERE Nm = N'Lindström Möbler AB' AND CustNo BETWEEN 10000 AND 19999",
        ),
        found: Expected::Is(&["Lindström Möbler AB"]),
    },
    Promise {
        told: "its number was given by Visma Business and came back to Severa",
        look: Where::Business("SELECT CustNo FROM Actor WHERE Nm = N'Lindström Möbler AB' AND CustNo > 0"),
        found: Expected::SameAs(severa("/v1/customers", "/name", "Lindström Möbler AB", "/number")),
    },
    Promise {
        told: "Havblikk Hotell AS, whose project is not won, stayed in Severa",
        look: Where::Business("SELECT Nm FROM Actor WHERE Nm = N'Havblikk Hotell AS'"),
        found: Expected::Is(&[]),
    },
    Promise {
        told: "Ålesund Transport AS, whose number is another company's, is held and not copied",
        look: Where::Business("SELECT Nm FROM Actor WHERE Nm = N'Ålesund Transport AS'"),
        found: Expected::Is(&[]),
    },
    Promise {
        told: "a delivery address of Fjordkraft in Visma Business is one of its addresses in Severa",
        look: severa("/v1/addresses", "/addressline", "Anleggsveien 12", "/customer/name"),
        found: Expected::Is(&["Fjordkraft Bygg AS"]),
    },
    Promise {
        told: "a delivery address of Kuusikko in Severa stands under its customer in Visma Business",
        look: Where::Business(
            "SELECT c.CustNo FROM Actor AS d INNER JOIN Actor AS c ON d.DelToAct = c.ActNo WHERE d.Ad1 = N'Varastokatu 8'",
        ),
        found: Expected::Is(&["10001"]),
    },
    Promise {
        told: "Mika Laine, Kuusikko's contact in Severa, is a contact in Visma Business with the e-mail address in use",
        look: Where::Business("SELECT MailAd FROM Actor WHERE Nm = N'Mika Laine' AND LiaAct > 0"),
        found: Expected::Is(&["mika.laine@kuusikko.example"]),
    },
    Promise {
        told: "Anne-Lise Moe, Bergen Fisk's contact in Visma Business, came to Severa with her new customer",
        look: severa("/v1/contactpersons", "/firstName", "Anne-Lise", "/customer/name"),
        found: Expected::Is(&["Bergen Fisk AS"]),
    },
    Promise {
        told: "and so did her e-mail address",
        look: severa("/v1/contactcommunications", "/value", "anne-lise@bergenfisk.example", "/communicationType/type"),
        found: Expected::Is(&["EmailAddress"]),
    },
    Promise {
        told: "Silje Dahl, a contact on both sides, is one contact still",
        look: severa("/v1/contactpersons", "/firstName", "Silje", "/lastName"),
        found: Expected::Is(&["Dahl"]),
    },
    Promise {
        told: "Tor Vik, who was deleted in Severa, stayed there",
        look: Where::Business("SELECT Nm FROM Actor WHERE Nm = N'Tor Vik'"),
        found: Expected::Is(&[]),
    },
    Promise {
        told: "the won project 6001 is in Visma Business",
        look: Where::Business("SELECT Nm FROM R2 WHERE RNo = 6001"),
        found: Expected::Is(&["Fjordkraft app"]),
    },
    Promise {
        told: "the offer 6002 is not",
        look: Where::Business("SELECT Nm FROM R2 WHERE RNo = 6002"),
        found: Expected::Is(&[]),
    },
    Promise {
        told: "project 5010 of Visma Business is in Severa, as an order",
        look: severa("/v1/projects", "/number", "5010", "/salesStatus/name"),
        found: Expected::Is(&["Order"]),
    },
    Promise {
        told: "the four approved hours of 2026 whose projects are linked are in Visma Business, and no others",
        look: Where::Business("SELECT COUNT(*) FROM FreeInf1 WHERE InfCatNo = 90"),
        found: Expected::Is(&["4"]),
    },
];

/// After the edits and the run that carried them over.
pub const EDITED: &[Promise] = &[
    Promise {
        told: "the customer renamed in Severa has its new name in Visma Business",
        look: Where::Business("SELECT Nm FROM Actor WHERE CustNo = 10000"),
        found: Expected::Is(&["Fjordkraft Anlegg AS"]),
    },
    Promise {
        told: "the customer renamed in Visma Business has its new name in Severa",
        look: severa("/v1/customers", "/number", "10002", "/name"),
        found: Expected::Is(&["Bergen Fisk og Skalldyr AS"]),
    },
    Promise {
        told: "and so have its delivery addresses",
        look: Where::Business("SELECT Nm FROM Actor WHERE Ad1 = N'Anleggsveien 12'"),
        found: Expected::Is(&["Fjordkraft Anlegg AS"]),
    },
    Promise {
        told: "the telephone number that a contact got in Visma Business is in Severa",
        look: severa("/v1/contactcommunications", "/value", "55 90 90 90", "/communicationType/type"),
        found: Expected::Is(&["Phone"]),
    },
    Promise {
        told: "the mobile number that was changed in Severa is in Visma Business",
        look: Where::Business("SELECT MobPh FROM Actor WHERE Nm = N'Silje Dahl'"),
        found: Expected::Is(&["900 11 333"]),
    },
    Promise {
        told: "the project renamed in Severa, its master, has its new name in Visma Business",
        look: Where::Business("SELECT Nm FROM R2 WHERE RNo = 5001"),
        found: Expected::Is(&["Fjordkraft intranett 2"]),
    },
    Promise {
        told: "the project renamed in Visma Business keeps its name in Severa",
        look: severa("/v1/projects", "/number", "5002", "/name"),
        found: Expected::Is(&["Kuusikko verkkokauppa"]),
    },
    Promise {
        told: "and is not overwritten in Visma Business either",
        look: Where::Business("SELECT Nm FROM R2 WHERE RNo = 5002"),
        found: Expected::Is(&["Kuusikko nettbutikk"]),
    },
    Promise {
        told: "the project that was won is in Visma Business",
        look: Where::Business("SELECT Nm FROM R2 WHERE RNo = 6002"),
        found: Expected::Is(&["Havblikk booking"]),
    },
    Promise {
        told: "and its customer came along",
        look: Where::Business("SELECT Nm FROM Actor WHERE Nm = N'Havblikk Hotell AS' AND CustNo > 0"),
        found: Expected::Is(&["Havblikk Hotell AS"]),
    },
];

/// Says of each promise whether it holds; answers how many do not.
pub async fn verify(look: &mut Look, promises: &[Promise], say: impl Fn(&str)) -> Result<usize, Failure> {
    let mut broken = 0;
    for promise in promises {
        let found = find(look, &promise.look).await?;
        let wanted: Vec<String> = match &promise.found {
            Expected::Is(values) => values.iter().map(|v| (*v).to_owned()).collect(),
            Expected::SameAs(other) => find(look, other).await?,
        };
        let holds = found == wanted && !(matches!(promise.found, Expected::SameAs(_)) && found.is_empty());
        if holds {
            say(&format!("  ✓ {}", promise.told));
        } else {
            broken += 1;
            say(&format!("  ✗ {}: found {found:?} where {wanted:?} was promised", promise.told));
        }
    }
    Ok(broken)
}

async fn find(look: &mut Look, at: &Where) -> Result<Vec<String>, Failure> {
    match at {
        Where::Business(sql) => {
            Ok(look.business(sql).await?.into_iter().filter_map(|row| row.into_iter().next()).collect())
        }
        Where::Severa { list, member, value, shown } => {
            let rows = look.severa(list).await?;
            let text = |row: &Value, pointer: &str| match row.pointer(pointer) {
                Some(Value::String(text)) => text.clone(),
                Some(Value::Null) | None => String::new(),
                Some(other) => other.to_string(),
            };
            Ok(rows.iter().filter(|row| text(row, member) == *value).map(|row| text(row, shown)).collect())
        }
    }
}

/// What the users of both systems change in between.
pub async fn edit(look: &mut Look, say: impl Fn(&str)) -> Result<(), Failure> {
    say("  in Severa: customer Fjordkraft Bygg AS is now Fjordkraft Anlegg AS");
    let customer = guid(look, "/v1/customers", "/number", "10000").await?;
    look.patch(&format!("/v1/customers/{customer}"), "name", "Fjordkraft Anlegg AS".into()).await?;
    say("  in Severa: project 5001 is now Fjordkraft intranett 2, and offer 6002 is won");
    let project = guid(look, "/v1/projects", "/number", "5001").await?;
    look.patch(&format!("/v1/projects/{project}"), "name", "Fjordkraft intranett 2".into()).await?;
    let offer = guid(look, "/v1/projects", "/number", "6002").await?;
    let won = guid(look, "/v1/salesstatustypes", "/name", "Order").await?;
    let status = serde_json::json!({ "salesStatusTypeGuid": won });
    look.patch(&format!("/v1/projects/{offer}"), "salesStatus", status).await?;
    say("  in Visma Business: customer 10002 is now Bergen Fisk og Skalldyr AS, and project 5002 Kuusikko nettbutikk");
    say("  Silje Dahl has a new mobile number in Severa, and Anne-Lise Moe a telephone number in Visma Business");
    let mobile = guid(look, "/v1/contactcommunications", "/value", "900 11 222").await?;
    look.patch(&format!("/v1/contactcommunications/{mobile}"), "value", "900 11 333".into()).await?;
    look.change(&changed("Actor", "Phone = '55 90 90 90'", "Nm = N'Anne-Lise Moe'")).await?;
    look.change(&renamed("Actor", "Bergen Fisk og Skalldyr AS", "CustNo = 10002")).await?;
    look.change(&renamed("R2", "Kuusikko nettbutikk", "RNo = 5002")).await?;
    Ok(())
}

async fn guid(
    look: &mut Look,
    list: &'static str,
    member: &'static str,
    value: &'static str,
) -> Result<String, Failure> {
    let found = find(look, &severa(list, member, value, "/guid")).await?;
    Ok(found.into_iter().next().unwrap_or_default())
}

/// As the client of Visma Business writes it: with its stamps, in the server's local time.
fn renamed(table: &str, name: &str, row: &str) -> String {
    changed(table, &format!("Nm = N'{name}'"), row)
}

fn changed(table: &str, set: &str, row: &str) -> String {
    let zone = jiff::tz::TimeZone::get("Europe/Oslo").unwrap_or(jiff::tz::TimeZone::UTC);
    let now = jiff::Timestamp::now().to_zoned(zone);
    let millis = (i64::from(now.hour()) * 60 + i64::from(now.minute())) * 60_000
        + i64::from(now.second()) * 1_000
        + i64::from(now.millisecond());
    format!(
        "UPDATE {table} SET {set}, ChDt = {}, ChTm = {}, ChTmms = {millis}, ChUsr = 'kari' WHERE {row}",
        now.strftime("%Y%m%d"),
        now.strftime("%-H%M"),
    )
}
