//! The plainest settings and headers of blocks, read without the grammar.

use super::{Cursor, plain_name};
use crate::source::{FileId, Spanned};
use crate::syntax::ast::{Arrow, Expr, ExprKind, Name, Setting, SettingType};

/// `setting group: int = 90`
pub fn setting(file: FileId, base: usize, text: &str) -> Option<Setting> {
    let mut cursor = Cursor { file, base, text, at: 0 };
    cursor.keyword("setting")?;
    let name = cursor.name()?;
    let ty = cursor.declared()?;
    let default = match cursor.ended() {
        true => None,
        false => Some(cursor.default()?),
    };
    cursor.ended().then(|| Setting { doc: String::new(), name, ty, or_none: false, default, span: cursor.span(0) })
}

/// What stands before the rows of a table.
#[derive(Debug)]
pub struct TableHead {
    pub name: Name,
    pub left: SettingType,
    pub arrow: Spanned<Arrow>,
    pub right: SettingType,
}

/// `table codes: text(20) -> int`
pub fn table(file: FileId, base: usize, text: &str) -> Option<TableHead> {
    let mut cursor = Cursor { file, base, text, at: 0 };
    cursor.keyword("table")?;
    let name = cursor.name()?;
    let left = cursor.declared()?;
    cursor.blanks();
    let start = cursor.at;
    let arrow = cursor.arrow()?;
    let arrow = Spanned::new(arrow, cursor.span(start));
    let right = cursor.kind()?;
    cursor.ended().then_some(TableHead { name, left, arrow, right })
}

/// The name behind `change entity`, `change table`.
pub fn change(file: FileId, base: usize, text: &str, what: &str) -> Option<Name> {
    let mut cursor = Cursor { file, base, text, at: 0 };
    cursor.keyword("change")?;
    cursor.keyword(what)?;
    let name = cursor.name()?;
    cursor.ended().then_some(name)
}

impl Cursor<'_> {
    fn keyword(&mut self, word: &str) -> Option<()> {
        self.blanks();
        (self.word()? == word).then_some(())
    }

    fn name(&mut self) -> Option<Name> {
        self.blanks();
        let start = self.at;
        let name = self.word().filter(|word| plain_name(word))?.to_owned();
        Some(Spanned::new(name, self.span(start)))
    }

    /// A colon and a type.
    fn declared(&mut self) -> Option<SettingType> {
        self.blanks();
        self.take(b":").then(|| self.kind())?
    }

    /// A type of one word, and perhaps its size.
    fn kind(&mut self) -> Option<SettingType> {
        let name = self.name()?;
        if !matches!(name.value.as_str(), "int" | "decimal" | "bool" | "text" | "date" | "side" | "range") {
            return None;
        }
        let mut size = None;
        if self.take(b"(") {
            size = Some(self.number()?.parse().ok()?);
            if !self.take(b")") {
                return None;
            }
        }
        Some(SettingType::Plain { name, size, within: None })
    }

    /// `=` and a constant.
    fn default(&mut self) -> Option<Expr> {
        if !self.take(b"=") {
            return None;
        }
        self.blanks();
        let start = self.at;
        match self.word() {
            Some(word @ ("true" | "false")) => Some(self.expr(start, ExprKind::Bool(word == "true"))),
            Some(_) => None,
            // A range, or arithmetic, behind it is told by the end that does not follow.
            None => self.constant(),
        }
    }
}
