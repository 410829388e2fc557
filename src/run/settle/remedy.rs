//! What can be done about a held record, by the code of its reason.

use crate::state::Held;
use crate::value::Side;

/// In a consultant's words, with the commands that settle it as they can be typed.
pub fn remedy(held: &Held) -> String {
    let own = super::quoted(if held.key.is_empty() { &held.id } else { &held.key });
    let entity = &held.entity;
    let retry = format!("then `samband held retry {entity} {own}`");
    let ignore = format!("`samband held ignore {entity} {own} --side {} --reason …`", held.side.word());
    // The other record has the same number, or else the same name: that is how it can be named.
    let other = match held.code.as_str() {
        "same-number" => own.clone(),
        "same-name" => super::quoted(&held.name),
        _ => format!("NUMBER-IN-{}", held.side.other().title().to_uppercase().replace(' ', "-")),
    };
    let link = match held.side {
        Side::Severa => format!("`samband held link {entity} {own} {other}`"),
        Side::Business => format!("`samband held link {entity} {other} {own}`"),
    };
    match held.code.as_str() {
        "same-number" => format!("are both the same? {link}; if not, give one of them another number, or {ignore}"),
        "same-name" => format!("are both the same? {link}; if not, tell their names apart, or {ignore}"),
        "ambiguous" => format!("say which one it is: {link}; or tell the others apart"),
        "same-identity" => {
            format!(
                "one of them is a copy: take the identifier out of the copy, {retry}; or say which one it is: {link}"
            )
        }
        "conflict" => {
            format!("make the field the same on both sides, or change it once more where it is right, {retry}")
        }
        "vanished" => {
            format!(
                "if it was deleted by mistake, bring it back; if it is to be made anew, `samband held unlink {entity} {own}`; if it is to stay alone, {ignore}"
            )
        }
        "not-linked" => "what it points at is not carried over yet; it is tried again as soon as that is".to_owned(),
        "does-not-fit" | "missing-required" | "hold" => format!("mend the record, {retry}; or {ignore}"),
        "refused" => format!("mend what the system did not accept, {retry}"),
        "unknown-outcome" => {
            format!(
                "the next run looks whether it came to be; if nothing identifies it there, look yourself and {link}, or {ignore}"
            )
        }
        "moved" => "somebody changed it meanwhile; the next run plans it again".to_owned(),
        "side-stopped" => "the system was not there; the next run tries again".to_owned(),
        "parted" => "the next run takes our identifier out of the other record first".to_owned(),
        "unignored" => "the next run looks at it".to_owned(),
        _ => format!("mend it, {retry}; or {ignore}"),
    }
}
