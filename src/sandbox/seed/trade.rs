//! What Visma Business has for trading: products with groups, categories and prices, VAT and accounts,
//! voucher series, and purchase invoices that are posted already. All of it comes after the rest of the
//! data, whose rows it leaves as they are.
//!
//! | record | what it shows |
//! | --- | --- |
//! | P-100 Server licence | its price: 990 for everybody, 900 for one customer, 850 from ten on, an old and a coming one |
//! | P-300 Kabel, 3 m | in the second category, at a price in euro only |
//! | P-400 Vedlikeholdsavtale | only in Visma Business, with a cost price |
//! | P-500 Intern tjeneste | kept back (`Gr12` = 1) |
//! | KM, DIETT | travel expenses: product group 90, with cost prices |
//! | W200 Development | a work type that is there already: product group 91 |
//! | voucher 20001 | 1250.00 on 4300 for project 5001 |
//! | vouchers 20002, 20003 | 8000.00 on 4500 for project 5002, and its reversal |
//! | voucher 20004 | 990.00 on 6540, another account, for project 5001 |
//! | voucher 20005 | 500.00 on 4300 without a project |

use super::Maker;
use super::business::{SeedRow, SeedValue, currency};
use rust_decimal::Decimal;

/// The company's one supplier.
const SUPPLIER: i64 = 50_001;

/// Rates against the company's own currency, for 100 of each.
const RATES: &[(&str, i64)] = &[("NOK", 10_000), ("SEK", 9_800), ("EUR", 115_000), ("DKK", 15_500)];

/// Number, name, and tax code.
const ACCOUNTS: &[(i64, &str, i64)] = &[
    (1500, "Kundefordringer", 0),
    (1920, "Bank", 0),
    (2400, "Leverandørgjeld", 0),
    (2700, "Utgående merverdiavgift", 0),
    (2710, "Inngående merverdiavgift", 0),
    (3000, "Salgsinntekt, avgiftspliktig", 3),
    (3100, "Salgsinntekt, avgiftsfri", 5),
    (4300, "Innkjøp av varer for videresalg", 1),
    (4500, "Fremmedytelser og underentreprise", 1),
    (6540, "Inventar", 1),
    (7140, "Reisekostnad", 0),
];

/// Makes it.
pub fn make(maker: &mut Maker) {
    taxes(maker);
    products(maker);
    prices(maker);
    maker.actor([
        ("SupNo", SUPPLIER.into()),
        ("Nm", "Byggvarer Nord AS".into()),
        ("MailAd", "faktura@byggvarer.example".into()),
    ]);
    purchase(
        maker,
        Posted {
            voucher: 20_001,
            account: 4300,
            amount: 125_000,
            project: 5001,
            text: "Kabler og kontakter",
            twin: None,
        },
    );
    purchase(
        maker,
        Posted { voucher: 20_002, account: 4500, amount: 800_000, project: 5002, text: "Underkonsulent", twin: None },
    );
    purchase(
        maker,
        Posted {
            voucher: 20_003,
            account: 4500,
            amount: -800_000,
            project: 5002,
            text: "Underkonsulent",
            twin: Some(20_002),
        },
    );
    purchase(
        maker,
        Posted { voucher: 20_004, account: 6540, amount: 99_000, project: 5001, text: "Skjerm", twin: None },
    );
    purchase(
        maker,
        Posted { voucher: 20_005, account: 4300, amount: 50_000, project: 0, text: "Rekvisita", twin: None },
    );
    rates(maker);
}

fn taxes(maker: &mut Maker) {
    for (number, text, rate) in [(1, "25 %", 25), (2, "15 %", 15), (3, "12 %", 12), (5, "Fritatt", 0)] {
        let (rate, out) = (Decimal::from(rate), if rate == 0 { 0 } else { 2700 });
        let inward = if out == 0 { 0 } else { 2710 };
        maker.row(
            "Vat",
            [
                ("VatNo", number.into()),
                ("Descr", text.into()),
                ("Rt", rate.into()),
                ("IncAcNo", inward.into()),
                ("OutAcNo", out.into()),
            ],
        );
    }
    for (number, text, vat) in [
        (1, "Inngående 25 %", 1),
        (3, "Utgående 25 %", 1),
        (31, "Utgående 15 %", 2),
        (33, "Utgående 12 %", 3),
        (5, "Utgående fritatt", 5),
    ] {
        maker.row("TxCd", [("TxCdNo", number.into()), ("Descr", text.into()), ("VatNo", vat.into())]);
    }
    for (number, name, tax_code) in ACCOUNTS {
        maker.row("Ac", [("AcNo", (*number).into()), ("Nm", (*name).into()), ("TxCd", (*tax_code).into())]);
    }
    for (number, text, first, next) in
        [(1, "Faktura", 70_001, 70_001), (2, "Innkjøp", 20_001, 20_006), (3, "Bank", 40_001, 40_001)]
    {
        let last = first + 9_998;
        maker.row(
            "VoSr",
            [
                ("SrNo", number.into()),
                ("Descr", text.into()),
                ("FrNo", first.into()),
                ("ToNo", last.into()),
                ("NxtNo", next.into()),
            ],
        );
    }
    for (number, text) in [(3, "Netto 45 dager"), (4, "Kontant")] {
        maker.row("Txt", [("Lang", 47.into()), ("TxtTp", 6.into()), ("TxtNo", number.into()), ("Txt", text.into())]);
    }
}

fn products(maker: &mut Maker) {
    for (number, text, above) in [(1, "Programvare", 0), (2, "Lisenser", 1), (3, "Utstyr", 0)] {
        maker.row("ProdCat", [("PrCatNo", number.into()), ("Descr", text.into()), ("MainPrC", above.into())]);
    }
    for (number, text, group, unit, category, kept) in [
        ("P-400", "Vedlikeholdsavtale", 0, 1, 2, 0), // only here
        ("P-500", "Intern tjeneste", 0, 2, 0, 1),    // kept back
        ("KM", "Kjøring, egen bil", 90, 0, 0, 0),
        ("DIETT", "Diett, utland", 90, 1, 0, 0),
        ("W200", "Development", 91, 2, 0, 0),
    ] {
        maker.row(
            "Prod",
            [
                ("ProdNo", number.into()),
                ("Descr", text.into()),
                ("ProdGr", group.into()),
                ("StSaleUn", unit.into()),
                ("PrCatNo", category.into()),
                ("Gr12", kept.into()),
            ],
        );
    }
}

/// Product, customer, currency, from and to, from how many on, sale and cost price in cents.
type Row = (&'static str, i64, i64, (i64, i64), i64, (i64, i64));

fn prices(maker: &mut Maker) {
    let rows: [Row; 9] = [
        ("P-100", 0, 0, (20_240_101, 20_251_231), 0, (95_000, 0)),
        ("P-100", 0, 0, (20_260_101, 0), 0, (99_000, 0)),
        ("P-100", 0, 0, (29_990_101, 0), 0, (120_000, 0)),
        ("P-100", 10_000, 0, (0, 0), 0, (90_000, 0)),
        ("P-100", 0, 0, (0, 0), 10, (85_000, 0)),
        ("P-300", 0, currency("EUR"), (0, 0), 0, (495, 210)),
        ("P-400", 0, currency("NOK"), (0, 0), 0, (120_050, 60_025)),
        ("KM", 0, 0, (0, 0), 0, (0, 530)),
        ("DIETT", 0, 0, (0, 0), 0, (0, 64_800)),
    ];
    for (place, (product, customer, currency, (from, to), least, (sale, cost))) in (1i64..).zip(rows) {
        maker.row(
            "PrDcMat",
            [
                ("PK", place.into()),
                ("ProdNo", product.into()),
                ("CustNo", customer.into()),
                ("Cur", currency.into()),
                ("FrDt", from.into()),
                ("ToDt", to.into()),
                ("MinNo", Decimal::from(least).into()),
                ("SalePr", Decimal::new(sale, 2).into()),
                ("CstPr", Decimal::new(cost, 2).into()),
            ],
        );
    }
}

/// A purchase invoice of one line; the amount is in cents.
struct Posted {
    voucher: i64,
    account: i64,
    amount: i64,
    project: i64,
    text: &'static str,
    /// The voucher that it reverses.
    twin: Option<i64>,
}

fn purchase(maker: &mut Maker, posted: Posted) {
    let amount = Decimal::new(posted.amount, 2);
    let vat = amount / Decimal::from(4);
    let journal = posted.voucher - 20_000;
    let day = 20_260_110 + journal;
    let invoice = format!("S{}", posted.twin.unwrap_or(posted.voucher));
    let note = posted.twin.map(|of| format!("Reversal of {of}")).unwrap_or_default();
    let line = |place: i64, account: i64, amount: Decimal| -> [(&'static str, SeedValue); 15] {
        [
            ("JNo", journal.into()),
            ("EntNo", place.into()),
            ("VoNo", posted.voucher.into()),
            ("VoDt", day.into()),
            ("ValDt", day.into()),
            ("AcYr", 2026.into()),
            ("AcPr", 1.into()),
            ("AcYrPr", 202_601.into()),
            ("VoTp", 2.into()),
            ("SrcTp", 1.into()),
            ("Txt", posted.text.into()),
            ("Txt2", note.as_str().into()),
            ("InvoNo", invoice.as_str().into()),
            ("AcNo", account.into()),
            ("AcAm", amount.into()),
        ]
    };
    maker.row("AcTr", line(1, posted.account, amount));
    if let Some(SeedRow { columns, .. }) = maker.rows.last_mut() {
        columns.extend([
            ("R2", posted.project.into()),
            ("Sup", SUPPLIER.into()),
            ("AgAcCl", 2.into()),
            ("AgAcNo", SUPPLIER.into()),
            ("VatAm", vat.into()),
            ("VatRt", Decimal::from(25).into()),
            ("TxCd", 1.into()),
            ("CurAm", amount.into()),
            ("EntAm", amount.into()),
        ]);
    }
    maker.row("AcTr", line(2, 2710, vat));
    maker.row("AcTr", line(3, 2400, -(amount + vat)));
    if let Some(SeedRow { columns, .. }) = maker.rows.last_mut() {
        columns.push(("Sup", SUPPLIER.into()));
    }
}

/// The currencies' rates, on the rows that are there.
fn rates(maker: &mut Maker) {
    for row in maker.rows.iter_mut().filter(|row| row.table == "Cur") {
        let code = match row.get("ISO") {
            Some(SeedValue::Text(code)) => code.clone(),
            _ => continue,
        };
        if let Some((_, rate)) = RATES.iter().find(|(known, _)| *known == code) {
            row.columns.extend([("SalesRt", Decimal::new(*rate, 2).into()), ("Un", Decimal::ONE_HUNDRED.into())]);
        }
    }
}
