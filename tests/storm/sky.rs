//! What both sides of a storm share: time, the next fault, and a record of everything that took effect.

use crate::disk::Disk;
use samband::systems::{Clock, Create, PartWrite, Select, Update};
use samband::value::{Side, Value};
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::Duration;

/// Time that passes only when somebody sleeps or asks a side.
pub struct SimClock(Mutex<jiff::Timestamp>);

impl SimClock {
    pub fn new() -> Self {
        Self(Mutex::new("2026-11-23T08:00:00Z".parse().expect("a time")))
    }

    pub fn seconds(&self) -> i64 {
        self.0.lock().unwrap().as_second()
    }

    pub fn pass(&self, seconds: i64) {
        let mut now = self.0.lock().unwrap();
        *now = now.checked_add(jiff::SignedDuration::from_secs(seconds)).expect("within time");
    }
}

#[async_trait::async_trait]
impl Clock for SimClock {
    fn now(&self) -> jiff::Timestamp {
        *self.0.lock().unwrap()
    }

    async fn sleep(&self, duration: Duration) {
        let mut now = self.0.lock().unwrap();
        *now = now.checked_add(jiff::SignedDuration::try_from(duration).expect("short")).expect("within time");
    }
}

/// All that a history has been so far, to begin other histories from.
#[derive(Clone)]
pub struct Past {
    effects: Vec<Effect>,
    edits: Vec<(usize, Side, String, String, String)>,
    number: usize,
    late: Vec<(Side, i64, usize, Request)>,
    unheard: BTreeSet<(Side, String, String)>,
    trace: Vec<String>,
    overtaken: Vec<(usize, usize)>,
    begun: Vec<(usize, usize)>,
    undone: Vec<(usize, Field)>,
}

/// A field of a record: side, table, identifier, name.
pub type Field = (Side, String, String, String);

/// What can go wrong with one outside call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// The process dies before the request leaves.
    CrashBefore,
    /// The process dies after the request took effect, or was answered.
    CrashAfter,
    /// The process dies, and the request takes effect within the settle time after that.
    CrashLate,
    /// It took effect; the answer is lost: a 500 after the effect, a connection cut at the commit.
    LostReply,
    /// A time-out, and it takes effect within the settle time after that.
    LateApply,
    /// A time-out, and it never takes effect.
    NeverApplied,
    /// A 429 with Retry-After: the adapter waits it out, and the call succeeds.
    TooMany,
    /// A 429 without Retry-After, a 503, a deadlock, also after the adapter's retries.
    Busy,
    /// No connection.
    Cut,
    /// An expired token.
    Expired,
    /// The record is refused.
    Refused,
    /// A body that ends too early.
    Truncated,
    /// A listing of linked records answers none.
    Empty,
    /// A listing answers its page once more.
    Repeated,
    /// The process is stopped for longer than its lease, while another machine runs.
    Pause,
    /// The state file takes nothing more after this call: a full disk, or a process that dies within a transaction.
    Torn(&'static str),
}

pub const READS: &[Fault] = &[
    Fault::CrashBefore,
    Fault::CrashAfter,
    Fault::TooMany,
    Fault::Busy,
    Fault::Cut,
    Fault::Expired,
    Fault::Truncated,
    Fault::Pause,
    Fault::Torn("all"),
];

/// What every run reads before all else, whatever it carries over.
pub const REGISTERS: &[&str] = &["Country", "Currency", "Ctry", "Cur", "InvoiceStatus", "SalesStatusType", "Unit"];

/// A listing can do more: be short, and repeat itself.
pub const LISTINGS: &[Fault] = &[
    Fault::CrashBefore,
    Fault::CrashAfter,
    Fault::TooMany,
    Fault::Busy,
    Fault::Cut,
    Fault::Expired,
    Fault::Truncated,
    Fault::Empty,
    Fault::Repeated,
    Fault::Pause,
    Fault::Torn("all"),
];

pub const WRITES: &[Fault] = &[
    Fault::CrashBefore,
    Fault::CrashAfter,
    Fault::CrashLate,
    Fault::LostReply,
    Fault::LateApply,
    Fault::NeverApplied,
    Fault::TooMany,
    Fault::Busy,
    Fault::Cut,
    Fault::Expired,
    Fault::Refused,
    Fault::Truncated,
    Fault::Pause,
    Fault::Torn("all"),
    Fault::Torn("links"),
    Fault::Torn("history"),
    Fault::Torn("intents"),
    Fault::Torn("held"),
    Fault::Torn("watermarks"),
];

/// An engine that is broken on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Break {
    /// Creates without an intent, and never looks for what it may have created.
    NoIntent,
    /// Keeps intents and waits, but looks nothing up.
    NoLookUp,
    /// Looks up at once, while the lost request may still be at work.
    NoSettleWait,
    /// Asks for what is newer than the watermark, without an overlap.
    StrictWatermark,
    /// Takes the end of the run for the watermark.
    WatermarkAtEnd,
    /// Moves the watermark past records that failed, and keeps no list of them.
    ForgetsHeld,
    /// Lets both sides update, whoever is master.
    NonMasterUpdates,
    /// Creates what the filters keep back.
    NoFilters,
    /// Believes a listing whose pages repeat.
    BelievesRepeated,
    /// Goes on after another machine has taken over.
    NoFence,
    /// Writes an order first and its lines afterwards.
    LinesApart,
    /// Writes without looking at what stands there.
    BlindUpdate,
    /// Looks at no limit.
    NoLimits,
    /// Gives numbers itself instead of leaving them to Visma Business.
    OwnNumbers,
    /// Writes while it only should plan.
    PlanWrites,
}

/// Each with the invariant that belongs to it.
pub const BREAKS: &[(Break, &str)] = &[
    (Break::NoIntent, "no duplicate"),
    (Break::NoLookUp, "no duplicate"),
    (Break::NoSettleWait, "no duplicate"),
    (Break::StrictWatermark, "nothing lost behind the watermark"),
    (Break::WatermarkAtEnd, "nothing lost behind the watermark"),
    (Break::ForgetsHeld, "watermark never past an unprocessed record"),
    (Break::NonMasterUpdates, "non-master never updates"),
    (Break::NoFilters, "nothing outside a filter written"),
    (Break::BelievesRepeated, "nothing lost behind the watermark"),
    (Break::NoFence, "one run at a time"),
    (Break::LinesApart, "no half record"),
    (Break::BlindUpdate, "no lost update"),
    (Break::NoLimits, "limits never exceeded"),
    (Break::OwnNumbers, "customer numbers only from Visma Business"),
    (Break::PlanWrites, "plan writes nothing"),
];

/// What the engine was asked to do when a write took effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    Plan,
    Run,
    Apply,
}

/// A write of the engine that took effect.
#[derive(Debug, Clone)]
pub struct Effect {
    pub number: usize,
    /// Which engine wrote it.
    pub engine: usize,
    pub phase: Phase,
    pub side: Side,
    pub table: String,
    pub id: String,
    pub created: bool,
    /// Field, what stood there, what was expected there, what stands there now.
    pub fields: Vec<Written>,
}

#[derive(Debug, Clone)]
pub struct Written {
    pub field: String,
    pub before: Value,
    pub expected: Value,
    pub after: Value,
}

/// A request that is still at work.
#[derive(Debug, Clone)]
pub enum Request {
    Create(Create),
    Update(Update),
    /// An element of a record's list.
    Part(Select, String, PartWrite),
}

/// A call of the engine, as a clean run counts them.
#[derive(Debug, Clone)]
pub struct Call {
    pub what: &'static str,
    pub record: String,
    pub writes: bool,
}

/// The dice of a random storm: SplitMix64, so that a seed gives the same storm on every machine.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut dice = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ stream.rotate_left(32));
        dice.next();
        dice
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).expect("small")
    }

    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub fn one_of<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

pub struct Sky {
    pub calls: Vec<Call>,
    /// The fault of one call, by its number.
    pub strike: Option<(usize, Fault)>,
    /// Faults by chance: one call in so many.
    pub chance: Option<(Dice, usize)>,
    pub crashed: bool,
    pub paused: bool,
    pub engine: usize,
    pub phase: Phase,
    pub effects: Vec<Effect>,
    /// Edits of people: number, side, table, record, field.
    pub edits: Vec<(usize, Side, String, String, String)>,
    /// Counts edits and effects, so that what came first is known.
    pub number: usize,
    /// Requests under way: side, when they take effect, which engine sent them.
    pub late: Vec<(Side, i64, usize, Request)>,
    /// Records whose creation nobody heard of.
    pub unheard: BTreeSet<(Side, String, String)>,
    pub broken: Option<Break>,
    /// A way into the state file besides the engine's.
    pub disk: Disk,
    pub trace: Vec<String>,
    /// Changes that people make while a run is at work: one call in so many.
    pub people: Option<(Dice, usize)>,
    /// One of them is about to.
    pub busy_hands: bool,
    pub faults: usize,
    /// Engines that slept past their lease, and what had happened until they woke.
    pub overtaken: Vec<(usize, usize)>,
    /// What had happened when each engine began to read.
    pub begun: Vec<(usize, usize)>,
    /// Fields that were put back by the plan of an undo, each with the number of the effect.
    pub undone: Vec<(usize, Field)>,
}

impl Sky {
    pub fn new(disk: Disk, broken: Option<Break>) -> Self {
        Self {
            calls: Vec::new(),
            strike: None,
            chance: None,
            crashed: false,
            paused: false,
            engine: 0,
            phase: Phase::Run,
            effects: Vec::new(),
            edits: Vec::new(),
            number: 0,
            late: Vec::new(),
            unheard: BTreeSet::new(),
            broken,
            disk,
            trace: Vec::new(),
            people: None,
            busy_hands: false,
            faults: 0,
            overtaken: Vec::new(),
            begun: Vec::new(),
            undone: Vec::new(),
        }
    }

    pub fn past(&self) -> Past {
        Past {
            effects: self.effects.clone(),
            edits: self.edits.clone(),
            number: self.number,
            late: self.late.clone(),
            unheard: self.unheard.clone(),
            trace: self.trace.clone(),
            overtaken: self.overtaken.clone(),
            begun: self.begun.clone(),
            undone: self.undone.clone(),
        }
    }

    pub fn back_to(&mut self, past: Past) {
        let Past { effects, edits, number, late, unheard, trace, overtaken, begun, undone } = past;
        (self.effects, self.edits, self.number, self.late) = (effects, edits, number, late);
        (self.unheard, self.trace, self.overtaken, self.begun) = (unheard, trace, overtaken, begun);
        self.undone = undone;
        (self.strike, self.chance, self.people) = (None, None, None);
        self.calls.clear();
    }

    pub fn is(&self, broken: Break) -> bool {
        self.broken == Some(broken)
    }

    pub fn next_number(&mut self) -> usize {
        self.number += 1;
        self.number
    }

    /// What an engine is at; a request that comes late was sent by a run that is over.
    pub fn phase_of(&self, engine: usize) -> Phase {
        if engine == self.engine { self.phase } else { Phase::Run }
    }

    pub fn took_effect(&mut self, mut effect: Effect) {
        effect.number = self.next_number();
        let word = if effect.created { "creates" } else { "changes" };
        let fields: Vec<String> = effect.fields.iter().map(|f| format!("{} = {}", f.field, f.after)).collect();
        let side = effect.side.word();
        let line =
            format!("engine {} {word} {} {} in {side}: {}", effect.engine, effect.table, effect.id, fields.join(", "));
        self.trace.push(line);
        self.effects.push(effect);
    }
}
