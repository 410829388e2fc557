//! Codes of the group `syntax`.

use super::codes;

codes! {}
