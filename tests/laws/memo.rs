//! What is taken over from an earlier project is what compiling it anew comes to.

use crate::breaking::break_one;
use crate::support::choices::Choices;
use crate::{Case, law};
use samband::diag::Diagnostic;
use samband::model::{self, Memo};
use samband::program::Program;
use samband::schema::Schemas;
use samband::settings;
use samband::source::{FileId, Sources};
use samband::syntax::{self, ast};
use std::cell::RefCell;
use std::sync::Arc;

/// What a customer's mapping may do to the standard one: some of it bends what others' entities ask.
const CHANGES: &[&str] = &[
    "change setting project_unit = 7\n",
    "change setting department_unit = 2\n",
    "change setting master = business\n",
    "change table payment_term { 21 <-> 5 }\n",
    "change table payment_term { else -> 9 }\n",
    "off entity ProductCategory\n",
    "off entity Employee\n",
    "off entity BusinessUnit\n",
    "change entity Customer {\n    send from business also where Gr[5] != 3\n}\n",
    "change entity Customer {\n    drop notes\n}\n",
    "change entity Customer {\n    change part Contact {\n        drop jobTitle\n    }\n}\n",
    "change entity Project {\n    master business\n    send from severa also where not isInternal\n}\n",
    "change entity Employee {\n    severa User -> business Actor where EmpNo > 0 and Gr[3] = 1\n}\n",
    "change entity WorkHours {\n    description -> truncate(80) -> Txt2\n}\n",
    "change entity Product {\n    conflict hold\n}\n",
    // Names that the standard's lines use for fields and tables.
    "/// X.\nsetting name: text = \"x\"\n",
    "/// X.\nsetting number: int = 1\n",
    "/// X.\nsetting group: int = 4\n",
    "table country: text -> int {\n    else -> 1\n}\n",
    "table days: int -> int { 1 -> 2 }\n",
    "entity Customer {\n    severa Customer -> business Actor where CustNo > 0\n}\n",
    "entity Region {\n    severa ProductCategory -> business ProdCat\n    match name = Descr\n    name -> Descr\n}\n",
    "example \"a prospect\" for Customer {\n    business { CustNo: 10500, Nm: \"Prospect AS\" }\n    severa   nothing\n}\n",
];

/// What stands below `settings:`; the last word of a line may be faulty.
const SETTINGS: &[&str] = &[
    "  master: business\n",
    "  project_unit: 3\n",
    "  department_unit: 2\n",
    "  exclude_group: 40\n",
    "  Project: { default_owner: a@b.no, won_status: Order }\n",
    "  Invoice: { status_to_send: Ready, transferred: Transferred, sent: Sent, paid: Paid }\n",
    "  TravelExpense: { group: 90 }\n  WorkType: { group: 91 }\n",
    "  TravelExpense: { group: 90 }\n  WorkType: { group: 90 }\n",
    "  PurchaseCost: { accounts: [4300..4999] }\n",
    "  nobody: 1\n",
];

struct Shared {
    sources: Sources,
    standard: Vec<(FileId, ast::File)>,
    memo: Memo,
}

impl Shared {
    fn new() -> Self {
        let mut sources = Sources::default();
        let mut parsed = |(name, text): &(&str, &str)| {
            let file = sources.add(*name, *text);
            (file, syntax::parse(&sources, file).0)
        };
        let standard: Vec<_> = samband::standard::FILES.iter().map(&mut parsed).collect();
        let memo = Memo::of(standard.iter().map(|(file, _)| *file).collect());
        Self { sources, standard, memo }
    }

    /// The project's programs and diagnostics, with the memo and without.
    fn both(&mut self, text: &str, yaml: Option<&str>) -> [(Vec<Program>, Vec<Diagnostic>); 2] {
        let file = self.sources.add("own.mapping", text);
        let (tree, faults) = syntax::parse(&self.sources, file);
        let read = yaml.map(|yaml| {
            let file = settings::add(&mut self.sources, settings::FILE_NAME, yaml);
            settings::read(&self.sources, file).0
        });
        let mapping = read.as_ref().and_then(|read| read.mapping.as_ref());
        let given = read.as_ref().map(|read| read.settings.as_slice());
        let mut trees: Vec<(FileId, &ast::File)> = self.standard.iter().map(|(id, tree)| (*id, tree)).collect();
        trees.push((file, &tree));
        [Some(&self.memo), None].map(|memo| {
            let mut told = faults.clone();
            let schemas = Schemas::standard();
            let programs = model::build_each(&self.sources, schemas, &trees, mapping, given, memo, &mut told);
            (programs, told)
        })
    }
}

fn some(c: &mut Choices<'_>, from: &[&str], most: usize) -> String {
    let wanted = c.below(most + 1);
    (0..wanted).map(|_| c.pick(from).to_owned()).collect()
}

#[test]
fn the_memo_changes_nothing() {
    let shared = RefCell::new(Shared::new());
    law("the_memo_changes_nothing", 120, 60, |c| {
        let settings = (!c.once_in(4)).then(|| {
            let mapping = if c.once_in(8) { "standard" } else { "own" };
            format!("mapping: {mapping}\nsettings:\n{}", some(c, SETTINGS, 6))
        });
        let mut text = format!("edition 2026\n\nmapping own extends standard\n\n{}", some(c, CHANGES, 4));
        if c.once_in(3)
            && let Some(broken) = break_one(c, &text)
        {
            text = broken.text;
        }
        let [with, without] = shared.borrow_mut().both(&text, settings.as_deref());
        if with.1 != without.1 {
            return Err(format!("{text}\n{settings:?}\nwith:\n{:#?}\nwithout:\n{:#?}", with.1, without.1));
        }
        if format!("{:?}", with.0) != format!("{:?}", without.0) {
            return Err(format!("{text}\n{settings:?}\nanother program"));
        }
        Ok(Case::Held)
    });
}

#[test]
fn what_a_project_leaves_alone_is_shared() {
    let mut shared = Shared::new();
    let yaml = format!("mapping: own\nsettings:\n{}{}{}{}", SETTINGS[4], SETTINGS[5], SETTINGS[6], SETTINGS[8]);
    let mut entities = |change: &str| {
        let text = format!("edition 2026\n\nmapping own extends standard\n\n{change}");
        let [(mut programs, told), _] = shared.both(&text, Some(&yaml));
        programs.pop().unwrap_or_else(|| panic!("{told:#?}")).entities
    };
    let first = entities(CHANGES[8]);
    let second = entities(CHANGES[13]);
    let differ: Vec<&str> = first
        .iter()
        .filter(|entity| !second.iter().any(|other| Arc::ptr_eq(entity, other)))
        .map(|entity| entity.name.as_str())
        .collect();
    assert_eq!(differ, ["Customer", "WorkHours"]);
}
