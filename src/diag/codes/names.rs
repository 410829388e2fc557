//! Codes of the group `names`.

use super::codes;

codes! {
    UNKNOWN_RECORD = "unknown-record" Error
        "A record that the system does not have."
        "The left side names records of Severa, the right side records of Visma Business, under the names that their own documentation uses.";
    UNKNOWN_FIELD = "unknown-field" Error
        "A field that the record does not have."
        "Fields are written as in the system's own documentation: Severa's JSON paths, Visma Business' column names.";
    UNKNOWN_ENTITY = "unknown-entity" Error
        "An entity that the mapping does not have."
        "`link`, `off` and examples name entities of this mapping or of one it extends.";
    LINK_OFF = "link-off" Error
        "A link to an entity that takes no part."
        "It is switched off by a layer or by its setting. Drop the line, or let it depend on the same setting.";
    UNKNOWN_PART = "unknown-part" Error
        "A part that the entity does not have."
        "`not in` names a part of the same row that stands before it.";
    UNKNOWN_TABLE = "unknown-step" Error
        "Something between two ends that is neither a transform nor a table."
        "Between the ends of a line stand transforms, tables of the mapping, value maps, `link` and choices.";
    UNKNOWN_NAME = "unknown-name" Error
        "A name that is neither a field here nor a setting."
        "Conditions and ends may use the fields of their own side's record and the mapping's settings.";
    UNKNOWN_MAPPING = "unknown-mapping" Error
        "A mapping that is not there."
        "`extends` and the settings name a mapping of this project or `standard`.";
    DUPLICATE_NAME = "duplicate-name" Error
        "Two things with one name."
        "A name stands for one thing. To change what a mapping below says, write `change`.";
    WRONG_NUMBER = "wrong-number" Error
        "A number outside what there is, such as the ninth Information field of eight."
        "Numbered columns and tables exist from 1 to a fixed number; the setting's allowed values must lie within it.";
}
