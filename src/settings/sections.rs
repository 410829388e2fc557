//! The sections of samband.yaml, each read into its type.

use super::node::{Node, What, parse};
use super::reader::{Reader, Section};
use super::units::{self, UrlFault, url_fault};
use super::*;
use crate::diag::codes::settings::*;
use crate::diag::suggest::suggestion;
use crate::model::GivenValue;

/// Reads a text whose secrets are masked.
pub fn read(file: FileId, text: &str) -> (Settings, Vec<Diagnostic>) {
    let mut reader = Reader::default();
    let node = match parse(file, text) {
        Ok(node) => node,
        Err(fault) => {
            let end = text.get(fault.at..).and_then(|t| t.chars().next()).map_or(0, char::len_utf8);
            let span = Span::new(file, fault.at.min(text.len()), fault.at.min(text.len()) + end);
            reader.fault(
                NOT_YAML,
                "this cannot be read as YAML".to_owned(),
                span,
                fault.reason,
                "check the indentation and the quotes on this line and the one above",
            );
            return (Settings::default(), reader.out);
        }
    };
    let start = Span::new(file, node.span.start as usize, node.span.start as usize);
    let Some(top) = reader.section(&node, "", start) else {
        return (Settings::default(), reader.out);
    };
    let settings = top_level(&mut reader, &top);
    (settings, reader.out)
}

fn top_level(reader: &mut Reader, top: &Section<'_>) -> Settings {
    reader.needed(
        top,
        "mapping",
        "write `mapping: NAME`, with the name in the folder's `mapping NAME` line, or `mapping: standard`",
    );
    let date = |text: &str| text.parse::<Date>().ok();
    Settings {
        mapping: reader.text(top, "mapping"),
        environment: reader.text(top, "environment"),
        severa: group(reader, top, "severa").and_then(|s| severa(reader, &s)),
        business: group(reader, top, "business").and_then(|s| business(reader, &s)),
        settings: top.get("settings").map_or_else(Vec::new, |node| {
            let at = top.key("settings").unwrap_or(node.span);
            own_settings(reader, node, at)
        }),
        settings_at: top.key("settings").or_else(|| top.key("mapping")),
        start_date: reader.form(top, "start_date", "not a date", "a date as `2026-01-01`", date).map(|d| d.value),
        limits: group(reader, top, "limits").map_or_else(Limits::default, |s| limits(reader, &s)),
        schedule: group(reader, top, "schedule").and_then(|s| schedule(reader, &s)),
        state: reader.text(top, "state"),
        history_keep: group(reader, top, "history").and_then(|s| reader.duration(&s, "keep")),
        log: group(reader, top, "log").map(|s| Log {
            dir: reader.text(&s, "dir"),
            keep: reader.count(&s, "keep", 1..=10_000).and_then(|n| u32::try_from(n).ok()),
        }),
        notify: group(reader, top, "notify").and_then(|s| notify(reader, &s)),
    }
}

fn group<'a>(reader: &mut Reader, top: &Section<'a>, name: &str) -> Option<Section<'a>> {
    let node = top.get(name)?;
    let at = top.key(name).unwrap_or(node.span);
    reader.section(node, name, at)
}

fn severa(reader: &mut Reader, section: &Section<'_>) -> Option<Severa> {
    let url = match section.get("url") {
        Some(_) => address(reader, section),
        None => Some(Spanned::new(SEVERA_URL.to_owned(), section.span)),
    };
    let help = "write `{ env: NAME }` or `{ file: path }`";
    reader.needed(section, "client_id", help);
    reader.needed(section, "client_secret", help);
    let client_id = client_id(reader, section);
    let client_secret = reader.secret(section, "client_secret");
    let settle_time = reader.duration(section, "settle_time");
    let requests = reader.count(section, "requests_per_second", 1..=1_000);
    let page_size = reader.count(section, "page_size", 1..=1_000);
    let overlap = reader.duration(section, "overlap");
    Some(Severa {
        url: url?,
        client_id: client_id?,
        client_secret: client_secret?,
        settle_time,
        requests_per_second: requests.and_then(|n| u32::try_from(n).ok()),
        page_size: page_size.and_then(|n| u32::try_from(n).ok()),
        overlap,
        span: section.span,
    })
}

fn address(reader: &mut Reader, section: &Section<'_>) -> Option<Spanned<String>> {
    let url = reader.text(section, "url")?;
    let key = section.key("url").unwrap_or(url.span);
    match url_fault(&url.value) {
        None => Some(Spanned::new(url.value.trim_end_matches('/').to_owned(), url.span)),
        Some(UrlFault::NotOne) if url.value.chars().all(|c| c == 'x') => {
            // It was masked because a login stood in it.
            reader.fault(
                PLAIN_SECRET,
                "`severa.url` holds a login".to_owned(),
                key,
                "only an address may stand here",
                "take the login out: `client_id` and `client_secret` name where it is kept",
            );
            None
        }
        Some(UrlFault::Login) => {
            reader.fault(
                PLAIN_SECRET,
                "`severa.url` holds a login".to_owned(),
                key,
                "only an address may stand here",
                "take the login out: `client_id` and `client_secret` name where it is kept",
            );
            None
        }
        Some(UrlFault::NotOne) => {
            reader.fault(
                BAD_VALUE,
                "`severa.url` is no address".to_owned(),
                url.span,
                "not an address",
                format!("write an address as `{SEVERA_URL}`"),
            );
            None
        }
        Some(UrlFault::Clear) => {
            reader.fault(
                INSECURE_URL,
                "`severa.url` is not encrypted".to_owned(),
                url.span,
                "http to another machine",
                "write `https://`",
            );
            None
        }
    }
}

fn client_id(reader: &mut Reader, section: &Section<'_>) -> Option<ClientId> {
    let node = section.get("client_id")?;
    let at = section.key("client_id").unwrap_or(node.span);
    match &node.what {
        What::Map(_) => reader.reference(node, "severa.client_id", at).map(ClientId::Kept),
        _ => reader.text(section, "client_id").map(|t| ClientId::Plain(t.value)),
    }
}

fn business(reader: &mut Reader, section: &Section<'_>) -> Option<Business> {
    reader.needed(section, "server", "write `server: host:1433` or `server: host\\instance`");
    reader.needed(section, "database", "write `database: F0001`, the company's database");
    reader.needed(
        section,
        "time_zone",
        "write `time_zone: Europe/Oslo`: Visma Business keeps the server's local time without a zone",
    );
    let server = reader.form(
        section,
        "server",
        "not a server's address",
        "write `host:1433` or `host\\instance`",
        units::server,
    );
    let database = reader.text(section, "database");
    let login = login(reader, section);
    let words = [("off", Encrypt::Off), ("on", Encrypt::On), ("required", Encrypt::Required)];
    let encrypt = match section.get("encrypt") {
        Some(node) => reader.word(node, "business.encrypt", &words),
        None => Some(Encrypt::default()),
    };
    let trust_certificate = reader.boolean(section, "trust_certificate").unwrap_or(false);
    warn_of_encryption(reader, section, encrypt, trust_certificate);
    let zone = |name: &str| TimeZone::get(name).ok();
    let time_zone =
        reader.form(section, "time_zone", "not a time zone", "a name of the zone database, as `Europe/Oslo`", zone);
    let series = section.get("series").map_or_else(Vec::new, |node| {
        let at = section.key("series").unwrap_or(node.span);
        series(reader, node, at)
    });
    let user = change_user(reader, section);
    let ca_certificate = reader.text(section, "ca_certificate");
    if trust_certificate
        && let (Some(trust), Some(ca)) = (section.key("trust_certificate"), section.key("ca_certificate"))
    {
        let message = "`trust_certificate: true` and `ca_certificate` exclude each other";
        let diagnostic = Diagnostic::new(CONTRADICTION, message, trust, "takes any certificate")
            .also(ca, "takes only what this one vouches for")
            .help("remove `trust_certificate`");
        reader.out.push(diagnostic);
    }
    let currency = currency(reader, section);
    let settle_time = reader.duration(section, "settle_time");
    let overlap = reader.duration(section, "overlap");
    Some(Business {
        server: server?,
        database: database?,
        login: login?,
        encrypt: encrypt?,
        trust_certificate,
        ca_certificate,
        time_zone: time_zone?.value,
        currency,
        series,
        settle_time,
        overlap,
        change_user: user,
        span: section.span,
    })
}

/// Where a company keeps its own currency is told by no source, so whoever knows may say it.
fn currency(reader: &mut Reader, section: &Section<'_>) -> Option<String> {
    let code = |text: &str| {
        let is_code = text.len() == 3 && text.bytes().all(|b| b.is_ascii_uppercase());
        is_code.then(|| text.to_owned())
    };
    section.get("currency")?;
    let help = "three capitals, as `NOK`";
    reader.form(section, "currency", "not the code of a currency", help, code).map(|code| code.value)
}

/// `ChUsr` holds 20 characters in the company's tables (facts/visma-business-company.sql).
fn change_user(reader: &mut Reader, section: &Section<'_>) -> Option<String> {
    let short = |text: &str| (text.chars().count() <= 20).then(|| text.to_owned());
    let user = reader.form(section, "change_user", "too long", "at most 20 characters", short);
    user.map(|u| u.value)
}

fn login(reader: &mut Reader, section: &Section<'_>) -> Option<Login> {
    if let Some(node) = section.get("auth") {
        reader.word(node, "business.auth", &[("windows", ())])?;
        for key in ["user", "password"] {
            if let Some(span) = section.key(key) {
                let auth = section.key("auth").unwrap_or(node.span);
                let diagnostic = Diagnostic::new(
                    CONTRADICTION,
                    format!("`auth: windows` and `{key}` exclude each other"),
                    span,
                    "not used with `auth: windows`",
                )
                .also(auth, "the Windows account of the process logs in")
                .help("remove one of the two");
                reader.out.push(diagnostic);
                return None;
            }
        }
        return Some(Login::Windows);
    }
    reader.needed(section, "user", "write `user: NAME` and `password: { env: NAME }`, or `auth: windows`");
    reader.needed(section, "password", "write `password: { env: NAME }` or `password: { file: path }`");
    let user = reader.text(section, "user");
    let password = reader.secret(section, "password");
    Some(Login::Password { user: user?.value, password: password? })
}

fn warn_of_encryption(reader: &mut Reader, section: &Section<'_>, encrypt: Option<Encrypt>, trust: bool) {
    let help = "write `encrypt: required`, and `ca_certificate: path` for a certificate of your own";
    if encrypt == Some(Encrypt::Off)
        && let Some(node) = section.get("encrypt")
    {
        reader.fault(
            NOT_ENCRYPTED,
            "the connection to Visma Business is not encrypted".to_owned(),
            node.span,
            "data and password pass in the clear",
            help,
        );
    }
    if trust && let Some(node) = section.get("trust_certificate") {
        reader.fault(
            NOT_ENCRYPTED,
            "the server's certificate is not checked".to_owned(),
            node.span,
            "any machine in between can pass as the server",
            help,
        );
    }
}

const NUMBERED: &str = "columns that get numbers are `CustNo`, `ActNo`, `EmpNo` and `ProdNo`";

fn series(reader: &mut Reader, node: &Node, at: Span) -> Vec<(Spanned<String>, RangeInclusive<i64>)> {
    let mut out: Vec<(Spanned<String>, RangeInclusive<i64>)> = Vec::new();
    let pairs = reader.pairs(node, "business.series", at).unwrap_or(&[]);
    for (key, value) in pairs {
        let columns = || crate::schema::business().records.iter().flat_map(|r| &r.fields);
        // `R2.RNo` is for one table's column, before what is said of the column.
        let column = key.value.rsplit('.').next().unwrap_or_default();
        if !columns().any(|f| f.name == column) {
            let message = format!("Visma Business has no column `{}`", key.value);
            match suggestion(column, key.span, columns().map(|f| f.name.as_str())) {
                Some(mut near) => {
                    // A column with numbers already is not the one meant.
                    near.fix.take_if(|fix| pairs.iter().any(|(k, _)| fix.edits.iter().any(|e| e.text == k.value)));
                    reader.suggest(UNKNOWN_KEY, message, key.span, "not known", near);
                }
                None => reader.fault(UNKNOWN_KEY, message, key.span, "not known", NUMBERED),
            }
            continue;
        }
        if let Some((first, _)) = out.iter().find(|(k, _)| k.value == key.value) {
            let first = first.span;
            reader.twice(key, first);
            continue;
        }
        match &value.what {
            What::Text(text) => match units::range(text) {
                Some(range) => out.push((key.clone(), range)),
                None => reader.fault(
                    BAD_VALUE,
                    format!("`business.series.{}` is no range", key.value),
                    value.span,
                    "not a range",
                    "first and last number, as `10000..19999`",
                ),
            },
            other => reader.fault(
                WRONG_KIND,
                format!("`business.series.{}` is {}", key.value, other.title()),
                key.span,
                "a range is wanted here",
                "first and last number, as `10000..19999`",
            ),
        }
    }
    out
}

fn limits(reader: &mut Reader, section: &Section<'_>) -> Limits {
    Limits {
        changes: reader.count(section, "changes", 0..=1_000_000_000),
        share: reader
            .form(section, "share", "not a share", "a share of the whole from `0%` to `100%`", units::share)
            .map(|s| s.value),
    }
}

fn schedule(reader: &mut Reader, section: &Section<'_>) -> Option<Schedule> {
    reader.needed(section, "every", "write how often, as `every: 10m`");
    let every = reader.duration(section, "every");
    let quiet =
        reader.form(section, "quiet", "not two times of day", "from and to, as `\"00:00-07:00\"`", units::times);
    Some(Schedule { every: every?, quiet: quiet.map(|q| q.value) })
}

fn notify(reader: &mut Reader, section: &Section<'_>) -> Option<Notify> {
    reader.needed(
        section,
        "webhook",
        "write `webhook: { env: NAME }`: the address is a secret, since who knows it can post there",
    );
    let webhook = reader.secret(section, "webhook");
    let words = [("failed", Event::Failed), ("held", Event::Held), ("done", Event::Done)];
    let on = match section.get("on") {
        None => vec![Event::Failed, Event::Held],
        Some(Node { what: What::List(items), .. }) => {
            items.iter().filter_map(|i| reader.word(i, "notify.on", &words)).collect()
        }
        Some(one) => reader.word(one, "notify.on", &words).into_iter().collect(),
    };
    Some(Notify { webhook: webhook?, on })
}

/// The mapping's own settings: `Project.won_status: Order`, or `Project: { won_status: Order }`.
fn own_settings(reader: &mut Reader, node: &Node, at: Span) -> Vec<Given> {
    let mut out: Vec<Given> = Vec::new();
    for (key, value) in reader.pairs(node, "settings", at).unwrap_or(&[]) {
        match &value.what {
            What::Map(inner) => {
                for (name, value) in inner {
                    let name = Spanned::new(format!("{}.{}", key.value, name.value), name.span);
                    own_setting(reader, name, value, &mut out);
                }
            }
            _ => own_setting(reader, key.clone(), value, &mut out),
        }
    }
    out
}

fn own_setting(reader: &mut Reader, name: Spanned<String>, node: &Node, out: &mut Vec<Given>) {
    if let Some(first) = out.iter().find(|s| s.name.value == name.value) {
        let first = first.name.span;
        reader.twice(&name, first);
        return;
    }
    if let Some(value) = own_value(reader, &name, node) {
        let span = if node.what == What::Nothing { name.span } else { node.span };
        out.push(Given { name, value, span });
    }
}

fn own_value(reader: &mut Reader, name: &Spanned<String>, node: &Node) -> Option<GivenValue> {
    Some(match &node.what {
        What::Nothing => GivenValue::Nothing,
        What::Bool(b) => GivenValue::Bool(*b),
        What::Text(t) => GivenValue::Text(t.clone()),
        What::Number(n) => GivenValue::Number(n.clone()),
        What::List(items) => {
            GivenValue::List(items.iter().map(|item| own_value(reader, name, item)).collect::<Option<Vec<_>>>()?)
        }
        What::Map(_) => {
            let help = "write `Entity: { name: value }`, no deeper";
            let message = format!("`{}` cannot be a group of keys", name.value);
            reader.fault(WRONG_KIND, message, node.span, "groups lie one inside the other", help);
            return None;
        }
    })
}
