//! Codes of the group `values`: the mapping's own settings.

use super::codes;

codes! {
    SETTING_MISSING = "setting-missing" Error
        "A setting without a default that `samband.yaml` does not give."
        "Add it below `settings:` in samband.yaml.";
    SETTING_TYPE = "setting-type" Error
        "A value that is not of its setting's type."
        "The mapping's `setting` line says which type it has.";
    SETTING_RANGE = "setting-range" Error
        "A value outside the range that the setting allows."
        "The mapping's `setting` line says which values it takes.";
    SETTING_UNKNOWN = "setting-unknown" Error
        "A setting that no mapping has."
        "Settings inside an entity carry its name: `Project.won_status`.";
    UNKNOWN_TENANT_NAME = "unknown-tenant-name" Error
        "A name that the tenant does not have."
        "`samband schema pull` read the tenant's own names; this is none of them. If it is new there, pull again.";
    REQUIRE_NOT_MET = "require-not-met" Error
        "Settings that do not go together."
        "The mapping's `require` line says what must hold.";
    SETTING_TYPE_UNKNOWN = "setting-type-unknown" Error
        "A `setting` line with a type that does not exist."
        "Types are text, int, decimal, bool, date, side, range, `one of …`, `list of …`, and records by name.";
}

/// After these it is not known which numbers meet.
pub const CLASHING: &[super::Code] = &[REQUIRE_NOT_MET, SETTING_RANGE, SETTING_TYPE];
