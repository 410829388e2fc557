//! Codes of the group `layers`.

use super::codes;

codes! {}
