//! An entity or part: its rules in a few facts, then its lines, then its parts.

use super::overview::stands;
use super::{Block, Cell, Table, at};
use crate::model::view::{EntityView, LineView, NoteView, PickedView, SendView, Words};
use crate::value::Side;

pub fn blocks(entity: &EntityView, level: u8, blocks: &mut Vec<Block>) {
    blocks.push(Block::Heading(level, title(entity)));
    if !entity.documentation.is_empty() {
        blocks.push(Block::Paragraph(entity.documentation.clone()));
    }
    if !entity.carried {
        blocks.push(Block::Paragraph("This version checks it and does not carry it out.".to_owned()));
    }
    blocks.push(Block::Facts(facts(entity)));
    if !entity.lines.is_empty() {
        blocks.push(lines(&entity.lines));
    }
    if !entity.dropped.is_empty() {
        let dropped = entity.dropped.iter().map(|line| match &line.was_at {
            Some(was) => format!("dropped in {}: `{}` of {}", at(&line.at), line.text, at(was)),
            None => format!("dropped in {}: `{}`", at(&line.at), line.text),
        });
        blocks.push(Block::List(dropped.collect()));
    }
    for part in &entity.parts {
        self::blocks(part, level + 1, blocks);
    }
}

fn title(entity: &EntityView) -> String {
    let name = &entity.name;
    match &entity.business {
        Some(business) => {
            let number = business.number.map(|n| format!("[{n}]")).unwrap_or_default();
            format!("{name}: {} {} {}{number}", entity.severa.record, entity.arrow, business.record)
        }
        None => format!("{name}: {} {} the same row", entity.severa.record, entity.arrow),
    }
}

fn facts(entity: &EntityView) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    if let Some(only_if) = &entity.only_if {
        facts.push(("only if", words(only_if)));
    }
    match &entity.picked {
        Some(picked) => facts.push(("of the list", self::picked(picked))),
        None => facts.push(("in Severa", format!("`{}`", entity.severa.text))),
    }
    if let Some(business) = &entity.business {
        facts.push(("in Visma Business", format!("`{}`", business.text)));
    }
    if !entity.creates.is_empty() {
        facts.push(("creates in", sides(&entity.creates)));
    }
    facts.push(("updates in", if entity.updates.is_empty() { "neither".to_owned() } else { sides(&entity.updates) }));
    if entity.once {
        facts.push(("once", "carried over when it is created, never updated".to_owned()));
    }
    if entity.only_when_needed {
        facts.push(("only when needed", "created for a record that links to it, before that one".to_owned()));
    }
    if entity.arrow == "<->" {
        facts.extend(rules(entity));
    }
    if let Some(identity) = &entity.identity {
        let column = entity.identity_column.as_ref().map(|column| format!("in `{column}`: ")).unwrap_or_default();
        facts.push(("identity", format!("{column}{}", words(identity))));
    }
    facts.extend(entity.matches.iter().map(|rule| ("paired by", words(rule))));
    for number in &entity.numbers {
        facts.push(("numbers", format!("`{}` by {}, {}", number.columns.join(", "), number.by, at(&number.at))));
    }
    facts.extend(entity.sends.iter().map(sends));
    for side in [(Side::Severa, &entity.severa.given), (Side::Business, &Vec::new())] {
        facts.extend(given(side.0, side.1));
    }
    if let Some(business) = &entity.business {
        facts.extend(given(Side::Business, &business.given));
    }
    for hold in &entity.holds {
        facts.push(("held when", format!("`{}`: \"{}\", {}", hold.condition, hold.reason, at(&hold.at))));
    }
    if let Some(failure) = &entity.failure {
        facts.push(("on failure", words(failure)));
    }
    if !entity.links.is_empty() {
        facts.push(("links to", entity.links.join(", ")));
    }
    if !entity.changed.is_empty() {
        facts.push(("changed in", entity.changed.iter().map(at).collect::<Vec<_>>().join(", ")));
    }
    facts
}

/// Who wins, where both ways are open.
fn rules(entity: &EntityView) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    if let Some(master) = &entity.master {
        let side = master.side.map_or("none: each side updates the other", Side::title);
        let why = match (&master.of, &master.written) {
            (Some(of), _) => format!(", as {of} says"),
            (None, Some(written)) if !master.settings.is_empty() => {
                format!(", by the setting `{}`, {}", master.settings.join("`, which follows `"), at(&written.at))
            }
            (None, Some(written)) => format!(", {}", at(&written.at)),
            (None, None) => String::new(),
        };
        facts.push(("master", format!("{side}{why}")));
    }
    if let Some(conflict) = entity.conflict {
        let meaning = match conflict {
            "newest" => "where a field changed on both sides, the later change stands",
            "severa" => "where a field changed on both sides, Severa's value stands",
            "business" => "where a field changed on both sides, Visma Business' value stands",
            _ => "where a field changed on both sides, the record waits for a person",
        };
        facts.push(("conflict", meaning.to_owned()));
    }
    facts
}

fn picked(picked: &PickedView) -> String {
    let mut text = format!("`{}`", picked.each.as_ref().unwrap_or(&picked.from));
    if picked.each.is_some() {
        text += ", each piece a row";
    }
    if let Some(condition) = &picked.condition {
        text += &format!(" where `{condition}`");
    }
    if let Some(part) = &picked.not_in {
        text += &format!(" that are not in {part}");
    }
    if let Some(first) = &picked.first {
        text += &format!(", the `{first}`");
    }
    text
}

fn sends(send: &SendView) -> (&'static str, String) {
    let label = if send.side == Side::Severa { "sent from Severa" } else { "sent from Visma Business" };
    let Some(first) = send.conditions.first() else {
        return (label, format!("all: `{}`, {}", send.written.text, at(&send.written.at)));
    };
    if send.conditions.iter().all(|condition| condition.at == first.at) {
        let all: Vec<_> = send.conditions.iter().map(|condition| format!("`{}`", condition.text)).collect();
        return (label, format!("{}, {}", all.join(" and "), at(&first.at)));
    }
    (label, send.conditions.iter().map(words).collect::<Vec<_>>().join(", and "))
}

fn given(side: Side, fields: &[crate::model::view::GivenField]) -> Option<(&'static str, String)> {
    if fields.is_empty() {
        return None;
    }
    let label = if side == Side::Severa { "new ones in Severa" } else { "new ones in Visma Business" };
    let list = fields.iter().map(|given| format!("`{} = {}`", given.field, given.value)).collect::<Vec<_>>();
    Some((label, list.join(", ")))
}

/// As they are written, without the word that the fact has for a label.
fn words(words: &Words) -> String {
    let place = stands(&words.at, words.replaces.as_ref().map(|r| (r.text.as_str(), &r.at)));
    let text = ["identity", "match", "failure"].iter().find_map(|word| words.text.strip_prefix(word));
    format!("`{}`, {place}", text.unwrap_or(&words.text).trim_start())
}

fn sides(sides: &[Side]) -> String {
    match sides {
        [one] => one.title().to_owned(),
        _ => "both".to_owned(),
    }
}

fn lines(lines: &[LineView]) -> Block {
    let row = |line: &LineView| {
        let way = line.way.join(&format!(" {} ", line.arrow));
        let mut notes: Vec<String> = line.notes.iter().map(|note| self::note(*note).to_owned()).collect();
        if let Some(only_if) = &line.only_if {
            notes.push(format!("only if `{only_if}`"));
        }
        vec![
            Cell::code(&line.severa.text),
            Cell::code(line.arrow),
            Cell::code(&way),
            Cell::code(&end(&line.business.text, &line.business.fields)),
            Cell::text(notes.join("; ")),
            Cell::text(stands(&line.at, line.replaces.as_ref().map(|r| (r.text.as_str(), &r.at)))),
        ]
    };
    let head = ["Severa", "", "On the way", "Visma Business", "", "Stands in"];
    Table::block(head, lines.iter().map(row).collect())
}

/// An end as it is written, and the column that a setting makes of it: `R[department_unit] = R1`.
fn end(text: &str, fields: &[String]) -> String {
    match fields {
        [field] if text.contains('[') && !text.starts_with(field.as_str()) => format!("{text} = {field}"),
        _ => text.to_owned(),
    }
}

fn note(note: NoteView) -> &'static str {
    match note {
        NoteView::OnCreate => "when created",
        NoteView::WriteBack => "written back",
        NoteView::Assigned => "number assigned there",
        NoteView::Position => "its place",
        NoteView::NeverChanges => "never changes",
        NoteView::Faulty => "faulty",
    }
}
