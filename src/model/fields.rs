//! A column of the schema as a field to ask for.

use crate::schema::Column;
use crate::systems::SelectField;

pub fn select_field(column: &Column) -> SelectField {
    SelectField {
        name: column.name.clone(),
        ty: column.ty.clone(),
        blank_is_nothing: column.field.blank_is_nothing,
        of: None,
    }
}
