//! The folder of a sandbox: a ready mapping project, and both systems' data beside it.

use crate::cli::exit::{Exit, Failure};
use crate::settings::FILE_NAME;
use serde::{Deserialize, Serialize};
use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// How to get at both systems. It is written where only the folder's owner may read it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// `127.0.0.1:4711`
    pub severa: String,
    pub client_id: String,
    pub client_secret: String,
    /// `127.0.0.1:4712`
    pub business: String,
    pub database: String,
    pub user: String,
    pub password: String,
}

/// What a sandbox was made with; with the same folder it goes on from there.
#[derive(Clone, Serialize, Deserialize)]
pub struct Made {
    pub size: String,
    pub seed: u64,
    pub access: Access,
}

/// A sandbox's folder.
#[derive(Debug, Clone)]
pub struct Home {
    pub folder: PathBuf,
}

/// Our own data in the folder.
const OWN: &str = ".sandbox";
const ENVIRONMENT: &str = "sandbox.env";
const CERTIFICATE: &str = "sandbox-ca.pem";

impl Home {
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_path_buf() }
    }

    /// Where the tenant's records are kept.
    pub fn severa(&self) -> PathBuf {
        self.folder.join(OWN).join("severa.json")
    }

    /// Where the company's database is kept.
    pub fn business(&self) -> PathBuf {
        self.folder.join(OWN).join("business.db")
    }

    /// The SQL server's certificate, for clients to trust.
    pub fn certificate(&self) -> PathBuf {
        self.folder.join(CERTIFICATE)
    }

    fn made_file(&self) -> PathBuf {
        self.folder.join(OWN).join("made.json")
    }

    /// What an earlier sandbox in this folder was made with. A project of somebody else's is refused.
    pub fn made(&self) -> Result<Option<Made>, Failure> {
        let path = self.made_file();
        match fs::read_to_string(&path) {
            Ok(text) => serde_json::from_str(&text).map(Some).map_err(|error| {
                let what = format!("{} is damaged: {error}", path.display());
                Failure::new(Exit::Usage, what, "delete the folder to begin anew, or name another with --dir")
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let theirs = fs::read_dir(&self.folder).is_ok_and(|entries| {
                    entries.flatten().any(|e| {
                        let name = e.file_name();
                        name == FILE_NAME || Path::new(&name).extension().is_some_and(|x| x == "mapping")
                    })
                });
                if theirs {
                    let what = format!("{} holds a mapping project that is not a sandbox's", self.folder.display());
                    return Err(Failure::new(Exit::Usage, what, "name an empty or new folder with --dir"));
                }
                Ok(None)
            }
            Err(error) => Err(cannot(&path, "read", &error)),
        }
    }

    /// Writes what the sandbox was made with, before anything else is in the folder.
    pub fn prepare(&self, made: &Made) -> Result<(), Failure> {
        let own = self.folder.join(OWN);
        fs::create_dir_all(&own).map_err(|error| cannot(&own, "created", &error))?;
        let text = serde_json::to_string_pretty(made)
            .map_err(|error| Failure::new(Exit::Usage, format!("the sandbox cannot be described: {error}"), ""))?;
        write_private(&self.made_file(), &text)
    }

    /// Writes the project. Files that people edit are written once; a new address replaces the old one in them.
    pub fn write_project(&self, access: &Access, certificate: &str, before: Option<&Access>) -> Result<(), Failure> {
        let settings = self.folder.join(FILE_NAME);
        match (fs::read_to_string(&settings), before) {
            (Ok(text), Some(before)) => {
                let moved = text
                    .replace(&severa_url(&before.severa), &severa_url(&access.severa))
                    .replace(&before.business, &access.business);
                if moved != text {
                    write(&settings, &moved)?;
                }
            }
            _ => write(&settings, &settings_text(access))?,
        }
        write_private(&self.folder.join(ENVIRONMENT), &environment_text(access))?;
        write(&self.certificate(), certificate)?;
        for (name, text) in [("sandbox.mapping", MAPPING), (".gitignore", IGNORED)] {
            let path = self.folder.join(name);
            if !path.exists() {
                write(&path, text)?;
            }
        }
        Ok(())
    }
}

/// The base address that clients of the sandbox's Severa are configured with.
pub fn severa_url(address: &str) -> String {
    format!("http://{address}/rest-api")
}

fn settings_text(access: &Access) -> String {
    let Access { business, database, user, .. } = access;
    let url = severa_url(&access.severa);
    format!(
        "# A project over the two systems of `samband sandbox`. Edit it as you like: it is written only once.
mapping: sandbox                # sandbox.mapping beside this file
environment: {ENVIRONMENT}        # the sandbox's credentials
severa:
  url: {url}
  client_id: {{ env: SEVERA_CLIENT_ID }}
  client_secret: {{ env: SEVERA_CLIENT_SECRET }}
  settle_time: 1s               # the sandbox finishes a request within 200 ms
business:
  server: {business}
  database: {database}
  user: {user}
  password: {{ env: VB_PASSWORD }}
  encrypt: required
  ca_certificate: {CERTIFICATE}
  time_zone: Europe/Oslo
  series: {{ CustNo: 10000..19999 }}
  settle_time: 1s
settings:
  master: severa
  Project:
    default_owner: ingrid.solberg@example.no
    won_status: Order
  Invoice:
    status_to_send: Ready for transfer
    transferred: Transferred
    sent: Sent
    paid: Paid
    failed: Error
  TravelExpense: {{ group: 90 }}
  WorkType: {{ group: 91 }}
  PurchaseCost: {{ accounts: [4300..4999] }}
start_date: 2026-01-01
state: state.db
"
    )
}

const MAPPING: &str = "\
edition 2026

/// What this company does another way than the standard. Try a change and look at `samband plan`.
mapping sandbox extends standard

change entity Project {
    internalName -> truncate(80) -> Inf3  // a line that the standard does not have
}
";

const IGNORED: &str = "\
# Credentials and data stay on this machine.
sandbox.env
.sandbox/
state.db*
logs/
*.jsonl
";

fn environment_text(access: &Access) -> String {
    format!(
        "SEVERA_CLIENT_ID={}\nSEVERA_CLIENT_SECRET={}\nVB_PASSWORD={}\n",
        access.client_id, access.client_secret, access.password
    )
}

/// Random letters and digits: the standard library seeds its hashers from the operating system.
pub fn random_word() -> String {
    let part = || format!("{:016x}", RandomState::new().hash_one(std::time::SystemTime::now()));
    format!("{}{}", part(), part())
}

fn cannot(path: &Path, done: &str, error: &io::Error) -> Failure {
    let what = format!("{} cannot be {done}: {error}", path.display());
    Failure::new(Exit::Usage, what, "check the folder and who may write it, or name another with --dir")
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    fs::write(path, text).map_err(|error| cannot(path, "written", &error))
}

/// Readable by its owner only, from its first byte on. On Windows the folder's rights decide.
fn write_private(path: &Path, text: &str) -> Result<(), Failure> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let done = options.open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    done.map_err(|error| cannot(path, "written", &error))
}
