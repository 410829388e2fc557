//! The value of one setting: the customer's, the default, or what stands in for both.

use super::constants::{element, literal, plain, wanted, whole};
use super::{Resolver, SettingValue, setting_is_whole};
use crate::diag::Diagnostic;
use crate::diag::codes::values as codes;
use crate::diag::suggest::did_you_mean;
use crate::model::given::{Given, GivenValue};
use crate::program::expr::Member;
use crate::source::Span;
use crate::syntax::ast::{self, ExprKind, SettingType};
use crate::value::{Side, Type, Value};

impl Resolver<'_> {
    pub(super) fn given_value(
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
        if let (SettingType::Of { record, by: Some(by), .. }, false) =
            (&setting.ty, setting.or_none && matches!(&given.value, GivenValue::Nothing))
        {
            let message = match &given.value {
                GivenValue::Nothing => format!("`{name}` has no value"),
                other => format!("`{name}` cannot be `{}`", other.shown()),
            };
            let label = format!("`{name}` is declared here");
            self.diagnostics.push(
                Diagnostic::new(codes::SETTING_TYPE, message, given.span, "this value")
                    .also(setting.name.span, label)
                    .help(format!("write the {} of one {}, as a text", by.value, record.value)),
            );
            self.faulty.insert(name.to_owned());
            return self.instead(name, entity, setting, ty);
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

    pub(super) fn default_value(
        &mut self,
        name: &str,
        entity: Option<&str>,
        setting: &ast::Setting,
        ty: &Type,
    ) -> SettingValue {
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
                let name = crate::model::scope::name_of(path);
                if let Some(other) = self.settings.find(entity.unwrap_or_default(), &name) {
                    return Some(other.value.clone());
                }
                GivenValue::Text(name.into_owned())
            }
            ExprKind::Word(_) => return Some(SettingValue::None),
            ExprKind::List(items) => {
                return items
                    .iter()
                    .map(|i| element(if let Type::Values(of) = ty { of } else { ty }, &literal(self.sources, i)?))
                    .collect::<Option<Vec<_>>>()
                    .map(SettingValue::List);
            }
            _ => literal(self.sources, expr)?,
        };
        plain(ty, &given).map(SettingValue::Is)
    }
}
