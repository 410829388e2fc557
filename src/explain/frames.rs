//! The files that the examples of the pages stand in.

/// What an example is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Mapping,
    Yaml,
}

impl Language {
    pub fn of(word: &str) -> Option<Self> {
        [Language::Mapping, Language::Yaml].into_iter().find(|language| language.word() == word)
    }

    /// The word after the three ticks of a Markdown block.
    pub fn word(self) -> &'static str {
        match self {
            Language::Mapping => "mapping",
            Language::Yaml => "yaml",
        }
    }
}

/// A file with a gap.
#[derive(Debug)]
pub struct Frame {
    pub language: Language,
    pub name: &'static str,
    /// Where the fragment stands, after "Wrong, " and "Right, ".
    pub place: &'static str,
    /// The file without a fault; the fragment takes the place of the line `@`, with its indent.
    text: &'static str,
}

impl Frame {
    /// The file with the gap filled.
    pub fn around(&self, fragment: &str) -> String {
        let mut text = String::new();
        for line in self.text.lines() {
            match line.strip_suffix('@') {
                Some(indent) if indent.trim().is_empty() => {
                    for inner in fragment.lines() {
                        let indent = if inner.is_empty() { "" } else { indent };
                        text += &format!("{indent}{inner}\n");
                    }
                }
                _ => text += &format!("{line}\n"),
            }
        }
        text
    }
}

/// The frame of a name; `file` is the whole file, in both languages.
pub fn find(language: Language, name: &str) -> Option<&'static Frame> {
    FRAMES.iter().find(|frame| frame.language == language && frame.name == name)
}

use Language::{Mapping, Yaml};

pub const FRAMES: &[Frame] = &[
    Frame { language: Mapping, name: "file", place: "the whole file", text: "@" },
    Frame {
        language: Mapping,
        name: "mapping",
        place: "in a mapping that stands on its own",
        text: "edition 2026\n\nmapping acme\n\n@",
    },
    Frame {
        language: Mapping,
        name: "layer",
        place: "in a customer's mapping over the standard",
        text: "edition 2026\n\nmapping acme extends standard\n\n@",
    },
    Frame {
        language: Mapping,
        name: "customer",
        place: "among the lines of entity `Customer`, which goes both ways",
        text: "\
edition 2026

mapping acme

entity Customer {
    severa Customer <-> business Actor where CustNo > 0

    identity guid -> Inf[8]
    match    number = CustNo and name = Nm
    master   none
    number   CustNo, ActNo by business

    name or hold <-> fit(80) <-> Nm
    @
}

entity Employee {
    severa User <-> business Actor where EmpNo > 0 and CustNo = 0

    identity guid -> Inf[7]
    master   none
    number   EmpNo, ActNo by business

    (firstName, lastName) or hold <-> split_last(\" \", else \"?\") <-> fit(80) <-> Nm
}
",
    },
    Frame {
        language: Mapping,
        name: "entity",
        place: "at the top of entity `Customer`, which goes both ways",
        text: "\
edition 2026

mapping acme

entity Customer {
    severa Customer <-> business Actor where CustNo > 0
    identity guid -> Inf[8]
    number CustNo, ActNo by business
    @

    name or hold <-> fit(80) <-> Nm
}
",
    },
    Frame {
        language: Mapping,
        name: "term",
        place: "above an entity that has the line `paymentTerm or keep <-> payment_term <-> CPmtTrm`",
        text: "\
edition 2026

mapping acme

@

entity Customer {
    severa Customer <-> business Actor where CustNo > 0
    identity guid -> Inf[8]
    number CustNo, ActNo by business

    name or hold        <-> fit(80)      <-> Nm
    paymentTerm or keep <-> payment_term <-> CPmtTrm or blank
}
",
    },
    Frame {
        language: Mapping,
        name: "prospects",
        place: "above an entity that says `send from business where Gr[5] != prospect_value`",
        text: "\
edition 2026

mapping acme

@

entity Customer {
    severa Customer <-> business Actor where CustNo > 0
    identity guid -> Inf[8]
    number CustNo, ActNo by business
    send   from business where Gr[5] != prospect_value

    name or hold <-> fit(80) <-> Nm
}
",
    },
    Frame {
        language: Mapping,
        name: "one-way",
        place: "in entity `Customer`, which goes to Visma Business only",
        text: "\
edition 2026

mapping acme

entity Customer {
    severa Customer -> business Actor where CustNo > 0
    identity guid -> Inf[8]
    number CustNo, ActNo by business
    @

    name -> truncate(80) -> Nm
}
",
    },
    Frame {
        language: Mapping,
        name: "hours",
        place: "among the lines of entity `WorkHours`, which goes to Visma Business only",
        text: "\
edition 2026

mapping acme

entity WorkHours {
    severa WorkHour -> business FreeInf[1] where InfCatNo = 90

    identity guid -> Txt4
    number   PK by business

    eventDate -> Dt1
    @
}
",
    },
    Frame { language: Mapping, name: "elsewhere", place: "in a file beside samband.yaml", text: "edition 2026\n\n@" },
    Frame { language: Yaml, name: "file", place: "the whole of samband.yaml", text: "@" },
    Frame {
        language: Yaml,
        name: "top",
        place: "in samband.yaml",
        text: "\
mapping: standard
settings:
  Project: { default_owner: kari.nordmann@example.com, won_status: Order }
  Invoice: { status_to_send: Ready for ERP, transferred: Transferred, sent: Sent, paid: Paid }
  TravelExpense: { group: 90 }
  WorkType: { group: 91 }
  PurchaseCost: { accounts: [4300..4999] }
@
",
    },
    Frame {
        language: Yaml,
        name: "names",
        place: "in samband.yaml, among the settings of `Project`",
        text: "\
mapping: standard
settings:
  Invoice: { status_to_send: Ready for ERP, transferred: Transferred, sent: Sent, paid: Paid }
  TravelExpense: { group: 90 }
  WorkType: { group: 91 }
  PurchaseCost: { accounts: [4300..4999] }
  Project:
    default_owner: kari.nordmann@example.com
    @
",
    },
    Frame {
        language: Yaml,
        name: "business",
        place: "in samband.yaml, below `business:`",
        text: "\
mapping: standard
settings:
  Project: { default_owner: kari.nordmann@example.com, won_status: Order }
  Invoice: { status_to_send: Ready for ERP, transferred: Transferred, sent: Sent, paid: Paid }
  TravelExpense: { group: 90 }
  WorkType: { group: 91 }
  PurchaseCost: { accounts: [4300..4999] }
business:
  server: sql01.example.local:1433
  database: F0001
  user: samband
  password: { env: VB_PASSWORD }
  time_zone: Europe/Oslo
  @
",
    },
    Frame {
        language: Yaml,
        name: "settings",
        place: "in samband.yaml, below `settings:`",
        text: "\
mapping: standard
settings:
  Project: { default_owner: kari.nordmann@example.com, won_status: Order }
  Invoice: { status_to_send: Ready for ERP, transferred: Transferred, sent: Sent, paid: Paid }
  TravelExpense: { group: 90 }
  WorkType: { group: 91 }
  PurchaseCost: { accounts: [4300..4999] }
  @
",
    },
];
