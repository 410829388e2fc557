//! What a request came to, as tokens.

use super::super::session::Answer;
use super::tokens::{self, COUNT, DONE, DONE_IN_PROC, DONE_PROC, ERROR, IN_TRANSACTION, MORE};

/// The tokens of a batch's answers, or of a procedure call's.
pub fn encode(answers: &[Answer], procedure: bool, in_transaction: bool) -> Vec<u8> {
    let mut out = Vec::new();
    let token = if procedure { DONE_IN_PROC } else { DONE };
    let state = if in_transaction { IN_TRANSACTION } else { 0 };
    let mut last_done = None;
    let mut status = 0;
    let mut unfinished = false;
    let mut failed = false;
    for answer in answers {
        // An error's own DONE comes after the message that goes with it.
        if unfinished && !matches!(answer, Answer::Info(_)) {
            last_done = Some(out.len());
            tokens::done(&mut out, token, MORE | ERROR | state, 0, 0);
            unfinished = false;
        }
        match answer {
            Answer::Rows { columns, rows } => {
                tokens::columns(&mut out, columns);
                for row in rows {
                    tokens::row(&mut out, columns, row);
                }
            }
            Answer::Count { rows, command, shown } => {
                last_done = Some(out.len());
                tokens::done(&mut out, token, MORE | state | if *shown { COUNT } else { 0 }, *command, *rows);
            }
            Answer::Done => {
                last_done = Some(out.len());
                tokens::done(&mut out, token, MORE | state, 0, 0);
            }
            Answer::Info(info) => tokens::message(&mut out, info, true),
            Answer::Failed(error) => {
                tokens::message(&mut out, error, false);
                unfinished = true;
                failed = true;
            }
            Answer::Began(descriptor) => tokens::env_bytes(&mut out, 8, &descriptor.to_le_bytes(), &[]),
            Answer::Committed(descriptor) => tokens::env_bytes(&mut out, 9, &[], &descriptor.to_le_bytes()),
            Answer::RolledBack(descriptor) => tokens::env_bytes(&mut out, 10, &[], &descriptor.to_le_bytes()),
            Answer::Database(name) => tokens::env_text(&mut out, 1, name, name),
            Answer::Status(code) => status = *code,
        }
    }
    let error = if failed { ERROR } else { 0 };
    if procedure {
        if unfinished {
            tokens::done(&mut out, token, MORE | ERROR | state, 0, 0);
        }
        tokens::status(&mut out, status);
        tokens::done(&mut out, DONE_PROC, state | error, 0, 0);
        return out;
    }
    // A DONE is thirteen bytes; only when the answer ends in one can that be its last.
    match last_done.filter(|at| !unfinished && at + 13 == out.len()) {
        Some(at) => {
            if let Some(status) = out.get_mut(at + 1) {
                *status &= !1;
            }
        }
        None => tokens::done(&mut out, DONE, state | error, 0, 0),
    }
    out
}
