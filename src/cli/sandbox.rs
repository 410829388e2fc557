//! `samband sandbox`: both systems on this machine, for any client, until interrupted.

pub mod hands;
pub mod home;
pub mod servers;

use super::exit::{Exit, Failure};
use super::output;
use super::shared::here;
use crate::sandbox::seed::Size;
use home::{Access, Home, Made, random_word, severa_url};
use serde::Serialize;
use servers::Servers;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Serve a Severa and a Visma Business company with made-up data, and write a ready project for them.
///
/// Any client can use them: curl, a SQL client, `samband run` in the project's folder. What is
/// changed stays in the folder, so that a later start goes on from there. The subcommands do in a
/// running sandbox what an accountant does in Visma Business.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    hand: Option<hands::Hand>,
    /// The folder for the project and both systems' data.
    #[arg(long, value_name = "DIR", default_value = "samband-sandbox", global = true)]
    dir: PathBuf,
    /// How much data: small (a story), medium, or a number of customers.
    #[arg(long, value_parser = size)]
    size: Option<Wanted>,
    /// The same seed and size give the same data.
    #[arg(long)]
    seed: Option<u64>,
    /// Where Severa listens; without it a free port of this machine.
    #[arg(long, value_name = "ADDR")]
    severa: Option<String>,
    /// Where SQL Server listens; without it a free port of this machine.
    #[arg(long, value_name = "ADDR")]
    business: Option<String>,
}

/// A size and the word for it.
#[derive(Debug, Clone)]
struct Wanted {
    word: String,
}

fn size(word: &str) -> Result<Wanted, String> {
    match size_of(word) {
        Some(_) => Ok(Wanted { word: word.to_owned() }),
        None => Err("`small`, `medium` or a number of customers".to_owned()),
    }
}

fn size_of(word: &str) -> Option<Size> {
    match word {
        "small" => Some(Size::Small),
        "medium" => Some(Size::Medium),
        number => number.parse().ok().filter(|n| *n > 0).map(Size::Customers),
    }
}

pub fn main(args: &Args) -> Result<Exit, Failure> {
    let folder = here()?.join(&args.dir);
    let home = Home::new(&folder);
    if let Some(hand) = &args.hand {
        let serves = [args.size.is_some(), args.seed.is_some(), args.severa.is_some(), args.business.is_some()];
        if serves.contains(&true) {
            let what = "the flags --size, --seed, --severa and --business are for starting a sandbox";
            return Err(Failure::new(Exit::Usage, what, "leave them out: the sandbox of --dir is running already"));
        }
        return hands::main(hand, &home);
    }
    let made = made(args, &home)?;
    let before = home.made()?.map(|m| m.access);
    let runtime = super::runtime::start()?;
    runtime.block_on(async {
        home.prepare(&made)?;
        let size = size_of(&made.size).unwrap_or(Size::Small);
        let servers = Servers::start(&home, size, &made).await?;
        let access = servers.access(&made.access);
        home.prepare(&Made { access: access.clone(), ..made.clone() })?;
        home.write_project(&access, servers.certificate(), before.as_ref())?;
        output::json(&line(&access, &folder))?;
        output::message("both systems are served until Ctrl-C; try `samband run` in the project's folder");
        serve(&servers, &home).await?;
        servers.stop().await;
        Ok(Exit::Done)
    })
}

/// What to make, or what was made before and is gone on with.
fn made(args: &Args, home: &Home) -> Result<Made, Failure> {
    let size = args.size.as_ref().map(|s| s.word.clone());
    let mut made = match home.made()? {
        Some(made) => {
            let other = |what: &str| {
                let message = format!("the sandbox in {} was made with another {what}", args.dir.display());
                Failure::new(Exit::Usage, message, "leave the flag out to go on with it, or name another folder")
            };
            if size.is_some_and(|s| s != made.size) {
                return Err(other("size"));
            }
            if args.seed.is_some_and(|s| s != made.seed) {
                return Err(other("seed"));
            }
            made
        }
        None => fresh(size.unwrap_or_else(|| "small".to_owned()), args.seed.unwrap_or(1)),
    };
    if let Some(address) = &args.severa {
        made.access.severa.clone_from(address);
    }
    if let Some(address) = &args.business {
        made.access.business.clone_from(address);
    }
    Ok(made)
}

/// A new sandbox on free ports with credentials of its own.
pub fn fresh(size: String, seed: u64) -> Made {
    let free = "127.0.0.1:0".to_owned();
    let access = Access {
        severa: free.clone(),
        client_id: "sandbox".to_owned(),
        client_secret: random_word(),
        business: free,
        database: "F0001".to_owned(),
        user: "samband".to_owned(),
        password: random_word(),
    };
    Made { size, seed, access }
}

/// The one line on stdout.
#[derive(Serialize)]
struct Line<'a> {
    severa: SeveraLine<'a>,
    business: BusinessLine<'a>,
    project: String,
}

#[derive(Serialize)]
struct SeveraLine<'a> {
    url: String,
    client_id: &'a str,
    client_secret: &'a str,
}

#[derive(Serialize)]
struct BusinessLine<'a> {
    server: &'a str,
    database: &'a str,
    user: &'a str,
    password: &'a str,
}

fn line<'a>(access: &'a Access, folder: &Path) -> Line<'a> {
    let Access { client_id, client_secret, business: server, database, user, password, .. } = access;
    Line {
        severa: SeveraLine { url: severa_url(&access.severa), client_id, client_secret },
        business: BusinessLine { server, database, user, password },
        project: folder.display().to_string(),
    }
}

/// Until interrupted, keeping what clients change.
pub async fn serve(servers: &Servers, home: &Home) -> Result<(), Failure> {
    let mut kept = servers.requests();
    let interrupted = super::runtime::interrupted();
    tokio::pin!(interrupted);
    loop {
        tokio::select! {
            () = &mut interrupted => break,
            () = tokio::time::sleep(Duration::from_secs(1)) => {
                let now = servers.requests();
                if now != kept {
                    servers.keep(home)?;
                    kept = now;
                }
            }
        }
    }
    servers.keep(home)
}
