//! Codes of the group `tidy`.

use super::codes;

codes! {
    UNUSED_SETTING = "unused-setting" Warning
        "A setting that nothing uses."
        "Whoever gives it would think that it does something. Remove it, or use it.";
    SETTING_UNDOCUMENTED = "setting-undocumented" Warning
        "A setting without a word on what it is."
        "It is read by whoever sets up a customer. A line beginning with `///` above it shows in `samband show`.";
    UNUSED_TABLE = "unused-table" Warning
        "A table that nothing uses."
        "Remove it, or put it between the two ends of a line.";
    UNUSED_FILE = "unused-file" Warning
        "A mapping file that has no part in what runs."
        "The settings name the mapping to run; this file belongs to another one.";
    NOT_IN_LAYOUT = "not-in-layout" Warning
        "A mapping file that is not in the one layout."
        "In one layout differences between versions are differences in meaning. `samband fmt` brings the file into it.";
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
