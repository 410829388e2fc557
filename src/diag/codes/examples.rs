//! Codes of the group `examples`: records that show what the mapping does.

use super::codes;

codes! {
    EXAMPLE_UNKNOWN_FIELD = "example-unknown-field" Error
        "An example names a field that its record does not have."
        "The fields of the `severa` record are Severa's, those of the `business` record Visma Business' columns of the entity's own records.";
    EXAMPLE_UNMAPPED_FIELD = "example-unmapped-field" Warning
        "An example names a field that the mapping does not carry."
        "A field that is given and read by nothing says nothing about the mapping; one that is expected and written by nothing can only be blank. Name a field of a line, or drop it. Where a layer changed what an example below it shows, write an example of the same title there: it takes the other's place.";
    EXAMPLE_FILTERED_OUT = "example-filtered-out" Warning
        "An example expects a record on the other side, but the filter leaves it out."
        "Give the fields that the filter asks for, or expect `nothing`.";
    EXAMPLE_NOTHING_EXPECTED = "example-nothing-expected" Error
        "An example that expects nothing of the mapping."
        "An example gives a record on one side, and then says what must stand on the other: a record with the fields that matter, or `nothing`.";
    EXAMPLE_WRONG_VALUE = "example-wrong-value" Error
        "A value in an example that its field can never hold."
        "Texts stand in quotes and fit their column, numbers do not, dates are texts of the form \"2026-01-31\", and `any` stands for a value that is not known before.";
}
