//! Codes of the group `settings`.

use super::codes;

codes! {}
