//! Codes of the group `records`.

use super::codes;

codes! {}
