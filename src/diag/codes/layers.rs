//! Codes of the group `layers`: what one mapping says of another.

use super::codes;

codes! {
    CHANGE_OF_NOTHING = "change-of-nothing" Error
        "A change of something that the mapping below does not have."
        "A slip of the pen must not become a new thing. To add something new, write it without `change`.";
    DROP_OF_NOTHING = "drop-of-nothing" Error
        "A drop of a line that is not there."
        "`drop` names either end of a line as it stands in the mapping below.";
    CHANGES_NOTHING = "changes-nothing" Warning
        "A change that says what the mapping below says already."
        "It reads as if something were different here. Remove it.";
    CHANGED_TWICE = "changed-twice" Error
        "Two changes of one thing in one mapping."
        "The second would take the first one's place without a word. Remove one of them.";
    DROP_HALF = "drop-half" Error
        "A drop of one half of a line's end."
        "A line goes as a whole: drop it by its other end, or write the line anew without that field.";
    DROPS_REQUIRED = "drops-required" Error
        "A drop of the line that gives a field without which a record cannot be created."
        "Give the field another way, in a line of its own or in `on create`.";
    NARROWS_NOTHING = "narrows-nothing" Error
        "`also where` on a side that has no filter below."
        "Write `send from … where …` without `also`.";
    EXTENDS_CIRCLE = "extends-circle" Error
        "Mappings that extend each other."
        "One of them must stand on its own.";
    NO_HEADER = "no-mapping-header" Error
        "A file that does not say which mapping it is part of."
        "Begin it with `mapping NAME`, or `mapping NAME extends standard`.";
}
