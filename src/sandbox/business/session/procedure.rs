//! The procedures the sandbox has: application locks, and `sp_executesql` for those who call it by name.

use std::time::Duration;

use super::super::applock::{Holder, Mode};
use super::super::errors::{self, SqlError};
use super::super::value::{SqlType, SqlValue};
use super::{Answer, Session};

/// An argument: its name with the `@` unless it counts by place, and its value.
pub(in super::super) type Given = (Option<String>, (SqlValue, SqlType));

impl Session {
    /// Runs a procedure and gives its return status.
    pub async fn procedure(
        &mut self,
        name: &str,
        arguments: Vec<Given>,
        out: &mut Vec<Answer>,
    ) -> Result<i32, SqlError> {
        let bare = name.rsplit('.').next().unwrap_or(name).trim_matches(['[', ']', '"']).to_lowercase();
        match bare.as_str() {
            "sp_getapplock" => self.get_lock(&arguments, out).await,
            "sp_releaseapplock" => self.release_lock(&arguments, out),
            _ => Err(errors::no_such_procedure(name)),
        }
    }

    async fn get_lock(&mut self, arguments: &[Given], out: &mut Vec<Answer>) -> Result<i32, SqlError> {
        let known = ["@Resource", "@LockMode", "@LockOwner", "@LockTimeout", "@DbPrincipal"];
        let values = by_name("sp_getapplock", arguments, &known)?;
        let [Some(resource), Some(mode), owner, timeout, _] = &values else {
            return refuse(
                out,
                201,
                "Procedure or function 'sp_getapplock' expects parameter '@Resource' and '@LockMode', which were not supplied.",
            );
        };
        let mode = match text(mode).to_lowercase().as_str() {
            "shared" => Mode::Shared,
            "exclusive" => Mode::Exclusive,
            "update" | "intentshared" | "intentexclusive" => {
                return Err(errors::not_carried(&format!("sp_getapplock @LockMode = '{}'", text(mode))));
            }
            _ => return refuse(out, 1225, "An invalid application lock mode was passed to sp_getapplock."),
        };
        let Some(holder) = self.holder(owner.as_ref()) else {
            return refuse(out, 1226, "An invalid application lock owner was passed to sp_getapplock.");
        };
        if holder.transaction && !self.in_transaction() {
            // The number is a guess; the status and the refusal are documented.
            return refuse(
                out,
                3918,
                "The statement or function 'sp_getapplock' must be executed in the context of a user transaction.",
            );
        }
        let timeout = match timeout {
            None | Some(SqlValue::Null) => self.lock_timeout,
            Some(SqlValue::Int(-1)) => None,
            Some(SqlValue::Int(n)) if *n >= 0 => Some(Duration::from_millis(n.unsigned_abs())),
            Some(_) => return refuse(out, 1227, "An invalid application lock time-out was passed to sp_getapplock."),
        };
        let resource = text(resource);
        let status = self.company.applocks.acquire(&resource, mode, holder, timeout).await;
        Ok(i32::try_from(status).unwrap_or(-999))
    }

    fn release_lock(&mut self, arguments: &[Given], out: &mut Vec<Answer>) -> Result<i32, SqlError> {
        let values = by_name("sp_releaseapplock", arguments, &["@Resource", "@LockOwner", "@DbPrincipal"])?;
        let [Some(resource), owner, _] = &values else {
            return refuse(
                out,
                201,
                "Procedure or function 'sp_releaseapplock' expects parameter '@Resource', which was not supplied.",
            );
        };
        let Some(holder) = self.holder(owner.as_ref()) else {
            return refuse(out, 1226, "An invalid application lock owner was passed to sp_releaseapplock.");
        };
        let resource = text(resource);
        if self.company.applocks.release(&resource, holder) {
            Ok(0)
        } else {
            let message = format!(
                "Cannot release the application lock (Database Principal: 'public', Resource: '{resource}') because it is not currently held."
            );
            refuse(out, 1223, &message)
        }
    }

    fn holder(&self, owner: Option<&SqlValue>) -> Option<Holder> {
        let transaction = match owner {
            None | Some(SqlValue::Null) => true,
            Some(owner) => match text(owner).to_lowercase().as_str() {
                "transaction" => true,
                "session" => false,
                _ => return None,
            },
        };
        Some(Holder { connection: self.id, transaction })
    }
}

/// An application lock procedure that refuses says so and goes on with status -999.
fn refuse(out: &mut Vec<Answer>, number: u32, message: &str) -> Result<i32, SqlError> {
    out.push(Answer::Failed(SqlError::new(number, 16, 1, message)));
    Ok(-999)
}

fn text(value: &SqlValue) -> String {
    match value {
        SqlValue::Text(text) => text.clone(),
        SqlValue::Int(number) => number.to_string(),
        _ => String::new(),
    }
}

/// The arguments in the order of the procedure's parameters.
fn by_name<const N: usize>(
    procedure: &str,
    arguments: &[Given],
    known: &[&str; N],
) -> Result<[Option<SqlValue>; N], SqlError> {
    let mut values = std::array::from_fn(|_| None);
    for (place, (name, (value, _))) in arguments.iter().enumerate() {
        let at = match name.as_deref().filter(|n| !n.is_empty()) {
            Some(name) => known.iter().position(|k| k.eq_ignore_ascii_case(name)),
            None => Some(place),
        };
        match at.and_then(|at| values.get_mut(at)) {
            Some(slot) => *slot = Some(value.clone()),
            None => {
                let name = name.clone().unwrap_or_else(|| format!("number {}", place + 1));
                return Err(SqlError::new(
                    8145,
                    16,
                    2,
                    format!("{name} is not a parameter for procedure {procedure}."),
                ));
            }
        }
    }
    Ok(values)
}
