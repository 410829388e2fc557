//! Codes of the group `tidy`.

use super::codes;

codes! {
    ALLOW_UNUSED = "allow-unused" Warning
        "an allow-comment takes nothing away"
        "`// allow CODE: reason` silences one warning on its own line, or in the statement below it. Here that warning does not come up any more: the mapping was mended, or the comment has moved away from what it was about. Left standing, it would hide the next fault of its kind without anybody having looked at it.";
    ALLOW_WITHOUT_REASON = "allow-without-reason" Error
        "an allow-comment gives no reason"
        "Whoever inherits the mapping must be able to judge whether the reason still holds. Write it behind the code and a colon: `// allow one-match-key: names are not unique here`.";
    ALLOW_UNKNOWN_CODE = "allow-unknown-code" Error
        "an allow-comment names a code that there is not"
        "The code is the word in brackets at the beginning of a warning, such as `one-match-key`. A comment with another word would silence nothing, and nobody would notice.";
    ALLOW_ERROR = "allow-error" Error
        "an allow-comment is about an error"
        "Warnings and notes are matters of judgment, which a person may overrule with a reason. An error means that the mapping cannot do what it says, and stays so whatever the comment: it can only be mended.";
}
