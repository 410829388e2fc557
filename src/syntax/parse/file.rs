//! The statements at the top of a file, and the walk over a block's statements.

use super::context::{Context, doc};
use super::expr::{expr, path};
use super::fault;
use super::forms::{Form, Found, Place, find};
use super::{EDITIONS, example, plain, record, setting, table, text};
use crate::diag::codes::syntax::*;
use crate::diag::suggest::suggestion;
use crate::diag::{Diagnostic, Edit, Fix};
use crate::source::{Span, Spanned};
use crate::syntax::ast::{Entity, File, Item as Tree, MappingHeader, Name, Setting};
use crate::syntax::grammar::Rule;
use crate::syntax::outline::scan::{TokenKind, scan};
use crate::syntax::outline::{Item, Outline, Statement};
use pest::iterators::Pair;

/// A whole file.
pub fn file(cx: &mut Context<'_>, outline: &Outline) -> File {
    let mut tree = File::default();
    let mut edition_tried = false;
    let mut needs_mapping: Option<(Span, &'static str)> = None;
    let mut mapping_tried = false;
    walk(cx, &outline.items, Place::Top, |cx, (items, at), item, found| {
        let first = !items[..at].iter().any(|item| matches!(item, Item::Statement(_)));
        let form = match found {
            Found::Form(form) => form,
            Found::Unknown { word, .. } => {
                // What it was meant to be cannot be missing as well.
                let meant = fault::meant(cx.head(item).get(word).unwrap_or(""), Place::Top);
                edition_tried |= first || meant.is_some_and(|form| form.word == "edition");
                mapping_tried |= item.block.is_none();
                return salvage(cx, &mut tree, (items, at), item, meant);
            }
            Found::Misplaced(_) => {
                edition_tried |= first;
                mapping_tried |= item.block.is_none();
                return;
            }
        };
        match form.word {
            "edition" => edition_tried = true,
            "mapping" => mapping_tried = true,
            "change" | "off" if needs_mapping.is_none() => {
                needs_mapping = Some((cx.span_of(&item.head), form.word));
            }
            _ => {}
        }
        statement(cx, &mut tree, form, (items, at), item);
    });
    if !edition_tried {
        let start = cx.text.len() - cx.text.trim_start_matches('\u{feff}').len();
        let span = Span::new(cx.file, start, start);
        let newest = EDITIONS.last().copied().unwrap_or_default();
        let ending = if cx.text.contains("\r\n") { "\r\n" } else { "\n" };
        cx.diagnostics.push(
            Diagnostic::new(MISSING_EDITION, "the file does not name its edition", span, "expected here")
                .help(format!("write `edition {newest}` as the first line"))
                .fix(format!("write `edition {newest}`"), span, format!("edition {newest}{ending}")),
        );
    }
    let unnamed = needs_mapping.filter(|_| !mapping_tried);
    if let Some((span, word)) = unnamed {
        let message = format!("`{word}` is about the mapping that this one extends, and none is named");
        cx.diagnostics.push(
            Diagnostic::new(MISSING_MAPPING, message, span, "changes what?")
                .help("write a header such as `mapping acme extends standard` below the edition"),
        );
    }
    check_documentation(cx, &outline.items);
    tree.lost_header = tree.mapping.is_none() && (mapping_tried || unnamed.is_some());
    tree.lost = std::mem::take(&mut cx.lost);
    tree
}

fn statement(cx: &mut Context<'_>, tree: &mut File, form: &Form, (items, at): (&[Item], usize), item: &Statement) {
    if let Some(new) = plain_item(cx, form, (items, at), item) {
        return tree.items.push(new);
    }
    let Some(pair) = cx.parse(form, item) else {
        // A header that did not parse may still have a name, and its block has faults of its own.
        let name = recovered_name(cx, item);
        if form.word == "mapping" && tree.mapping.is_none() {
            tree.mapping = recovered_header(cx, doc(cx, items, at), item);
        }
        match form.rule {
            Rule::only_entity => {
                let body = record::body(cx, item);
                tree.items.extend(name.map(|name| {
                    Tree::Entity(Entity {
                        doc: doc(cx, items, at),
                        name,
                        only_if: None,
                        body,
                        span: cx.span_of(&item.whole()),
                    })
                }));
            }
            Rule::only_change_entity => drop(record::body(cx, item)),
            Rule::only_table if !table::is_kept(cx.head(item)) => drop(table::rows(cx, item)),
            Rule::only_change_table => drop(table::rows(cx, item)),
            Rule::only_example => drop(example::sides(cx, item)),
            _ => {}
        }
        return;
    };
    let span = cx.span(&pair);
    let mut parts = pair.clone().into_inner();
    let mut part = |rule: Rule| parts.find(|p| p.as_rule() == rule);
    let new = match form.rule {
        Rule::only_edition => return edition(cx, tree, pair),
        Rule::only_mapping => return mapping(cx, tree, doc(cx, items, at), pair),
        Rule::only_use => {
            let written = part(Rule::text).map(|p| text::plain(cx, &p));
            return tree.uses.extend(written);
        }
        Rule::only_setting => Some(Tree::Setting(setting::setting(cx, doc(cx, items, at), pair))),
        Rule::only_require => Some(Tree::Require(setting::require(cx, pair))),
        Rule::only_table => table::table(cx, doc(cx, items, at), pair, item).map(Tree::Table),
        Rule::only_entity => part(Rule::name).map(|name| {
            let name = cx.name(&name);
            let only_if = part(Rule::only_if).and_then(|p| p.into_inner().find(|p| p.as_rule() == Rule::expr));
            let only_if = only_if.map(|p| expr(cx, p));
            let body = record::body(cx, item);
            Tree::Entity(Entity { doc: doc(cx, items, at), name, only_if, body, span: cx.span_of(&item.whole()) })
        }),
        Rule::only_change_setting => part(Rule::path).zip(part(Rule::ranged)).map(|(name, value)| {
            // A setting of an entity carries its name: `Invoice.sent`.
            let name = path(cx, name);
            let steps: Vec<_> = name.steps.iter().map(|s| s.name.as_str()).collect();
            let name = Spanned::new(steps.join("."), name.span);
            Tree::ChangeSetting { name, value: expr(cx, value), span }
        }),
        Rule::only_change_table => {
            // A table of an entity carries its name, as a setting does.
            part(Rule::path).map(|name| {
                let name = path(cx, name);
                let steps: Vec<_> = name.steps.iter().map(|s| s.name.as_str()).collect();
                let name = Spanned::new(steps.join("."), name.span);
                Tree::ChangeTable { name, rows: table::rows(cx, item), span }
            })
        }
        Rule::only_change_entity => part(Rule::name).map(|name| Tree::ChangeEntity {
            name: cx.name(&name),
            body: record::body(cx, item),
            span: cx.span_of(&item.whole()),
        }),
        Rule::only_off_entity => part(Rule::name).map(|name| Tree::OffEntity { name: cx.name(&name), span }),
        _ => example::example(cx, pair, item).map(Tree::Example),
    };
    tree.items.extend(new);
}

/// What needs no grammar.
fn plain_item(cx: &mut Context<'_>, form: &Form, (items, at): (&[Item], usize), item: &Statement) -> Option<Tree> {
    let (file, start, head) = (cx.file, item.head.start, cx.head(item));
    if item.broken {
        return None;
    }
    match form.rule {
        Rule::only_setting => {
            let setting = plain::setting(file, start, head)?;
            Some(Tree::Setting(Setting { doc: doc(cx, items, at), ..setting }))
        }
        Rule::only_table => {
            let table = plain::table(file, start, head)?;
            Some(Tree::Table(table::given(cx, doc(cx, items, at), table, item)))
        }
        Rule::only_change_table => {
            let name = plain::change(file, start, head, "table")?;
            Some(Tree::ChangeTable { name, rows: table::rows(cx, item), span: cx.span_of(&item.head) })
        }
        Rule::only_change_entity => {
            let name = plain::change(file, start, head, "entity")?;
            Some(Tree::ChangeEntity { name, body: record::body(cx, item), span: cx.span_of(&item.whole()) })
        }
        _ => None,
    }
}

/// The name behind `entity`, where the rest of the header is wrong.
fn recovered_name(cx: &Context<'_>, item: &Statement) -> Option<Name> {
    words(cx, item).into_iter().nth(1)
}

/// The names of a `mapping` line, where something else in it is wrong.
fn recovered_header(cx: &Context<'_>, doc: String, item: &Statement) -> Option<MappingHeader> {
    let head = cx.head(item);
    let words = words(cx, item);
    // Only words between blanks are sure to be whole.
    if words.iter().map(|word| word.value.as_str()).ne(head.split_whitespace()) {
        return None;
    }
    let (name, extends) = match words.as_slice() {
        [_, name] => (name, None),
        [_, name, word] if word.value != "extends" => (name, Some(word)),
        [_, name, _, base] => (name, Some(base)),
        _ => return None,
    };
    Some(MappingHeader { doc, name: name.clone(), extends: extends.cloned() })
}

/// The words of a statement's head.
fn words(cx: &Context<'_>, item: &Statement) -> Vec<Name> {
    let tokens = scan(cx.head(item)).into_iter().filter(|token| token.kind == TokenKind::Word);
    tokens
        .map(|token| {
            let span = cx.span_of(&(item.head.start + token.start()..item.head.start + token.end()));
            Spanned::new(cx.text.get(span.range()).unwrap_or("").to_owned(), span)
        })
        .collect()
}

fn edition(cx: &mut Context<'_>, tree: &mut File, pair: Pair<'_, Rule>) {
    let Some(written) = pair.into_inner().find(|p| matches!(p.as_rule(), Rule::number | Rule::name)) else { return };
    let name = cx.name(&written);
    if !EDITIONS.contains(&name.value.as_str()) {
        let message = format!("there is no edition `{}`", name.value);
        let diagnostic = Diagnostic::new(UNKNOWN_EDITION, message, name.span, "not known");
        cx.diagnostics.push(match suggestion(&name.value, name.span, EDITIONS.iter().copied()) {
            // It may just as well be right, and of a newer program: nothing to mend unasked.
            Some(mut near) => {
                near.fix = near.fix.map(|fix| Fix { safe: false, ..fix });
                diagnostic.suggest(near)
            }
            None => diagnostic.help(format!("this program knows {}; a newer one may know more", EDITIONS.join(", "))),
        });
    }
    match &tree.edition {
        Some(first) => repeated(cx, "edition", name.span, first.span),
        None => tree.edition = Some(name),
    }
}

fn mapping(cx: &mut Context<'_>, tree: &mut File, doc: String, pair: Pair<'_, Rule>) {
    let mut names = pair.into_inner().filter(|p| p.as_rule() == Rule::name).map(|p| cx.name(&p));
    let Some(name) = names.next() else { return };
    let extends = names.next();
    match &tree.mapping {
        Some(first) => repeated(cx, "mapping", name.span, first.name.span),
        None => tree.mapping = Some(MappingHeader { doc, name, extends }),
    }
}

fn repeated(cx: &mut Context<'_>, what: &str, span: Span, first: Span) {
    cx.diagnostics.push(
        Diagnostic::new(REPEATED_HEADER, format!("`{what}` stands twice in one file"), span, "a second time")
            .also(first, "the first")
            .help("keep one; a second mapping belongs in a file of its own"),
    );
}

/// A block whose first word is misspelt is read as what it was most likely meant to be.
fn salvage(
    cx: &mut Context<'_>,
    tree: &mut File,
    (items, at): (&[Item], usize),
    item: &Statement,
    meant: Option<&'static Form>,
) {
    match meant.map(|form| form.word) {
        Some("table") => drop(table::rows(cx, item)),
        Some("example") => drop(example::sides(cx, item)),
        Some("mapping") if tree.mapping.is_none() => tree.mapping = recovered_header(cx, doc(cx, items, at), item),
        Some("entity") => {
            let body = record::body(cx, item);
            let span = cx.span_of(&item.whole());
            let doc = doc(cx, items, at);
            let entity = |name| Tree::Entity(Entity { doc, name, only_if: None, body, span });
            tree.items.extend(recovered_name(cx, item).map(entity));
        }
        _ => drop(record::body(cx, item)),
    }
}

/// Walks a statement's block; see [`walk`].
pub fn each_statement(
    cx: &mut Context<'_>,
    statement: &Statement,
    place: Place,
    visit: impl FnMut(&mut Context<'_>, (&[Item], usize), &Statement, Found),
) {
    walk(cx, table::items(statement), place, visit);
}

/// Visits each statement of a block with what it is; what it cannot be is reported here.
fn walk(
    cx: &mut Context<'_>,
    items: &[Item],
    place: Place,
    mut visit: impl FnMut(&mut Context<'_>, (&[Item], usize), &Statement, Found),
) {
    let base = cx.base;
    for (at, item) in items.iter().enumerate() {
        let Item::Statement(item) = item else { continue };
        let found = find(cx.head(item), place, item.block.is_some());
        match &found {
            _ if item.broken => cx.lose(item),
            Found::Form(_) => {}
            Found::Misplaced(form) => {
                let diagnostic = fault::misplaced(cx, item, form, place);
                cx.fail(item, diagnostic);
            }
            Found::Unknown { word, known } => {
                let diagnostic = fault::unknown(cx, item, word.clone(), known);
                cx.fail(item, diagnostic);
            }
        }
        visit(cx, (items, at), item, found);
    }
    cx.base = base;
}

/// Reports `///` lines that no statement follows, in a block and the blocks in it.
fn check_documentation(cx: &mut Context<'_>, items: &[Item]) {
    for (at, item) in items.iter().enumerate() {
        match item {
            Item::Comment(range) if cx.text.get(range.clone()).is_some_and(|t| t.starts_with("///")) => {
                let followed = items[at + 1..].iter().find(|i| !matches!(i, Item::Comment(_)));
                if !matches!(followed, Some(Item::Statement(_))) {
                    let span = cx.span_of(range);
                    cx.diagnostics.push(
                        Diagnostic::new(
                            STRAY_DOCUMENTATION,
                            "no statement follows this documentation",
                            span,
                            "describes nothing",
                        )
                        .help("move it directly above what it describes, or write `//` for a comment")
                        .offer(Fix {
                            title: "make it a comment".to_owned(),
                            safe: false,
                            edits: vec![Edit { span: Span { end: span.start + 3, ..span }, text: "//".to_owned() }],
                        }),
                    );
                }
            }
            Item::Statement(statement) => check_documentation(cx, table::items(statement)),
            _ => {}
        }
    }
}
