//! The mapping's own settings: types, defaults, and the customer's values.

pub mod conditions;
mod constants;
mod values;

use super::fields::select_field;
use super::given::Given;
use super::layers::Merged;
use super::memo::{Asked, Trace};
use crate::diag::Diagnostic;
use crate::diag::codes::{names, values as codes};
use crate::diag::suggest::did_you_mean;
use crate::program::NamedSetting;
use crate::program::expr::Member;
use crate::schema::Schemas;
use crate::source::{Sources, Span};
use crate::syntax::ast::{self, ExprKind, SettingType, Statement};
use crate::systems::{RecordName, Select};
use crate::value::{Side, Type, Value};
use constants::{declared, whole};
pub use constants::{is_of, table_type};
use std::collections::{BTreeMap, HashSet};

/// Every setting by its full name: `master`, `Project.won_status`.
#[derive(Debug, Default)]
pub struct Settings {
    pub all: BTreeMap<String, Setting>,
    /// The last word of each name.
    own: HashSet<String>,
    /// Settings that name a record of the tenant, in the order of [`SettingValue::Named`].
    pub named: Vec<NamedSetting>,
    pub trace: Trace,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    pub value: SettingValue,
    pub ty: Type,
    pub declared: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub enum SettingValue {
    Is(Value),
    /// A record of the tenant, known once a run has looked it up.
    Named(usize),
    List(Vec<Member>),
    /// `none`, of a setting that may be.
    None,
    /// Not given, or faulty: what uses it says no more about it.
    Missing,
}

impl Settings {
    /// A record of the tenant that a run looks up once, by its place in [`Settings::named`].
    pub fn look_up(
        &mut self,
        schemas: &Schemas,
        setting: &str,
        side: Side,
        record: &str,
        by: &str,
        wanted: String,
    ) -> Option<usize> {
        let known = schemas.of(side).record(record)?;
        let (key, by) = (known.key_column(None)?, known.column(by, None, None)?);
        let select = Select {
            record: RecordName { name: record.to_owned(), index: None },
            scope: Vec::new(),
            fields: vec![select_field(&key), select_field(&by)],
        };
        let (setting, title) = (setting.to_owned(), known.title.clone());
        self.named.push(NamedSetting { setting, side, select, title, wanted, needed: true });
        Some(self.named.len() - 1)
    }

    /// A setting as an entity sees it: its own before the mapping's.
    pub fn find(&self, entity: &str, name: &str) -> Option<&Setting> {
        let answer = self.look(entity, name);
        self.trace.note(|| Asked::Setting {
            entity: entity.to_owned(),
            name: name.to_owned(),
            answer: answer.cloned(),
        });
        answer
    }

    /// The same, and nobody notes that it was asked.
    pub fn look(&self, entity: &str, name: &str) -> Option<&Setting> {
        // Most names that are asked for are fields: they are told apart without building a name.
        if !self.own.contains(name.rsplit('.').next().unwrap_or(name)) {
            return None;
        }
        self.all.get(&format!("{entity}.{name}")).or_else(|| self.all.get(name))
    }
}

struct Resolver<'a> {
    /// What has no default must be given.
    demanded: bool,
    sources: &'a Sources,
    schemas: &'a Schemas,
    given: Option<&'a [Given]>,
    /// Values to try where the customer's are not known.
    assumed: &'a [(String, Value)],
    diagnostics: &'a mut Vec<Diagnostic>,
    settings: Settings,
    /// Those of whose values something is said already.
    faulty: HashSet<String>,
    /// The full names of all settings.
    declared: HashSet<String>,
    /// Where a layer chose a setting's value.
    settled: &'a [(String, Span)],
}

pub fn resolve(
    sources: &Sources,
    schemas: &Schemas,
    merged: &Merged,
    given: Option<&[Given]>,
    assumed: &[(String, Value)],
    diagnostics: &mut Vec<Diagnostic>,
) -> Settings {
    let mut resolver = Resolver {
        demanded: true,
        sources,
        schemas,
        given,
        assumed,
        diagnostics,
        settings: Settings::default(),
        faulty: HashSet::new(),
        declared: names_of(merged),
        settled: &merged.settled,
    };
    for setting in &merged.settings {
        resolver.declare(None, setting);
    }
    for entity in &merged.entities {
        // Settings of what is switched off may decide something elsewhere, and nobody must give them.
        resolver.demanded = merged.switched_off(&entity.name.value).is_none();
        for statement in &entity.body {
            if let Statement::Setting(setting) = statement {
                resolver.declare(Some(&entity.name.value), setting);
            }
        }
    }
    resolver.demanded = true;
    resolver.unknown();
    for entity in &merged.entities {
        let name = &entity.name.value;
        if let Some(condition) = &entity.only_if {
            conditions::check(&resolver.settings, name, condition, resolver.diagnostics);
        }
        if merged.switched_off(name).is_none() {
            resolver.switches(name, &entity.body);
        }
    }
    for require in &merged.requires {
        resolver.require(require);
    }
    resolver.settings
}

impl Resolver<'_> {
    fn declare(&mut self, entity: Option<&str>, setting: &ast::Setting) {
        let name =
            entity.map_or_else(|| setting.name.value.clone(), |entity| format!("{entity}.{}", setting.name.value));
        if let Some(first) = self.settings.all.get(&name) {
            let message = format!("there are two settings `{name}`");
            self.diagnostics.push(
                Diagnostic::new(names::DUPLICATE_NAME, message, setting.name.span, "the second")
                    .also(first.declared, "the first"),
            );
            return;
        }
        let ty = declared(self.schemas, &setting.ty, self.diagnostics);
        self.settings.own.insert(setting.name.value.clone());
        if let SettingType::Plain { within: Some((low, high)), .. } = &setting.ty
            && let (Some(first), Some(last)) = (whole(low), whole(high))
            && first > last
        {
            let message = format!("no number lies in {first}..{last}");
            self.diagnostics.push(
                Diagnostic::new(codes::SETTING_RANGE, message, low.span, "higher than its end")
                    .help(format!("write `in {last}..{first}`")),
            );
            self.faulty.insert(name.clone());
        }
        let Some(ty) = ty else {
            let unknown = Setting { value: SettingValue::Missing, ty: Type::Text(None), declared: setting.name.span };
            self.settings.all.insert(name, unknown);
            return;
        };
        let given = self.given.and_then(|all| all.iter().find(|g| g.name.value == name));
        let assumed = self.assumed.iter().find(|(assumed, _)| *assumed == name);
        if let Some((_, value)) = assumed {
            let value = SettingValue::Is(value.clone());
            self.settings.all.insert(name, Setting { value, ty, declared: setting.name.span });
            return;
        }
        let value = match given {
            Some(given) => self.given_value(&name, entity, setting, &ty, given),
            None => self.default_value(&name, entity, setting, &ty),
        };
        self.settings.all.insert(name, Setting { value, ty, declared: setting.name.span });
    }

    /// The conditions of `only if`, in an entity and in its parts.
    fn switches(&mut self, entity: &str, body: &[Statement]) {
        for statement in body {
            match statement {
                Statement::OnlyIf { condition, body, .. } => {
                    conditions::check(&self.settings, entity, condition, self.diagnostics);
                    self.switches(entity, body);
                }
                Statement::Part(part) => self.switches(entity, &part.body),
                _ => {}
            }
        }
    }

    fn unknown(&mut self) {
        for given in self.given.unwrap_or_default() {
            let name = given.name.value.as_str();
            if self.settings.all.contains_key(name) {
                continue;
            }
            let diagnostic = Diagnostic::new(
                codes::SETTING_UNKNOWN,
                format!("the mapping has no setting `{name}`"),
                given.name.span,
                "unknown",
            );
            let own = self
                .settings
                .all
                .keys()
                .find(|k| k.rsplit('.').next() == Some(name))
                .map(|k| format!("did you mean `{k}`?"));
            let help = did_you_mean(name, self.settings.all.keys().map(String::as_str)).or(own);
            self.diagnostics.push(match help {
                Some(help) => diagnostic.help(help),
                None => diagnostic,
            });
        }
    }

    fn require(&mut self, require: &ast::Require) {
        if !conditions::check(&self.settings, "", &require.condition, self.diagnostics) {
            return;
        }
        if super::pushdown::constant(&self.settings, "", &require.condition) != Some(false) {
            return;
        }
        let mut names = Vec::new();
        named_in(&require.condition, &mut names);
        // A value that is wrong by itself says nothing about how it goes with others.
        if names.iter().any(|name| self.faulty.contains(name)) {
            return;
        }
        let given = self.given.unwrap_or_default().iter().filter(|g| names.contains(&g.name.value)).map(|g| g.span);
        let settled = self.settled.iter().filter(|(name, _)| names.contains(name)).map(|(_, span)| *span);
        let mut places = given.chain(settled);
        let (code, message, rule) = (codes::REQUIRE_NOT_MET, require.message.value.clone(), require.condition.span);
        let diagnostic = match places.next() {
            Some(first) => {
                let diagnostic = Diagnostic::new(code, message, first, "given here");
                places.fold(diagnostic, |diagnostic, place| diagnostic.also(place, "and here")).also(rule, "must hold")
            }
            None => Diagnostic::new(code, message, rule, "does not hold"),
        };
        let list = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ");
        self.diagnostics.push(diagnostic.help(format!("give {list} another value")));
    }
}

/// The full names of all settings.
fn names_of(merged: &Merged) -> HashSet<String> {
    let own = merged.entities.iter().flat_map(|entity| {
        entity.body.iter().filter_map(move |statement| match statement {
            Statement::Setting(setting) => Some(format!("{}.{}", entity.name.value, setting.name.value)),
            _ => None,
        })
    });
    merged.settings.iter().map(|setting| setting.name.value.clone()).chain(own).collect()
}

fn setting_is_whole(setting: &ast::Setting) -> bool {
    matches!(&setting.ty, SettingType::Plain { name, .. } if name.value == "int")
}

/// The names in a condition over settings.
pub fn named_in(expr: &ast::Expr, names: &mut Vec<String>) {
    match &expr.kind {
        ExprKind::Path(path) => names.push(super::scope::name_of(path).into_owned()),
        ExprKind::Not(of) | ExprKind::Negative(of) | ExprKind::Is { value: of, .. } => named_in(of, names),
        ExprKind::Binary { left, right, .. } => {
            named_in(left, names);
            named_in(right, names);
        }
        ExprKind::In { value, list, .. } => {
            named_in(value, names);
            named_in(list, names);
        }
        ExprKind::Tuple(parts) | ExprKind::List(parts) => parts.iter().for_each(|part| named_in(part, names)),
        ExprKind::Quantified { list, condition, .. } => {
            names.push(super::scope::name_of(list).into_owned());
            named_in(condition, names);
        }
        _ => {}
    }
}
