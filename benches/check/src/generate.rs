//! Customers' mapping projects, by seed: about 300 lines each over the standard mapping, all without a fault.

use std::fmt::Write;

/// A small generator of numbers (SplitMix64): the same seed gives the same projects everywhere.
pub struct Numbers(pub u64);

impl Numbers {
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % limit
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[usize::try_from(self.below(of.len() as u64)).unwrap_or(0)]
    }
}

const WORDS: &[&str] = &["Åse", "bygg", "drift", "Ærø", "kontor", "måling", "Øst", "prosjekt", "säljare", "vakt"];

/// `samband.yaml` of a project.
pub fn settings(number: usize) -> String {
    format!(
        "mapping: customer{number}\nsevera:\n  client_id: {{ env: SEVERA_CLIENT_ID }}\n  client_secret: {{ env: SEVERA_CLIENT_SECRET }}\nbusiness:\n  time_zone: Europe/Oslo\n  server: sql{number}.example.local\n  database: F0001\n  user: samband\n  password: {{ env: VB_PASSWORD }}\nsettings:\n  master: severa\n  Project:\n    default_owner: owner{number}@example.no\n    won_status: Order\n  Invoice:\n    status_to_send: Ready\n    transferred: Transferred\n    sent: Sent\n    paid: Paid\n  TravelExpense: {{ group: 90 }}\n  WorkType: {{ group: 91 }}\n  PurchaseCost: {{ accounts: [4300..4999] }}\n"
    )
}

/// A mapping of about `lines` lines that extends the standard one.
pub fn mapping(number: usize, lines: usize) -> String {
    let mut n = Numbers(number as u64);
    let mut text = String::new();
    let w = &mut text;
    let _ = writeln!(w, "edition 2026\n\n/// Customer {number}: {} & {}.", n.pick(WORDS), n.pick(WORDS));
    let _ = writeln!(w, "mapping customer{number} extends standard\n");
    for k in 0..6 {
        let _ = writeln!(w, "/// Which {} counts for {}.", n.pick(WORDS), n.pick(WORDS));
        let _ = writeln!(w, "setting limit_{k}: int = {}", 10 + n.below(90));
    }
    let _ = writeln!(w, "\nchange table payment_term {{");
    for k in 0..12 {
        let _ = writeln!(w, "    {} <-> {}", 40 + k * 3, 10 + k);
    }
    let _ = writeln!(w, "}}\n");
    entity(w, &mut n, "Customer", &[
        "notes        -> one_line_or_cut -> Inf5",
        "kvkNumber -> EANLocCd",
        "eInvoiceAddress -> truncate(80) -> Inf4",
    ]);
    let _ = writeln!(w, "    send from business also where Gr[1] != limit_0 and Gr[2] != limit_1\n}}\n");
    entity(w, &mut n, "Project", &[
        "internalName -> truncate(80) -> Inf3",
        "orderNumber  -> truncate(80) -> Inf4",
    ]);
    let _ = writeln!(w, "    send from severa also where not isInternal\n}}\n");
    entity(w, &mut n, "WorkHours", &[
        "description -> trim -> truncate(80) -> Txt2",
        "phase.name  -> trim -> truncate(80) -> Txt3",
    ]);
    let _ = writeln!(w, "    send from severa also where isBillable or quantity < limit_2\n}}\n");
    let rows = (lines.saturating_sub(text.lines().count() + 35) / 5).max(1);
    for block in 0..5 {
        table(&mut text, &mut n, block, rows);
    }
    let w = &mut text;
    let _ = writeln!(w, "change entity Employee {{\n    on create {{");
    for k in 0..5 {
        let _ = writeln!(w, "        code -> codes_{k} -> Gr[{}]", k + 6);
    }
    let _ = writeln!(w, "    }}\n    send from business also where Gr[3] != limit_3 and Gr[4] != limit_4 and Gr[5] != limit_5\n}}");
    samband::syntax::format(&text.replace("one_line_or_cut", "trim -> truncate(80)")).text
}

fn entity(text: &mut String, n: &mut Numbers, name: &str, lines: &[&str]) {
    let _ = writeln!(text, "change entity {name} {{\n    // {} {} {}", n.pick(WORDS), n.pick(WORDS), n.below(1000));
    for line in lines {
        let _ = writeln!(text, "    {line}  // {}", n.pick(WORDS));
    }
}

fn table(text: &mut String, n: &mut Numbers, block: usize, rows: usize) {
    let _ = writeln!(text, "/// What {} codes mean in group {block}.", n.pick(WORDS));
    let _ = writeln!(text, "table codes_{block}: text(20) -> int {{");
    for row in 0..rows {
        let _ = writeln!(text, "    \"{}-{row}-{}\" -> {}", n.pick(WORDS), n.below(10_000), n.below(900));
    }
    let _ = writeln!(text, "    else -> 0\n}}\n");
}
