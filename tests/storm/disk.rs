//! The state file of a company, in memory: several engines open it, it can be full, and it can be put back.

use samband::state::State;
use samband::value::Side;
use std::cell::RefCell;
use std::sync::atomic::{AtomicUsize, Ordering};

const TABLES: &[&str] =
    &["links", "intents", "held", "watermarks", "history", "meta", "waiting", "runs", "lock", "decisions"];

pub struct Disk {
    name: String,
    /// A way in besides the engines'.
    pub beside: rusqlite::Connection,
    /// Opened before, and not in use.
    states: Vec<State>,
}

static DISKS: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static USED: RefCell<Vec<Disk>> = const { RefCell::new(Vec::new()) };
}

impl Disk {
    /// An empty one; tables are made once and emptied afterwards.
    pub fn take() -> Self {
        match USED.with(|used| used.borrow_mut().pop()) {
            Some(disk) => {
                disk.each("DELETE FROM {}");
                disk
            }
            None => Self::make(),
        }
    }

    /// In the place of one that was given back.
    pub fn none() -> Self {
        let beside = rusqlite::Connection::open_in_memory().expect("memory");
        Self { name: String::new(), beside, states: Vec::new() }
    }

    pub fn give(self) {
        USED.with(|used| used.borrow_mut().push(self));
    }

    fn make() -> Self {
        let name = format!("storm-{}", DISKS.fetch_add(1, Ordering::Relaxed));
        let first = State::shared_in_memory(&name).expect("a state");
        let beside = rusqlite::Connection::open(format!("file:/{name}?vfs=memdb")).expect("the same state");
        beside.set_prepared_statement_cache_capacity(128);
        let mut script = "CREATE TABLE storm (what TEXT); INSERT INTO storm VALUES ('');".to_owned();
        for table in TABLES {
            script += &format!("CREATE TABLE kept_{table} AS SELECT * FROM {table} WHERE false;");
            for on in ["INSERT", "UPDATE", "DELETE"] {
                script += &format!(
                    "CREATE TRIGGER storm_{table}_{on} BEFORE {on} ON {table}
                     WHEN (SELECT what FROM storm) IN ('{table}', 'all')
                     BEGIN SELECT RAISE(ABORT, 'the disk is full'); END;"
                );
            }
        }
        beside.execute_batch(&script).expect("triggers");
        Self { name, beside, states: vec![first] }
    }

    pub fn open(&mut self) -> State {
        self.states.pop().unwrap_or_else(|| State::shared_in_memory(&self.name).expect("the state"))
    }

    pub fn close(&mut self, state: State) {
        self.states.push(state);
    }

    /// The only handle that is at hand, for looking.
    pub fn look<T>(&mut self, look: impl FnOnce(&State) -> T) -> T {
        let state = self.open();
        let answer = look(&state);
        self.close(state);
        answer
    }

    fn each(&self, sql: &str) {
        for table in TABLES {
            self.beside.prepare_cached(&sql.replace("{}", table)).and_then(|mut s| s.execute([])).expect("the state");
        }
    }

    /// Remembers all that stands in it now.
    pub fn keep(&self) {
        self.each("DELETE FROM kept_{}");
        self.each("INSERT INTO kept_{} SELECT * FROM {}");
    }

    /// Puts back what was kept last.
    pub fn restore(&self) {
        self.each("DELETE FROM {}");
        self.each("INSERT INTO {} SELECT * FROM kept_{}");
    }

    /// What stands in it, without when and by whom.
    pub fn content(&self) -> String {
        let looks = [
            "SELECT entity || severa_id || business_id || born || columns || hex(base) FROM links ORDER BY 1",
            "SELECT entity || side || source_id FROM intents ORDER BY 1",
            "SELECT entity || side || id || code || attempts FROM held ORDER BY 1",
            "SELECT entity || side || id || for_entity || for_side || for_value || for_column FROM waiting ORDER BY 1",
            "SELECT entity || side || id || field || old || new FROM history ORDER BY 1",
            "SELECT key || value FROM meta WHERE key <> 'generation' ORDER BY 1",
            "SELECT entity || decision || severa_id || business_id FROM decisions ORDER BY 1",
        ];
        let mut content = String::new();
        for sql in looks {
            let mut statement = self.beside.prepare_cached(sql).expect("the state");
            let rows = statement.query_map([], |row| row.get::<_, String>(0)).expect("the state");
            rows.for_each(|row| content += &row.expect("a text"));
            content.push('\n');
        }
        content
    }

    /// How far each side was read, in seconds of its clock.
    pub fn watermarks(&self) -> Vec<(String, Side, i64)> {
        let sql = "SELECT entity, side, value FROM watermarks ORDER BY 1, 2";
        let mut statement = self.beside.prepare_cached(sql).expect("the state");
        let rows = statement.query_map([], |row| {
            let (side, value): (String, String) = (row.get(1)?, row.get(2)?);
            let side = if side == Side::Severa.word() { Side::Severa } else { Side::Business };
            Ok((row.get(0)?, side, value.parse().expect("our own watermark")))
        });
        rows.expect("the state").map(|row| row.expect("a watermark")).collect()
    }

    /// From now on it takes nothing more into this table, or into any.
    pub fn tear(&self, table: &str) {
        let mut statement = self.beside.prepare_cached("UPDATE storm SET what = ?1").expect("the storm's own table");
        statement.execute([table]).expect("the storm's own table");
    }

    /// A process of this machine that died lets go of the lock file, and with it of the lock.
    pub fn release_lock(&self) {
        self.beside.prepare_cached("DELETE FROM lock").and_then(|mut s| s.execute([])).expect("the lock");
    }

    pub fn is_linked(&self, business: bool, id: &str) -> bool {
        let column = if business { "business_id" } else { "severa_id" };
        let sql = format!("SELECT count(*) FROM links WHERE {column} = ?1");
        let count = self.beside.prepare_cached(&sql).and_then(|mut s| s.query_row([id], |row| row.get::<_, i64>(0)));
        count.is_ok_and(|n| n > 0)
    }

    pub fn token(&self) -> Option<String> {
        self.beside.query_row("SELECT token FROM lock", [], |row| row.get(0)).ok()
    }
}
