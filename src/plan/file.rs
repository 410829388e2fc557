//! A plan kept for later: one line of JSON for its head, one for each entity.

use super::{EntityPlan, Plan};
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;

/// The first line of a plan file, by which it is known.
#[derive(serde::Serialize, serde::Deserialize)]
struct Head {
    samband_plan: u32,
    mapping: String,
    fingerprint: String,
    identity: String,
    generation: u64,
    made_at: String,
    #[serde(default)]
    names: std::collections::BTreeMap<String, String>,
}

const VERSION: u32 = 2;

/// Why a plan file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    #[error("{path}: {error}")]
    File { path: String, error: std::io::Error },
    #[error("{path} is no plan of this version of samband (line {line})")]
    Content { path: String, line: usize },
}

/// A plan read from a file.
pub type PlanFile = Plan;

pub fn save(plan: &Plan, path: &Path) -> Result<(), PlanError> {
    let failed = |error| PlanError::File { path: path.display().to_string(), error };
    let mut file = BufWriter::new(File::create(path).map_err(failed)?);
    let head = Head {
        samband_plan: VERSION,
        mapping: plan.mapping.clone(),
        fingerprint: plan.fingerprint.clone(),
        identity: plan.identity.clone(),
        generation: plan.generation,
        made_at: plan.made_at.clone(),
        names: plan.names.clone(),
    };
    let mut line = |json: Result<String, serde_json::Error>| -> std::io::Result<()> { writeln!(file, "{}", json?) };
    line(serde_json::to_string(&head)).map_err(failed)?;
    for entity in &plan.entities {
        line(serde_json::to_string(entity)).map_err(failed)?;
    }
    file.flush().map_err(failed)
}

pub fn load(path: &Path) -> Result<PlanFile, PlanError> {
    let failed = |error| PlanError::File { path: path.display().to_string(), error };
    let wrong = |line: usize| PlanError::Content { path: path.display().to_string(), line };
    let mut lines = BufReader::new(File::open(path).map_err(failed)?).lines().enumerate();
    let head: Head = match lines.next() {
        Some((_, line)) => serde_json::from_str(&line.map_err(failed)?).map_err(|_| wrong(1))?,
        None => return Err(wrong(1)),
    };
    if head.samband_plan != VERSION {
        return Err(wrong(1));
    }
    let mut plan = Plan {
        mapping: head.mapping,
        fingerprint: head.fingerprint,
        identity: head.identity,
        generation: head.generation,
        made_at: head.made_at,
        entities: Vec::new(),
        names: head.names,
    };
    for (number, line) in lines {
        let entity: EntityPlan = serde_json::from_str(&line.map_err(failed)?).map_err(|_| wrong(number + 1))?;
        plan.entities.push(entity);
    }
    Ok(plan)
}
