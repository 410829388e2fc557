//! What is written and takes no part: entities and blocks that a layer or a setting switches off.

use super::words::Texts;
use super::{OffView, WhyOff};
use crate::model::entity::{Inactive, Why};
use crate::model::layers::Merged;
use crate::model::pushdown;
use crate::model::settings::Settings;
use crate::syntax::ast::{self, Statement};

pub fn view(texts: &Texts, merged: &Merged, settings: &Settings, inactive: &[Inactive]) -> Vec<OffView> {
    let mut off = Vec::new();
    for entity in &merged.entities {
        let name = &entity.name.value;
        match inactive.iter().find(|inactive| inactive.name == *name) {
            Some(inactive) => off.push(entity_off(texts, entity, inactive.why)),
            None => blocks(texts, settings, name, name, &entity.body, &mut off),
        }
    }
    off
}

fn entity_off(texts: &Texts, entity: &ast::Entity, why: Why) -> OffView {
    let name = &entity.name.value;
    let (why, text, span) = match why {
        Why::Off(span) => (WhyOff::Layer, format!("off entity {name}"), span),
        Why::Setting(span) => (WhyOff::Setting, format!("only if {}", texts.text(span)), span),
        Why::Faulty => (WhyOff::Fault, "it has a fault".to_owned(), entity.name.span),
    };
    let documentation = entity.doc.trim().to_owned();
    OffView { entity: name.clone(), lines: Vec::new(), why, text, at: texts.place(span), documentation }
}

/// Blocks in a body and in its parts.
fn blocks(texts: &Texts, settings: &Settings, entity: &str, path: &str, body: &[Statement], off: &mut Vec<OffView>) {
    for statement in body {
        match statement {
            Statement::OnlyIf { condition, body, .. }
                if pushdown::constant(settings, entity, condition) == Some(false) =>
            {
                off.push(OffView {
                    entity: path.to_owned(),
                    lines: body.iter().filter_map(|statement| headline(texts, statement)).collect(),
                    why: WhyOff::Setting,
                    text: format!("only if {}", texts.text(condition.span)),
                    at: texts.place(condition.span),
                    documentation: String::new(),
                });
            }
            Statement::OnlyIf { body, .. } => blocks(texts, settings, entity, path, body, off),
            Statement::Part(part) => {
                blocks(texts, settings, entity, &format!("{path}.{}", part.name.value), &part.body, off);
            }
            _ => {}
        }
    }
}

/// A line as it is written, a part by its name.
fn headline(texts: &Texts, statement: &Statement) -> Option<String> {
    match statement {
        Statement::Line(line) => Some(texts.text(line.span)),
        Statement::Part(part) => Some(format!("part {}", part.name.value)),
        _ => None,
    }
}
