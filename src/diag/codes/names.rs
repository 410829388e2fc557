//! Codes of the group `names`.

use super::codes;

codes! {}
