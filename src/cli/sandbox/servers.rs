//! Both sandbox systems on sockets, over data that the folder keeps.

use super::home::{Access, Home, Made};
use crate::cli::exit::{Exit, Failure};
use crate::sandbox::business::{self, BusinessServer, Clock, Company, Encryption, Login, SqlValue};
use crate::sandbox::seed::{Seed, SeedRow, SeedValue, Size, seed};
use crate::sandbox::severa::{self, Options, SeveraServer, World, system_clock};
use jiff::tz::TimeZone;
use std::fs;

/// The two servers. They stop when this is dropped.
pub struct Servers {
    severa: severa::Running,
    business: business::Running,
}

impl Servers {
    /// Starts both, over the folder's data or new ones.
    pub async fn start(home: &Home, size: Size, made: &Made) -> Result<Self, Failure> {
        let (world, company) = data(home, size, made.seed)?;
        let options = Options {
            client_id: made.access.client_id.clone(),
            client_secret: made.access.client_secret.clone(),
            ..Options::default()
        };
        let severa = SeveraServer::start(world, options, &made.access.severa)
            .await
            .map_err(|error| occupied("Severa", "--severa", &made.access.severa, &error))?;
        let asked = &made.access.business;
        let address = asked.parse().map_err(|_| {
            let what = format!("`{asked}` is no address to listen on");
            Failure::new(Exit::Usage, what, "write an IP address and a port, as `127.0.0.1:1433`")
        })?;
        let options = business::Options {
            database: made.access.database.clone(),
            logins: vec![Login::owner(&made.access.user, &made.access.password)],
            clock: oslo(),
            encryption: Encryption::Required,
            address,
            ..business::Options::default()
        };
        let business = BusinessServer::start(company, options)
            .await
            .map_err(|error| occupied("Visma Business", "--business", asked, &error))?;
        Ok(Self { severa, business })
    }

    /// The access that clients need, with the addresses that were taken.
    pub fn access(&self, asked: &Access) -> Access {
        let (severa, business) = (self.severa.address().to_string(), self.business.addr().to_string());
        Access { severa, business, ..asked.clone() }
    }

    /// The SQL server's certificate, which only this server has.
    pub fn certificate(&self) -> &str {
        self.business.certificate_pem()
    }

    /// The records of Severa's tenant.
    pub fn world(&self) -> &World {
        self.severa.server().world()
    }

    /// How many requests Severa has had: without new ones nothing new is to be kept.
    pub fn requests(&self) -> u64 {
        self.severa.server().counts().values().sum()
    }

    /// Writes what is only in memory to the folder. The company's database keeps itself.
    pub fn keep(&self, home: &Home) -> Result<(), Failure> {
        keep(self.world(), home)
    }

    pub async fn stop(self) {
        self.severa.stop().await;
        self.business.stop().await;
    }
}

/// The server's local time, in the zone that the written project says.
fn oslo() -> Clock {
    let zone = TimeZone::get("Europe/Oslo").unwrap_or(TimeZone::UTC);
    Clock::new(move || jiff::Timestamp::now().to_zoned(zone.clone()).datetime())
}

/// Both systems' data: what the folder holds, or new ones made into it.
fn data(home: &Home, size: Size, number: u64) -> Result<(World, Company), Failure> {
    let broken = |what: String| {
        Failure::new(Exit::Usage, what, "delete the sandbox's folder to begin anew, or name another with --dir")
    };
    let open = || Company::create(home.business()).map_err(|e| broken(e.message.clone()));
    if home.severa().exists() {
        let world = World::load(&home.severa(), system_clock()).map_err(|e| broken(e.to_string()))?;
        return Ok((world, open()?));
    }
    // Severa's file is written last: without it, what an interrupted start left of the company is made again.
    for ending in ["", "-wal", "-shm"] {
        let mut path = home.business().into_os_string();
        path.push(ending);
        if let Err(error) = fs::remove_file(&path)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            return Err(broken(format!("{} cannot be removed: {error}", path.display())));
        }
    }
    let Seed { world, business } = seed(size, number, system_clock());
    let company = open()?;
    for row in &business {
        insert(&company, row).map_err(broken)?;
    }
    keep(&world, home)?;
    Ok((world, company))
}

fn insert(company: &Company, row: &SeedRow) -> Result<(), String> {
    let values: Vec<_> = row
        .columns
        .iter()
        .map(|(name, value)| {
            let value = match value {
                SeedValue::Int(number) => SqlValue::Int(*number),
                SeedValue::Text(text) => SqlValue::Text(text.clone()),
                SeedValue::Decimal(number) => SqlValue::Decimal(*number),
            };
            (*name, value)
        })
        .collect();
    company.insert(row.table, &values).map_err(|e| format!("the company cannot be made ({}): {}", row.table, e.message))
}

fn keep(world: &World, home: &Home) -> Result<(), Failure> {
    world
        .save(&home.severa())
        .map_err(|error| Failure::new(Exit::Usage, error.to_string(), "check the folder and who may write it"))
}

fn occupied(system: &str, flag: &str, address: &str, error: &std::io::Error) -> Failure {
    let what = format!("the sandbox's {system} cannot listen on {address}: {error}");
    Failure::new(Exit::Usage, what, format!("end what uses the address, or name another with {flag}"))
}
