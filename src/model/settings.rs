//! The mapping's own settings: types, defaults, and the customer's values.

pub mod conditions;
mod constants;

use super::fields::select_field;
use super::given::{Given, GivenValue};
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
use constants::{declared, element, literal, member, plain, wanted, whole};
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

    fn given_value(
        &mut self,
        name: &str,
        entity: Option<&str>,
        setting: &ast::Setting,
        ty: &Type,
        given: &Given,
    ) -> SettingValue {
        if let SettingType::Of { side, record, by: Some(by) } = &setting.ty
            && let GivenValue::Text(text) | GivenValue::Number(text) = &given.value
        {
            self.in_tenant(&record.value, &by.value, text, given.span);
            return self.named(name, *side, &record.value, &by.value, text.clone());
        }
        if setting.or_none && matches!(&given.value, GivenValue::Nothing) {
            return SettingValue::None;
        }
        let wrong = |this: &mut Self, message: String, help: String| {
            let label = format!("`{name}` is declared here");
            let code = codes::SETTING_TYPE;
            let diagnostic = Diagnostic::new(code, message, given.span, "this value");
            this.diagnostics.push(diagnostic.also(setting.name.span, label).help(help));
            this.faulty.insert(name.to_owned());
            this.instead(name, entity, setting, ty)
        };
        let value = match (&setting.ty, &given.value) {
            (SettingType::OneOf(words), GivenValue::Text(text)) if words.iter().any(|w| w.value == *text) => {
                Value::text(text)
            }
            (SettingType::OneOf(words), _) => {
                let words: Vec<_> = words.iter().map(|w| format!("`{}`", w.value)).collect();
                return wrong(
                    self,
                    format!("`{name}` cannot be `{}`", given.value.shown()),
                    format!("it is one of {}", words.join(", ")),
                );
            }
            (SettingType::List(_), GivenValue::List(members)) => {
                let of = if let Type::Values(of) = ty { of } else { ty };
                let found: Vec<(&GivenValue, Option<Member>)> =
                    members.iter().map(|one| (one, element(of, one))).collect();
                if let Some((one, _)) = found.iter().find(|(_, member)| member.is_none()) {
                    let message = format!("`{}` cannot stand in the list `{name}`", one.shown());
                    return wrong(self, message, format!("its members are each {}", wanted(of)));
                }
                return SettingValue::List(found.into_iter().filter_map(|(_, member)| member).collect());
            }
            (_, value) => match plain(ty, value) {
                Some(value) => value,
                None => {
                    return wrong(
                        self,
                        format!("`{name}` cannot be `{}`", given.value.shown()),
                        format!("write {}", wanted(ty)),
                    );
                }
            },
        };
        match self.within(name, setting, &value, given.span) {
            true => SettingValue::Is(value),
            false => self.instead(name, entity, setting, ty),
        }
    }

    fn default_value(&mut self, name: &str, entity: Option<&str>, setting: &ast::Setting, ty: &Type) -> SettingValue {
        match &setting.default {
            Some(expr) => match self.constant(entity, expr, ty) {
                Some(SettingValue::Is(value)) => match self.within(name, setting, &value, expr.span) {
                    true => SettingValue::Is(value),
                    false => self.stand_in(name, setting, ty),
                },
                Some(value) => value,
                None => {
                    let message = format!("the default of `{name}` is not of its type");
                    self.diagnostics.push(
                        Diagnostic::new(codes::SETTING_TYPE, message, expr.span, format!("not {ty}"))
                            .help(format!("write {}", wanted(ty))),
                    );
                    self.faulty.insert(name.to_owned());
                    self.stand_in(name, setting, ty)
                }
            },
            None if setting.or_none => SettingValue::None,
            None if self.given.is_none() || !self.demanded => self.stand_in(name, setting, ty),
            // Given under a name with a slip: that is said of the name.
            None if self.misspelt(name) => self.stand_in(name, setting, ty),
            None => {
                let message = format!("the setting `{name}` has no default and is not given");
                self.diagnostics.push(
                    Diagnostic::new(codes::SETTING_MISSING, message, setting.name.span, "declared here")
                        .help(format!("add `{name}: …` below `settings:` in samband.yaml")),
                );
                self.stand_in(name, setting, ty)
            }
        }
    }

    /// Whether a setting that the mapping does not have was meant for this one.
    fn misspelt(&self, name: &str) -> bool {
        let unknown = |given: &&Given| !self.declared.contains(&given.name.value);
        let mut unknown = self.given.unwrap_or_default().iter().filter(unknown);
        unknown.any(|given| {
            let near = || did_you_mean(&given.name.value, std::iter::once(name)).is_some();
            name.rsplit('.').next() == Some(&given.name.value) || near()
        })
    }

    /// After a fault: the default, or any value that is allowed, so that what uses the setting is checked all the same.
    fn instead(&mut self, name: &str, entity: Option<&str>, setting: &ast::Setting, ty: &Type) -> SettingValue {
        let default = setting.default.as_ref().and_then(|expr| self.constant(entity, expr, ty));
        default.unwrap_or_else(|| self.stand_in(name, setting, ty))
    }

    /// A value that is allowed, where it is not known which the customer will give.
    fn stand_in(&mut self, name: &str, setting: &ast::Setting, ty: &Type) -> SettingValue {
        match &setting.ty {
            SettingType::Of { side, record, by: Some(by) } => {
                self.named(name, *side, &record.value, &by.value, String::new())
            }
            SettingType::OneOf(words) => {
                words.first().map_or(SettingValue::Missing, |w| SettingValue::Is(Value::text(&w.value)))
            }
            _ => SettingValue::Is(match ty {
                // Different settings stand for different things, so no two of them are alike.
                Type::Int => match &setting.ty {
                    SettingType::Plain { within: Some((low, _)), .. } => Value::Int(whole(low).unwrap_or(1)),
                    _ => Value::Int(1_000_000 + i64::try_from(self.settings.all.len()).unwrap_or_default()),
                },
                Type::Enum(words) => Value::text(words.first().copied().unwrap_or_default()),
                Type::Bool => Value::Bool(false),
                Type::Side => Value::text("severa"),
                Type::Values(_) => return SettingValue::List(Vec::new()),
                _ => Value::Null,
            }),
        }
    }

    fn named(&mut self, setting: &str, side: Side, record: &str, by: &str, wanted: String) -> SettingValue {
        let place = self.settings.look_up(self.schemas, setting, side, record, by, wanted);
        place.map_or(SettingValue::Missing, SettingValue::Named)
    }

    /// Against the tenant's own names, where they are known.
    fn in_tenant(&mut self, record: &str, by: &str, wanted: &str, span: Span) {
        let known = self.schemas.tenant.as_ref().and_then(|tenant| tenant.names.get(record)?.get(by));
        let Some(known) = known else { return };
        if known.iter().any(|name| crate::value::match_form(name) == crate::value::match_form(wanted)) {
            return;
        }
        let message = format!("Severa has no {record} with the {by} `{wanted}`");
        let diagnostic = Diagnostic::new(codes::UNKNOWN_TENANT_NAME, message, span, "unknown there");
        let list = || format!("there are {}", known.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", "));
        let help = did_you_mean(wanted, known.iter().map(String::as_str)).unwrap_or_else(list);
        self.diagnostics.push(diagnostic.help(help));
    }

    /// Whether a value lies within `int in 1..12`; where not, it is told.
    fn within(&mut self, name: &str, setting: &ast::Setting, value: &Value, span: Span) -> bool {
        if let SettingType::Plain { within: Some((low, high)), .. } = &setting.ty
            && let (Some(low), Some(high), Some(number)) = (whole(low), whole(high), value.as_int())
            && !(low..=high).contains(&number)
        {
            if low > high {
                // That the range is empty is told where it is declared.
                return false;
            }
            self.diagnostics.push(
                Diagnostic::new(
                    codes::SETTING_RANGE,
                    format!("`{name}` is {number}, outside {low}..{high}"),
                    span,
                    "this value",
                )
                .also(setting.span, "its range is declared here")
                .help(format!("write a number from {low} to {high}")),
            );
            self.faulty.insert(name.to_owned());
            return false;
        }
        if let Some(number) =
            value.as_int().filter(|number| setting_is_whole(setting) && i32::try_from(*number).is_err())
        {
            let message = format!("`{name}` is {number}, more than a column of Visma Business holds");
            let label = format!("from {} to {}", i32::MIN, i32::MAX);
            self.diagnostics
                .push(Diagnostic::new(codes::SETTING_RANGE, message, span, label).help("write a smaller number"));
            self.faulty.insert(name.to_owned());
            return false;
        }
        true
    }

    /// A default: a constant, or another setting declared before.
    fn constant(&mut self, entity: Option<&str>, expr: &ast::Expr, ty: &Type) -> Option<SettingValue> {
        let given = match &expr.kind {
            ExprKind::Path(path) => {
                let name = super::scope::name_of(path);
                if let Some(other) = self.settings.find(entity.unwrap_or_default(), &name) {
                    return Some(other.value.clone());
                }
                GivenValue::Text(name.into_owned())
            }
            ExprKind::Word(_) => return Some(SettingValue::None),
            ExprKind::List(items) => {
                return items
                    .iter()
                    .map(|i| member(&literal(self.sources, i)?))
                    .collect::<Option<Vec<_>>>()
                    .map(SettingValue::List);
            }
            _ => literal(self.sources, expr)?,
        };
        plain(ty, &given).map(SettingValue::Is)
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
