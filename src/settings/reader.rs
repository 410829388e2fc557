//! Typed reading of nodes: each refusal says what stands there and what would be right.

use super::mask::{is_secret_key, is_variable};
use super::node::{Node, What};
use super::secret::SecretRef;
use crate::diag::codes::settings::*;
use crate::diag::suggest::{Suggestion, nearest, suggestion};
use crate::diag::{Code, Diagnostic};
use crate::source::{Span, Spanned};

/// The faults found so far.
#[derive(Default)]
pub struct Reader {
    pub out: Vec<Diagnostic>,
}

/// A group of keys whose names are known to be right.
pub struct Section<'a> {
    /// `business.`, or nothing at the top.
    path: String,
    /// Where to say that a key is missing.
    pub span: Span,
    entries: Vec<(&'a Spanned<String>, &'a Node)>,
    /// Keys that stand there by another, near name: they are not missing besides.
    slips: Vec<&'static str>,
}

/// Every key there is, to tell where a misplaced one belongs.
pub const KEYS: &[(&str, &[&str])] = &[
    (
        "",
        &[
            "mapping",
            "environment",
            "severa",
            "business",
            "settings",
            "start_date",
            "limits",
            "schedule",
            "state",
            "history",
            "log",
            "notify",
        ],
    ),
    ("severa", &["url", "client_id", "client_secret", "settle_time", "requests_per_second", "page_size", "overlap"]),
    (
        "business",
        &[
            "server",
            "database",
            "user",
            "password",
            "auth",
            "encrypt",
            "trust_certificate",
            "ca_certificate",
            "time_zone",
            "currency",
            "series",
            "settle_time",
            "overlap",
            "change_user",
        ],
    ),
    ("limits", &["changes", "share"]),
    ("schedule", &["every", "quiet"]),
    ("history", &["keep"]),
    ("log", &["dir", "keep"]),
    ("notify", &["webhook", "on"]),
];

impl<'a> Section<'a> {
    pub fn get(&self, key: &str) -> Option<&'a Node> {
        self.entries.iter().find(|(k, _)| k.value == key).map(|(_, node)| *node)
    }

    pub fn key(&self, key: &str) -> Option<Span> {
        self.entries.iter().find(|(k, _)| k.value == key).map(|(k, _)| k.span)
    }

    fn name(&self, key: &str) -> String {
        format!("{}{key}", self.path)
    }
}

impl Reader {
    pub fn fault(
        &mut self,
        code: Code,
        message: String,
        span: Span,
        label: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.out.push(Diagnostic::new(code, message, span, label).help(help));
    }

    /// A fault with a near name.
    pub fn suggest(&mut self, code: Code, message: String, span: Span, label: &str, near: Suggestion) {
        self.out.push(Diagnostic::new(code, message, span, label).suggest(near));
    }

    /// The keys of a group; unknown ones and second ones are said and left out.
    pub fn section<'a>(&mut self, node: &'a Node, name: &str, at: Span) -> Option<Section<'a>> {
        let known = KEYS.iter().find(|(n, _)| *n == name).map_or(&[][..], |(_, keys)| *keys);
        let pairs = self.pairs(node, name, at)?;
        let path = if name.is_empty() { String::new() } else { format!("{name}.") };
        let mut entries: Vec<(&Spanned<String>, &Node)> = Vec::new();
        let mut slips = Vec::new();
        for (key, value) in pairs {
            if !known.contains(&key.value.as_str()) {
                slips.extend(nearest(&key.value, known.iter().copied()));
                // A key that stands there already cannot be what this one was meant to be.
                let free =
                    !pairs.iter().any(|(k, _)| Some(k.value.as_str()) == nearest(&key.value, known.iter().copied()));
                self.unknown(key, name, known, free);
            } else if let Some((first, _)) = entries.iter().find(|(k, _)| k.value == key.value) {
                self.twice(key, first.span);
            } else {
                entries.push((key, value));
            }
        }
        Some(Section { path, span: at, entries, slips })
    }

    /// The pairs of a group of any names.
    pub fn pairs<'a>(&mut self, node: &'a Node, name: &str, at: Span) -> Option<&'a [(Spanned<String>, Node)]> {
        match &node.what {
            What::Map(pairs) => Some(pairs),
            What::Nothing => Some(&[]),
            other => {
                let what = if name.is_empty() { "the settings file".to_owned() } else { format!("`{name}`") };
                let span = if name.is_empty() { node.span } else { at };
                self.fault(
                    WRONG_KIND,
                    format!("{what} is {}", other.title()),
                    span,
                    "a group of keys is wanted here",
                    "write `key: value` lines below it, indented, or `{ key: value }`",
                );
                None
            }
        }
    }

    pub fn twice(&mut self, key: &Spanned<String>, first: Span) {
        let diagnostic =
            Diagnostic::new(DUPLICATE_KEY, format!("`{}` stands twice", key.value), key.span, "a second time")
                .also(first, "the first time")
                .help("remove one of the two");
        self.out.push(diagnostic);
    }

    fn unknown(&mut self, key: &Spanned<String>, name: &str, known: &[&str], free: bool) {
        let place = if name.is_empty() { "the settings have".to_owned() } else { format!("`{name}` has") };
        let elsewhere = KEYS.iter().find(|(section, keys)| *section != name && keys.contains(&key.value.as_str()));
        let message = format!("{place} no key `{}`", key.value);
        if let Some(mut near) = suggestion(&key.value, key.span, known.iter().copied()) {
            near.fix = near.fix.filter(|_| free);
            return self.suggest(UNKNOWN_KEY, message, key.span, "not known", near);
        }
        let help = match elsewhere {
            Some(("", _)) => "it belongs at the beginning of a line, outside every group".to_owned(),
            Some((section, _)) => format!("it belongs under `{section}`"),
            None if name.is_empty() => {
                format!("there are {}; the mapping's own settings belong under `settings`", listed(known))
            }
            None => format!("it takes {}", listed(known)),
        };
        self.fault(UNKNOWN_KEY, message, key.span, "not known", help);
    }

    /// The node of a key that must be there.
    pub fn needed<'a>(&mut self, section: &Section<'a>, key: &str, help: &str) -> Option<&'a Node> {
        let node = section.get(key);
        if node.is_none() && !section.slips.contains(&key) {
            self.fault(
                MISSING_KEY,
                format!("`{}` is missing", section.name(key)),
                section.span,
                format!("`{key}` must be given here"),
                help,
            );
        }
        node
    }

    fn wrong(&mut self, section: &Section<'_>, key: &str, node: &Node, wanted: &str) {
        let span = if node.what == What::Nothing { section.key(key).unwrap_or(node.span) } else { node.span };
        let message = format!("`{}` is {}", section.name(key), node.what.title());
        self.fault(
            WRONG_KIND,
            message,
            span,
            format!("{wanted} is wanted here"),
            format!("write `{key}: …` with {wanted}"),
        );
    }

    fn bad(&mut self, section: &Section<'_>, key: &str, node: &Node, label: &str, help: &str) {
        self.fault(BAD_VALUE, cannot_be(&section.name(key), node), node.span, label, help);
    }

    /// A text; numbers stand for their digits as written.
    pub fn text(&mut self, section: &Section<'_>, key: &str) -> Option<Spanned<String>> {
        let node = section.get(key)?;
        match &node.what {
            What::Text(text) | What::Number(text) if !text.trim().is_empty() => {
                Some(Spanned::new(text.clone(), node.span))
            }
            What::Text(_) => {
                self.bad(section, key, node, "this is blank", "write a text, or remove the key");
                None
            }
            _ => {
                self.wrong(section, key, node, "a text");
                None
            }
        }
    }

    /// A text that a function understands.
    pub fn form<T>(
        &mut self,
        section: &Section<'_>,
        key: &str,
        label: &str,
        help: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<Spanned<T>> {
        let text = self.text(section, key)?;
        let value = read(&text.value);
        if value.is_none()
            && let Some(node) = section.get(key)
        {
            self.bad(section, key, node, label, help);
        }
        value.map(|v| Spanned::new(v, text.span))
    }

    pub fn duration(&mut self, section: &Section<'_>, key: &str) -> Option<std::time::Duration> {
        let help = "a number and a unit: `200ms`, `30s`, `10m`, `2h`, `400 days`, `2 weeks`";
        Some(self.form(section, key, "not a length of time", help, super::units::duration)?.value)
    }

    pub fn boolean(&mut self, section: &Section<'_>, key: &str) -> Option<bool> {
        let node = section.get(key)?;
        match node.what {
            What::Bool(value) => Some(value),
            _ => {
                self.wrong(section, key, node, "`true` or `false`");
                None
            }
        }
    }

    pub fn count(&mut self, section: &Section<'_>, key: &str, within: std::ops::RangeInclusive<u64>) -> Option<u64> {
        let node = section.get(key)?;
        match &node.what {
            What::Number(text) => {
                let value = text.parse::<u64>().ok().filter(|n| within.contains(n));
                if value.is_none() {
                    let help = format!("a whole number from {} to {}", within.start(), within.end());
                    self.bad(section, key, node, "out of range", &help);
                }
                value
            }
            _ => {
                self.wrong(section, key, node, "a whole number");
                None
            }
        }
    }

    /// One of some words.
    pub fn word<T: Copy>(&mut self, node: &Node, name: &str, words: &[(&str, T)]) -> Option<T> {
        let given = match &node.what {
            What::Text(text) => text.as_str(),
            // YAML 1.1 readers take `off` and `on` for no and yes; ours does not, but people write both.
            What::Bool(true) => "true",
            What::Bool(false) => "false",
            _ => "",
        };
        let found = words.iter().find(|(word, _)| *word == given).map(|(_, value)| *value);
        if found.is_none() {
            let names = || words.iter().map(|(word, _)| *word);
            let listed = names().map(|w| format!("`{w}`")).collect::<Vec<_>>().join(", ");
            let message = cannot_be(name, node);
            match suggestion(given, node.span, names()) {
                Some(mut near) => {
                    near.help.push_str(&format!(" It takes {listed}"));
                    self.suggest(BAD_VALUE, message, node.span, "not one of its words", near);
                }
                None => {
                    self.fault(BAD_VALUE, message, node.span, "not one of its words", format!("it takes {listed}"));
                }
            }
        }
        found
    }

    /// `{ env: NAME }` or `{ file: path }`. What else stands there is never shown.
    pub fn secret(&mut self, section: &Section<'_>, key: &str) -> Option<SecretRef> {
        debug_assert!(is_secret_key(key));
        let node = section.get(key)?;
        let at = section.key(key).unwrap_or(node.span);
        let name = section.name(key);
        let help = format!(
            "write `{key}: {{ env: NAME }}` or `{key}: {{ file: path }}`, and change the secret if this file was shared"
        );
        match &node.what {
            What::Map(_) => self.reference(node, &name, at),
            What::Nothing => {
                self.fault(
                    WRONG_KIND,
                    format!("`{name}` is nothing"),
                    at,
                    "a reference is wanted here",
                    format!("write `{key}: {{ env: NAME }}` or `{key}: {{ file: path }}`"),
                );
                None
            }
            _ => {
                self.fault(
                    PLAIN_SECRET,
                    format!("`{name}` is a secret in plain text"),
                    at,
                    "only a reference may stand here",
                    help,
                );
                None
            }
        }
    }

    pub fn reference(&mut self, node: &Node, name: &str, at: Span) -> Option<SecretRef> {
        let What::Map(pairs) = &node.what else {
            return None;
        };
        let help = "write `{ env: NAME }` or `{ file: path }`";
        match pairs.as_slice() {
            [(key, Node { what: What::Text(value), .. })] if key.value == "env" && is_variable(value) => {
                Some(SecretRef::Env(value.clone()))
            }
            [(key, Node { what: What::Text(value), .. })] if key.value == "file" && !value.trim().is_empty() => {
                Some(SecretRef::File(value.clone()))
            }
            [(key, _)] if key.value == "env" => {
                self.fault(
                    BAD_VALUE,
                    format!("`{name}` names no environment variable"),
                    at,
                    "the name takes letters, digits and `_`",
                    help,
                );
                None
            }
            _ => {
                self.fault(
                    BAD_VALUE,
                    format!("`{name}` is not a reference to one secret"),
                    at,
                    "one of `env` and `file` is wanted",
                    help,
                );
                None
            }
        }
    }
}

fn cannot_be(name: &str, node: &Node) -> String {
    match &node.what {
        What::Text(text) | What::Number(text) if !text.trim().is_empty() => format!("`{name}` cannot be `{text}`"),
        _ => format!("`{name}` cannot be that"),
    }
}

/// `a`, `b` and `c`
pub fn listed(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|w| format!("`{w}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        Some((last, _)) => last.clone(),
        None => "none".to_owned(),
    }
}
