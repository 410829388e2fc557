//! Codes of the group `lines`: what a line does to values.

use super::codes;

codes! {
    TYPE_MISMATCH = "type-mismatch" Error
        "A value of one type flows where another is needed."
        "Put a transform between them: `key` between number and text keys, a table between codes, `round` from many digits to few.";
    MAY_NOT_FIT = "may-not-fit" Error
        "A text that can be longer than the field it goes to."
        "Severa publishes no sizes for most of its texts. Say what happens to a longer one: `fit(n)` both ways, `truncate(n)` one way.";
    MAY_LOSE_DIGITS = "may-lose-digits" Error
        "A number that can have more places than the field it goes to."
        "Write `round(n)`, so that the rounding is yours and not the column's.";
    MAY_BE_NULL = "may-be-null" Error
        "Something that can be nothing goes where something must stand."
        "A record without it would be refused. Say behind the end that it fills what happens then: `or hold`, `or keep`, `or default …`.";
    UNKNOWN_VALUE = "unknown-value" Error
        "A constant that the field does not know."
        "The field takes one of a fixed set of words.";
    NO_WAY_BACK = "no-way-back" Error
        "A two-way line through something that cannot be undone."
        "Make the line one-way, give both ways with `(-> there <- back)`, or use a transform that normalizes.";
    NOT_WRITABLE = "not-writable" Error
        "A line that writes what cannot be written."
        "Read-only fields, keys and computed fields can only be read: let the arrow point away from them.";
    NOT_ON_UPDATE = "not-on-update" Error
        "A line that can only change records, to a field that never changes."
        "Keys and numbers are given when a record is created. Drop the line, or let the entity create records there.";
    END_NOT_WRITABLE = "end-not-writable" Error
        "An end that no value can be written to."
        "Only a field, a tuple of fields or a template of one field can take a value; constants and expressions only give one.";
    BAD_ARGUMENT = "bad-argument" Error
        "A transform with missing, surplus or wrong arguments."
        "Each transform takes the arguments that its documentation names: `fit` and `truncate` a size, `round` the places.";
    TWO_WRITERS = "two-writers" Error
        "Two lines that write one field."
        "Only one of them can be right. Drop one, or put the choice into one line with `when`.";
    MISSING_REQUIRED = "missing-required" Error
        "A field without which a record cannot be created is not mapped in a direction that creates."
        "Map it, give it in `on create`, or let `number` assign it.";
    LINK_COLUMN = "link-column" Error
        "It is not known which field of the linked record is meant."
        "The schema knows for most columns; for others write it: `link Employee.ActNo`.";
    LINK_WRONG_ENTITY = "link-wrong-entity" Error
        "A link to an entity of other records than those the field refers to."
        "A field that holds a user's GUID links to the entity of users.";
    TABLE_TYPE = "table-type" Error
        "A value in a table that is not of the table's type."
        "The table's first line says what its keys and values are.";
    TABLE_DOUBLE = "table-double" Error
        "Two rows of a table with one key."
        "Only the first could ever be found. Remove one of them.";
    TABLE_INCOMPLETE = "table-incomplete" Warning
        "A value map without a row for something that can come."
        "Of a choice or a flag all that can come is known. What has no row holds its record: give it a row, add an `else`, or write `or hold` behind the map where that is meant.";
    TABLE_OVERLAP = "table-overlap" Warning
        "Two ranges of a table that have numbers in common."
        "For these the row that stands first counts, which hardly anybody sees. Let the ranges begin where the others end; an exception within a range stands before it.";
    TABLE_NAMED_KEY = "table-named-key" Error
        "A table that is looked up by names of the tenant."
        "What the tenant calls a record can come out of a one-way table; looking up goes by codes and numbers.";
    TABLE_RANGE = "table-range" Error
        "A range on the side of a table that comes out."
        "A range stands for many values; it can be looked up and not written. Let the arrow point away from it.";
    TABLE_NOT_ONE_TO_ONE = "table-not-one-to-one" Error
        "A two-way table that gives one value for several keys."
        "On the way back it cannot be told which key was meant. Make the row one-way with `->` or `<-`.";
}
