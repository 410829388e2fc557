//! What holds of the mapping as a whole: who creates and updates what, its settings and tables.

use super::{Block, Cell, Table, at};
use crate::model::view::{EntityView, OffView, Place, RowView, SettingSource, SettingView, TableView, View, WhyOff};
use crate::value::Side;

pub fn top(view: &View) -> Vec<Block> {
    let mut title = format!("Mapping `{}`", view.mapping);
    if let Some(below) = view.extends.first() {
        title += &format!(", extends `{below}`");
    }
    let mut blocks = vec![Block::Heading(1, title)];
    if !view.documentation.is_empty() {
        blocks.push(Block::Paragraph(view.documentation.clone()));
    }
    if !view.sound {
        let faults =
            "This mapping has faults: here stands what is left without the faulty lines. `samband check` tells them.";
        blocks.push(Block::Paragraph(faults.to_owned()));
    }
    if !view.settled {
        let defaults = "There is no `samband.yaml`: settings without a default have no value here.";
        blocks.push(Block::Paragraph(defaults.to_owned()));
    }
    let row = |entity: &EntityView| {
        let mut name = entity.name.clone();
        if !entity.carried {
            name += " (1)";
        }
        vec![
            Cell::text(name),
            Cell::text(does(entity, Side::Severa)),
            Cell::text(does(entity, Side::Business)),
            Cell::text(master(entity)),
        ]
    };
    let rows = view.entities.iter().map(row).collect();
    blocks.push(Table::block(["Entity, in the order of a run", "In Severa", "In Visma Business", "Master"], rows));
    if !view.left_out.is_empty() {
        let names = view.left_out.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        blocks.push(Block::Paragraph(format!("(1) Checked and shown, not carried out by this version: {names}.")));
    }
    blocks
}

/// What happens to records on a side.
fn does(entity: &EntityView, side: Side) -> String {
    let (creates, updates) = (entity.creates.contains(&side), entity.updates.contains(&side));
    let created = if entity.only_when_needed { "created when needed" } else { "created" };
    match (creates, updates) {
        (true, true) => format!("{created}, updated"),
        (true, false) => created.to_owned(),
        (false, true) => "updated".to_owned(),
        (false, false) if writes_back(entity, side) => "linked ones written back to".to_owned(),
        (false, false) => "only read".to_owned(),
    }
}

fn writes_back(entity: &EntityView, side: Side) -> bool {
    let against = if side == Side::Severa { "<-" } else { "->" };
    entity.lines.iter().any(|line| line.arrow == against)
}

fn master(entity: &EntityView) -> String {
    let both = entity.arrow == "<->";
    match &entity.master {
        _ if !both => String::new(),
        Some(master) => match master.side {
            Some(side) => side.title().to_owned(),
            None => "none".to_owned(),
        },
        None => "none".to_owned(),
    }
}

pub fn bottom(view: &View, blocks: &mut Vec<Block>) {
    settings(&view.settings.iter().collect::<Vec<_>>(), blocks);
    if !view.requires.is_empty() {
        blocks.push(Block::Heading(2, "What settings must fulfil".to_owned()));
        let row = |require: &crate::model::view::RequireView| {
            vec![Cell::code(&require.condition), Cell::text(&require.message), Cell::text(at(&require.at))]
        };
        let rows = view.requires.iter().map(row).collect();
        blocks.push(Table::block(["Must hold", "Otherwise", "Stands in"], rows));
    }
    for table in &view.tables {
        self::table(table, blocks);
    }
    if !view.off.is_empty() {
        blocks.push(Block::Heading(2, "Written, and taking no part".to_owned()));
        let row = |off: &OffView| {
            let what = match off.lines.as_slice() {
                [] => format!("entity {}", off.entity),
                lines => format!("in {}: {}", off.entity, lines.join("; ")),
            };
            vec![Cell::code(&what), Cell::text(why(off)), Cell::text(at(&off.at))]
        };
        let rows = view.off.iter().map(row).collect();
        blocks.push(Table::block(["What", "Why", "Stands in"], rows));
    }
    blocks.push(Block::Heading(2, "Files".to_owned()));
    let file = |file: &crate::model::view::FileView| format!("{} (mapping {})", file.name, file.mapping);
    blocks.push(Block::List(view.files.iter().map(file).collect()));
}

fn why(off: &OffView) -> String {
    match off.why {
        WhyOff::Layer => format!("a layer says `{}`", off.text),
        WhyOff::Setting => format!("`{}` does not hold", off.text),
        WhyOff::Fault => "it has a fault".to_owned(),
    }
}

/// A table of settings; nothing where there are none.
pub fn settings(settings: &[&SettingView], blocks: &mut Vec<Block>) {
    if settings.is_empty() {
        return;
    }
    blocks.push(Block::Heading(2, "Settings".to_owned()));
    let row = |setting: &&SettingView| {
        let place: &Place = setting.at.as_ref().unwrap_or(&setting.declared);
        let value = setting.value.as_deref().unwrap_or("—");
        let source = match setting.source {
            SettingSource::Given => format!("given in {}", at(place)),
            SettingSource::Changed => format!("changed in {}", at(place)),
            SettingSource::Default => match &setting.follows {
                Some(other) => format!("as `{other}`"),
                None => format!("default, {}", at(place)),
            },
            SettingSource::NotGiven => format!("not given; declared in {}", at(&setting.declared)),
        };
        vec![
            Cell::code(&setting.name),
            Cell::code(value),
            Cell::code(&setting.ty),
            Cell::text(source),
            Cell::text(setting.documentation.replace('\n', " ")),
        ]
    };
    let rows = settings.iter().map(row).collect();
    blocks.push(Table::block(["Setting", "Value", "Type", "From", "What it is"], rows));
}

fn table(table: &TableView, blocks: &mut Vec<Block>) {
    blocks.push(Block::Heading(2, format!("Table `{}`: {} {} {}", table.name, table.left, table.arrow, table.right)));
    if !table.documentation.is_empty() {
        blocks.push(Block::Paragraph(table.documentation.clone()));
    }
    if let Some(kept) = &table.kept_by {
        blocks.push(Block::Paragraph(format!("Read once a run from {kept}; declared in {}.", at(&table.at))));
        return;
    }
    let row = |row: &RowView| {
        vec![
            Cell::code(&row.left),
            Cell::code(row.arrow),
            Cell::code(&row.right),
            Cell::text(stands(&row.at, row.replaces.as_ref().map(|r| (r.text.as_str(), &r.at)))),
        ]
    };
    let rows = table.rows.iter().map(row).collect();
    blocks.push(Table::block([table.left.as_str(), "", &table.right, "Stands in"], rows));
}

/// Where something stands, and what it took the place of.
pub fn stands(place: &Place, replaces: Option<(&str, &Place)>) -> String {
    match replaces {
        Some((text, below)) => format!("{}, instead of `{text}` in {}", at(place), at(below)),
        None => at(place),
    }
}
