//! The checks: a stable code each, a title, why it matters, and what is done about it.

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    Rights,
    Clocks,
    Names,
    Series,
    Duplicates,
    SameNumber,
    SameName,
    Ambiguous,
    Missing,
    TooLong,
    NotAKey,
    NoCounterpart,
    Held,
    NotLinked,
    Tables,
    KeptBackBlank,
    KeptBack,
    WouldTravel,
    Approval,
    ClosedPeriods,
}

impl Check {
    /// Those that need the records of both sides, in the order of the checklist.
    pub const OVER_RECORDS: &[Check] = &[
        Check::Series,
        Check::Duplicates,
        Check::SameNumber,
        Check::SameName,
        Check::Ambiguous,
        Check::Missing,
        Check::TooLong,
        Check::NotAKey,
        Check::NoCounterpart,
        Check::Held,
        Check::NotLinked,
        Check::Tables,
        Check::KeptBackBlank,
        Check::KeptBack,
        Check::WouldTravel,
    ];

    /// Stable: scripts and other programs go by it.
    pub fn code(self) -> &'static str {
        match self {
            Check::Rights => "rights",
            Check::Clocks => "clocks",
            Check::Names => "names",
            Check::Series => "series-overlap",
            Check::Duplicates => "duplicates",
            Check::SameNumber => "same-number",
            Check::SameName => "same-name",
            Check::Ambiguous => "ambiguous",
            Check::Missing => "missing",
            Check::TooLong => "too-long",
            Check::NotAKey => "not-a-key",
            Check::NoCounterpart => "no-counterpart",
            Check::Held => "held",
            Check::NotLinked => "not-linked",
            Check::Tables => "tables",
            Check::KeptBackBlank => "kept-back-blank",
            Check::KeptBack => "kept-back",
            Check::WouldTravel => "would-travel",
            Check::Approval => "approval",
            Check::ClosedPeriods => "closed-periods",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Check::Rights => "Tables and rights of the logins",
            Check::Clocks => "Clocks",
            Check::Names => "Statuses and other names in the settings",
            Check::Series => "Number series that overlap",
            Check::Duplicates => "Twice within one system",
            Check::SameNumber => "Same number, other name",
            Check::SameName => "Same name, other number",
            Check::Ambiguous => "Cannot be told apart",
            Check::Missing => "Fields that are missing",
            Check::TooLong => "Fields too long for the other side",
            Check::NotAKey => "Numbers that cannot be one there",
            Check::NoCounterpart => "Currencies, countries, units the other side lacks",
            Check::Held => "Held by a rule",
            Check::NotLinked => "Waiting for another record",
            Check::Tables => "Payment terms and other codes of tables",
            Check::KeptBackBlank => "Left behind for a blank field, as no e-mail",
            Check::KeptBack => "Left behind by a filter",
            Check::WouldTravel => "Would be created on the other side",
            Check::Approval => "Approval of work hours",
            Check::ClosedPeriods => "Closed accounting periods",
        }
    }

    /// Why it matters, in a sentence or two.
    pub fn why(self) -> &'static str {
        match self {
            Check::Rights => "Without them a run stops before its first write.",
            Check::Clocks => {
                "Changes are found by the time that each system wrote on them; where a clock is wrong, changes are missed."
            }
            Check::Names => "The settings name them; a run does not begin while one is unknown.",
            Check::Series => "Where both systems give the same numbers, two records will one day bear one.",
            Check::Duplicates => "Two records that look like one cannot be paired by number and name.",
            Check::SameNumber => {
                "They are not paired and not created twice; both wait until a person says which is right."
            }
            Check::SameName => {
                "They are not paired and not created twice; both wait until a person says which is right."
            }
            Check::Ambiguous => "More than one record fits, and samband does not guess.",
            Check::Missing => "The other side, or the mapping, does not take a record without them.",
            Check::TooLong => {
                "A text that is too long loses its end on the other side, or waits where the mapping says so."
            }
            Check::NotAKey => "A key in Visma Business has a form of its own, and never changes once it is there.",
            Check::NoCounterpart => "A code that the other side does not know cannot be written there.",
            Check::Held => "These records wait until somebody changes them, or the rule.",
            Check::NotLinked => "They point at a record that is not in step; they follow by themselves once it is.",
            Check::Tables => {
                "What a table does not name goes by its `else`; what it gives must be there on the other side."
            }
            Check::KeptBackBlank => "The mapping leaves records without this field where they are.",
            Check::KeptBack => "The mapping says that these stay where they are; nothing to mend if that is meant.",
            Check::WouldTravel => "What is created is not taken back by itself: look whether anybody wants it there.",
            Check::Approval => "The mapping carries approved hours only.",
            Check::ClosedPeriods => "What is dated in a closed period cannot be posted.",
        }
    }

    /// What a person does about a finding.
    pub(super) fn todo(self) -> &'static str {
        match self {
            Check::SameNumber => {
                "if it is one and the same, make the names equal; if not, give one of the two another number"
            }
            Check::SameName => "if it is one and the same, make the numbers equal; if not, tell them apart in the name",
            Check::Ambiguous => {
                "make numbers and names such that one record on each side fits, or clear the copied identifier"
            }
            Check::Missing => "fill it in",
            Check::TooLong => "shorten it; where it may be cut, `truncate` in the mapping says so",
            Check::NotAKey => "give it a number that fits, or map it another way",
            Check::NoCounterpart => "add it on the other side, or correct the record",
            Check::Held => "change the record as the reason says",
            Check::NotLinked => "mend the record that it points at",
            _ => "",
        }
    }
}
