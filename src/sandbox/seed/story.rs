//! The records of the story, one case each; the table in the module's documentation tells what each one shows.

mod belongings;
mod billing;
pub mod hours;
pub mod parties;
pub mod projects;
mod registers;
mod units;

use super::Maker;

/// Makes the story on both sides.
pub fn make(maker: &mut Maker) {
    units::make(maker);
    parties::employees(maker);
    parties::customers(maker);
    projects::make(maker);
    hours::make(maker);
}

/// What came later: its records stand after all others, so that none of those changes its number or identifier.
pub fn billing(maker: &mut Maker) {
    registers::make(maker);
    billing::make(maker);
    belongings::make(maker);
}
