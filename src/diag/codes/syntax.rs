//! Codes of the group `syntax`.

use super::codes;

codes! {
    UNEXPECTED_WORD = "unexpected-word" Error
        "a statement does not go on as it must"
        "The statement was understood up to the marked place, where something else is needed. The rest of the file is checked all the same; only this statement is left out.";
    UNKNOWN_STATEMENT = "unknown-statement" Error
        "a statement begins with a word that begins no statement"
        "Every statement begins with one of the language's words, or is a line with an arrow from a Severa field to a Visma Business column. A slip of the keyboard in the first word is the usual reason.";
    MISPLACED_STATEMENT = "misplaced-statement" Error
        "a statement stands where it has no meaning"
        "Some statements belong at the top of a file, others inside an entity or part, others inside a table or an example. Move the statement to where it belongs.";
    MISSING_ARROW = "missing-arrow" Error
        "a line has no arrow where one is needed"
        "A line says by its arrows which way a value goes: `->` to Visma Business, `<-` to Severa, `<->` both ways. Between two ends, and between an end and a transform, there is always one.";
    MIXED_ARROWS = "mixed-arrows" Error
        "the arrows of one line point different ways"
        "A line is one pipeline and all its arrows point the same way. Where the two ways differ, write both inside a two-way line, `left <-> (-> f() <- g()) <-> right`, or write two lines.";
    UNCLOSED_BRACE = "unclosed-brace" Error
        "a block is opened and never closed"
        "Every `{` needs its `}`. The place shown is the opening whose end is missing, found by the layout of the lines after it.";
    STRAY_BRACE = "stray-brace" Error
        "a `}` closes nothing"
        "There is no open block for this `}`: either it is one too many, or the `{` it belongs to is missing.";
    MISSING_BRACE = "missing-brace" Error
        "a block has no `{`"
        "Entities, parts, tables, examples, `on create` and `only if` are followed by a block in braces. The lines after the header were read as its block.";
    UNCLOSED_BRACKET = "unclosed-bracket" Error
        "a bracket is opened and never closed"
        "A statement goes on over the lines for as long as a bracket is open; where it is never closed, the statement is taken to end with its line, so that the lines after it are checked.";
    UNCLOSED_TEXT = "unclosed-text" Error
        "a text has no closing quote"
        "A text begins and ends with `\"` on one line. Write a quote inside a text as `\\\"` and a new line as `\\n`.";
    BAD_ESCAPE = "bad-escape" Error
        "a backslash in a text is followed by a character that means nothing there"
        "In a text, `\\\"` is a quote, `\\\\` a backslash, `\\n` a new line, `\\t` a tab, `\\{` and `\\}` braces. Everything else stands for itself.";
    BAD_TEMPLATE = "bad-template" Error
        "the braces in a text do not hold a field"
        "In a text, `{name}` is replaced by that field's value. Write `\\{` for a brace that is meant as one.";
    ODD_CHARACTER = "odd-character" Error
        "a character that the language does not use"
        "Word processors and web pages replace quotes, dashes and blanks by look-alikes. Outside texts and comments only the plain ones mean something.";
    TOO_DEEP = "too-deep" Error
        "brackets, blocks or operators are nested too deeply"
        "No mapping needs this; the limit keeps a damaged file from exhausting the program. Give a part of the expression a line of its own.";
    MISSING_EDITION = "missing-edition" Error
        "the file does not say which edition of the language it is written in"
        "The first statement of a mapping file is `edition 2026`. It keeps an old file's meaning when the language moves on.";
    UNKNOWN_EDITION = "unknown-edition" Error
        "the edition is not one this program knows"
        "Either the number is mistyped, or the file was written for a newer program.";
    MISSING_MAPPING = "missing-mapping" Error
        "the file changes a mapping without saying which"
        "`change` and `off` are about the mapping that this one extends, so the file needs a header such as `mapping acme extends standard`.";
    REPEATED_HEADER = "repeated-header" Error
        "a header stands twice in one file"
        "A file has one `edition`, one `mapping` and, per entity or part, one line that names the records of both systems.";
    STRAY_DOCUMENTATION = "stray-documentation" Warning
        "documentation that nothing follows"
        "Lines that begin with `///` describe the statement below them. At the end of a block or file there is none, and the text is shown nowhere. Write `//` for a plain comment.";
}
