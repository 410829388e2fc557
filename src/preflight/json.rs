//! The checklist for other programs; field names are stable.

use super::{Checklist, Finding, Severity};
use crate::systems::examine::Unseen;
use serde_json::{Value as Json, json};

/// `blocks`, `look`, `unseen`, `fine`.
pub(super) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Fine => "fine",
        Severity::Unseen => "unseen",
        Severity::Look => "look",
        Severity::Blocks => "blocks",
    }
}

/// The document of `--format json`; `masked` says whether personal data is left out.
pub fn document(checklist: &Checklist, masked: bool) -> Json {
    let finding = |f: &Finding| {
        json!({
            "severity": severity(f.severity),
            "entity": f.entity,
            "side": f.side.map(|side| side.word()),
            "id": f.id,
            "key": f.key,
            "name": f.name,
            "what": f.what,
            "todo": f.todo,
        })
    };
    let unseen = |u: &Unseen| json!({"what": u.what, "why": u.why, "by_hand": u.by_hand});
    let section = |s: &super::Section| {
        json!({
            "check": s.check.code(),
            "title": s.check.title(),
            "why": s.check.why(),
            "severity": severity(s.severity),
            "count": s.count(),
            "looked": s.looked,
            "unseen": s.unseen.iter().map(unseen).collect::<Vec<_>>(),
            "findings": s.findings.iter().map(finding).collect::<Vec<_>>(),
        })
    };
    let read = |(entity, severa, business): &(String, usize, usize)| json!({"entity": entity, "severa": severa, "business": business});
    json!({
        "mapping": checklist.mapping,
        "masked": masked,
        "read": checklist.read.iter().map(read).collect::<Vec<_>>(),
        "sections": checklist.sections.iter().map(section).collect::<Vec<_>>(),
        "summary": {
            "blocks": checklist.count(Severity::Blocks),
            "look": checklist.count(Severity::Look),
            "unseen": checklist.count(Severity::Unseen),
            "fine": checklist.count(Severity::Fine),
        },
    })
}
