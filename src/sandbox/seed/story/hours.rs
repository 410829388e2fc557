//! Work hours in Severa, and other programs' rows in Visma Business's free information.

use crate::sandbox::seed::Maker;
use crate::sandbox::severa::{Json, link, object};
use rust_decimal::Decimal;

/// One entry of hours.
pub struct Hours<'a> {
    /// The project's number; the hours go on its root phase, or on `phase`.
    pub project: i64,
    pub phase: Option<String>,
    pub user: &'a str,
    pub date: &'a str,
    pub quantity: &'a str,
    pub price: &'a str,
    pub billable: bool,
    pub approved: Option<bool>,
    pub text: &'a str,
}

const LONG: &str = "Kartlegging av lagerflyt på tre anlegg, intervjuer med skiftledere, gjennomgang av vareslag og forslag til ny plassering; møtereferat er sendt";

pub fn make(maker: &mut Maker) {
    let day = Hours {
        project: 5001,
        phase: None,
        user: "Lars Hansen",
        date: "2026-01-12",
        quantity: "7.25",
        price: "1250",
        billable: true,
        approved: Some(true),
        text: "Oppsett av søk",
    };
    let analysis = phase(maker, 6006, "Analys");
    hours(maker, &day_of(&day));
    hours(
        maker,
        &Hours {
            project: 6001,
            date: "2026-01-13",
            quantity: "1.5",
            price: "120.50",
            text: "Prototype",
            ..day_of(&day)
        },
    );
    hours(
        maker,
        &Hours { date: "2026-01-13", quantity: "3", billable: false, text: "Intern avklaring", ..day_of(&day) },
    );
    hours(
        maker,
        &Hours {
            project: 6006,
            phase: Some(analysis),
            user: "Aino Virtanen",
            date: "2026-01-14",
            quantity: "4",
            text: LONG,
            ..day_of(&day)
        },
    );
    hours(
        maker,
        &Hours { date: "2026-01-15", quantity: "2", approved: Some(false), text: "Avvist av leder", ..day_of(&day) },
    );
    hours(
        maker,
        &Hours {
            project: 6001,
            date: "2026-01-16",
            quantity: "6",
            approved: None,
            text: "Ikke levert ennå",
            ..day_of(&day)
        },
    );
    hours(maker, &Hours { project: 6004, date: "2026-01-16", quantity: "5", text: "Flåtekart", ..day_of(&day) });
    hours(maker, &Hours { date: "2024-11-20", quantity: "7.5", text: "Forprosjekt", ..day_of(&day) });
    for (category, text) in [(3, "Lønnsart 110"), (45, "Oppmøtested")] {
        let key = maker.free;
        maker.free += 1;
        let columns = [
            ("PK", key.into()),
            ("InfCatNo", category.into()),
            ("FrInfTp", 2.into()),
            ("EmpNo", 1.into()),
            ("Dt1", 20_260_109.into()),
            ("Val1", Decimal::new(75, 1).into()),
            ("Txt1", text.into()),
        ];
        maker.row("FreeInf1", columns);
    }
}

fn day_of<'a>(day: &Hours<'a>) -> Hours<'a> {
    Hours { phase: day.phase.clone(), ..*day }
}

/// A phase below the project's root phase.
fn phase(maker: &mut Maker, project: i64, name: &str) -> String {
    let root = root(maker, project);
    maker.make("phases", name, object([("name", name.into()), ("parentPhase", link(&root))]))
}

/// The root phase of a project.
pub fn root(maker: &Maker, project: i64) -> String {
    let guid = maker.link("projects", &project.to_string());
    let project = guid.reference().and_then(|guid| maker.world.get("projects", guid));
    let root = project.as_ref().and_then(|project| project.at("rootPhase.guid")).and_then(Json::as_text);
    root.expect("every project has a root phase").to_owned()
}

/// Enters hours.
pub fn hours(maker: &mut Maker, hours: &Hours<'_>) -> String {
    let phase = hours.phase.clone().unwrap_or_else(|| root(maker, hours.project));
    let number = |text: &str| Json::Number(text.to_owned());
    let input = object([
        ("phase", link(&phase)),
        ("user", maker.link("users", hours.user)),
        ("workType", maker.link("worktypes", "W100")),
        ("eventDate", hours.date.into()),
        ("quantity", number(hours.quantity)),
        ("unitPrice", object([("amount", number(hours.price)), ("currencyCode", "NOK".into())])),
        ("isBillable", hours.billable.into()),
        ("isApproved", hours.approved.into()),
        ("description", hours.text.into()),
    ]);
    maker.make("workhours", "", input)
}
