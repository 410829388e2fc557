//! Progress on a terminal; elsewhere nothing.

use crate::run::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;

/// One line that says what is at work and how far it is.
pub struct Bars {
    bar: ProgressBar,
}

impl Bars {
    pub fn new() -> Self {
        let shown = std::io::stderr().is_terminal();
        let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        Self { bar: ProgressBar::with_draw_target(None, target) }
    }

    /// Takes the line away before anything else is written.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }

    fn style(total: bool) -> ProgressStyle {
        let template = if total { "{msg} [{bar:24}] {pos}/{len}" } else { "{spinner} {msg} {pos}" };
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
    }
}

impl Progress for Bars {
    fn at(&mut self, what: &str, entity: &str, done: usize, total: Option<usize>) {
        self.bar.set_style(Self::style(total.is_some()));
        match total {
            Some(total) => self.bar.set_length(total as u64),
            None => self.bar.unset_length(),
        }
        self.bar.set_message(format!("{what} {entity}"));
        self.bar.set_position(done as u64);
    }
}
