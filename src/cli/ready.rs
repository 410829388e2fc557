//! A project that is to be run: without faults, with both connections and their secrets.

use super::exit::{Exit, Failure};
use super::output;
use super::shared::{Loaded, load};
use crate::diag::{Severity, human};
use crate::program::Program;
use crate::settings::{Business, ClientId, Environment, FILE_NAME, Login, NoSecret, SecretRef, Settings, Severa};
use crate::systems::Secret;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub struct ProjectArg {
    /// The project's folder; without it, the project around the working folder.
    #[arg(long, value_name = "DIR")]
    pub project: Option<PathBuf>,
}

/// What a run needs.
#[derive(Debug)]
pub struct Ready {
    pub folder: PathBuf,
    pub program: Program,
    pub settings: Settings,
    pub connections: Connections,
}

/// How both systems are reached, the secrets looked up.
#[derive(Debug)]
pub struct Connections {
    /// Paths of the settings are relative to it.
    pub folder: PathBuf,
    pub severa: Severa,
    pub client_id: String,
    pub client_secret: Secret,
    pub business: Business,
    pub login: ReadyLogin,
}

#[derive(Debug)]
pub enum ReadyLogin {
    Password { user: String, password: Secret },
    Windows,
}

/// A project as far as it could be read.
pub struct Read {
    pub folder: PathBuf,
    pub settings: Settings,
    /// Missing where the mapping has faults.
    program: Option<Program>,
}

/// A project read and without faults, its connections not looked at.
pub struct Sound {
    pub folder: PathBuf,
    pub program: Program,
    pub settings: Settings,
}

/// Reads the project and shows its faults.
pub fn read(arg: &ProjectArg) -> Result<Read, Failure> {
    let Loaded { sources, mut projects, diagnostics } = load(arg.project.as_slice())?;
    if diagnostics.iter().any(|d| d.severity() >= Severity::Warning) {
        output::message(human::render_all(&sources, &diagnostics, output::style_stderr()).trim_end());
    }
    let several = projects.len() > 1;
    let Some(project) = projects.pop().filter(|_| !several) else {
        let what = "there is more than one project in the folder";
        return Err(Failure::new(Exit::Usage, what, "name one project's folder with --project"));
    };
    Ok(Read { folder: project.folder, settings: project.settings, program: project.program })
}

/// Reads the project; faults are shown and end the command.
pub fn sound(arg: &ProjectArg) -> Result<Sound, Failure> {
    read(arg)?.sound()
}

impl Read {
    /// Goes on with a project that has no faults.
    pub fn sound(self) -> Result<Sound, Failure> {
        let Some(program) = self.program else {
            let what = "the mapping has faults, so nothing is run";
            return Err(Failure::new(Exit::Faults, what, "mend them; `samband check` shows them again"));
        };
        if self.settings.mapping.is_none() {
            let what = format!("there is no {FILE_NAME}, so there is nothing to connect to");
            return Err(Failure::new(Exit::Usage, what, "write one, or try `samband sandbox --dir DIR`"));
        }
        Ok(Sound { folder: self.folder, program, settings: self.settings })
    }
}

/// Reads the project and looks its secrets up.
pub fn ready(arg: &ProjectArg) -> Result<Ready, Failure> {
    of_sound(sound(arg)?)
}

/// Looks a project's secrets up.
pub fn of_sound(sound: Sound) -> Result<Ready, Failure> {
    let Sound { folder, program, settings } = sound;
    let connections = connections(&folder, &settings)?;
    Ok(Ready { folder, program, settings, connections })
}

/// The connections of a project's settings, whatever its mapping is like.
pub fn connections(folder: &Path, settings: &Settings) -> Result<Connections, Failure> {
    let missing = |section: &str| {
        let what = format!("{FILE_NAME} has no `{section}` section");
        Failure::new(Exit::Faults, what, "a run needs both `severa` and `business`")
    };
    let severa = settings.severa.clone().ok_or_else(|| missing("severa"))?;
    let business = settings.business.clone().ok_or_else(|| missing("business"))?;
    let environment = environment(folder, settings)?;
    let look = |kept: &SecretRef| secret(kept, &environment, folder);
    let client_id = match &severa.client_id {
        ClientId::Plain(text) => text.clone(),
        ClientId::Kept(secret) => look(secret)?.reveal().to_owned(),
    };
    let client_secret = look(&severa.client_secret)?;
    let login = match &business.login {
        Login::Password { user, password } => ReadyLogin::Password { user: user.clone(), password: look(password)? },
        Login::Windows => ReadyLogin::Windows,
    };
    Ok(Connections { folder: folder.to_path_buf(), severa, client_id, client_secret, business, login })
}

/// The project's own environment file, if it names one.
pub fn environment(folder: &Path, settings: &Settings) -> Result<Environment, Failure> {
    match &settings.environment {
        Some(path) => Environment::read(&folder.join(&path.value)).map_err(refused),
        None => Ok(Environment::default()),
    }
}

/// A secret from where the settings say that it is kept.
pub fn secret(kept: &SecretRef, environment: &Environment, folder: &Path) -> Result<Secret, Failure> {
    kept.resolve(environment, folder).map_err(refused)
}

/// A missing secret is the system's refusal before it is asked.
fn refused(error: NoSecret) -> Failure {
    Failure::new(Exit::System, error.what, error.help)
}
