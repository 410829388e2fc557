//! The checklist as one page that needs nothing else: to be mailed, or printed for the meeting.

use super::text::{SHOWN, next};
use super::{Checklist, Finding, Section, Severity};
use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = "\
body{font:15px/1.45 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}\
h1{font-size:1.5rem}h2{font-size:1.1rem;margin:2.2rem 0 .2rem}\
table{border-collapse:collapse;width:100%;margin:.6rem 0}\
th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid #ddd}\
th{font-weight:600}td.n{white-space:nowrap;font-variant-numeric:tabular-nums}\
.w{font-weight:700;white-space:nowrap}.stop{color:#a40000}.look{color:#8a5a00}.hand{color:#1f4e8c}.ok{color:#1a6b2f}\
p.why,p.more{color:#555;margin:.1rem 0}a{color:inherit}\
@media print{body{margin:0;max-width:none}h2{break-after:avoid}tr{break-inside:avoid}}";

/// The page; with `all` every list whole. `masked` says on the page that personal data is left out.
pub fn html(checklist: &Checklist, all: bool, masked: bool) -> String {
    let title = format!("Before the first run of {}", checklist.mapping);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { (title) }
                @if masked { p.why { "Personal data is left out, as ***." } }
                table {
                    thead { tr { th scope="col" { "" } th scope="col" { "Check" } th scope="col" { "Found" } } }
                    tbody { @for section in &checklist.sections { (line(section)) } }
                }
                p { (next(checklist)) }
                @for section in checklist.sections.iter().filter(|s| !s.findings.is_empty() || !s.unseen.is_empty()) {
                    (list(section, all))
                }
            }
        }
    };
    page.into_string()
}

fn word(severity: Severity) -> Markup {
    html! { span class={ "w " (severity.word()) } { (severity.word()) } }
}

fn line(section: &Section) -> Markup {
    let linked = !section.findings.is_empty() || !section.unseen.is_empty();
    let title = section.check.title();
    html! {
        tr {
            td { (word(section.severity)) }
            td { @if linked { a href={ "#" (section.check.code()) } { (title) } } @else { (title) } }
            td {
                @if section.severity >= Severity::Look { (section.count()) } @else if section.severity == Severity::Unseen {
                    "could not be looked at"
                } @else { (section.looked) }
            }
        }
    }
}

fn list(section: &Section, all: bool) -> Markup {
    let shown = if all { section.findings.len() } else { SHOWN };
    html! {
        section id=(section.check.code()) {
            h2 { (word(section.severity)) " " (section.check.title()) }
            p.why { (section.check.why()) }
            @if !section.unseen.is_empty() && !section.looked.is_empty() { p.why { "Looked at: " (section.looked) "." } }
            @for unseen in &section.unseen {
                p { "Could not be looked at: " (unseen.what) " (" (unseen.why) "); " (unseen.by_hand) "." }
            }
            @if !section.findings.is_empty() {
                table {
                    thead {
                        tr {
                            @for head in ["", "Entity", "Side", "Number", "Name", "What", "What to do"] {
                                th scope="col" { (head) }
                            }
                        }
                    }
                    tbody { @for finding in section.findings.iter().take(shown) { (row(finding)) } }
                }
            }
            @if section.findings.len() > shown {
                p.more { "and " (section.findings.len() - shown) " more (--all lists them)" }
            }
        }
    }
}

fn row(finding: &Finding) -> Markup {
    html! {
        tr {
            td { (word(finding.severity)) }
            td { (finding.entity) }
            td.n { (finding.side.map(|side| side.title()).unwrap_or_default()) }
            td.n { (finding.key) }
            td title=(finding.id) { (finding.name) }
            td { (finding.what) }
            td { (finding.todo) }
        }
    }
}
