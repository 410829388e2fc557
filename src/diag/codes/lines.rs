//! Codes of the group `lines`.

use super::codes;

codes! {}
