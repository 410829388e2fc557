//! The adapters of both sides, from the project's settings.

use crate::cli::exit::{Exit, Failure};
use crate::cli::ready::{Connections, ReadyLogin};
use crate::settings;
use crate::systems::business::{Business, BusinessConfig, Encrypt, Login, TcpDial};
use crate::systems::severa::{HttpFailure, ReqwestHttp, Severa, SeveraConfig};
use crate::systems::{System, SystemClock};
use std::sync::Arc;

/// Severa and Visma Business.
pub type Sides = (Box<dyn System>, Box<dyn System>);

/// Nothing is sent before the engine opens them.
pub fn sides(ready: &Connections) -> Result<Sides, Failure> {
    Ok((Box::new(severa(ready)?), Box::new(business(ready))))
}

/// Visma Business.
pub fn business(ready: &Connections) -> Business {
    let given = &ready.business;
    let login = match &ready.login {
        ReadyLogin::Password { user, password } => Login::Sql { user: user.clone(), password: password.clone() },
        ReadyLogin::Windows => Login::Windows,
    };
    let mut config = BusinessConfig::new(given.server.value.to_string(), given.database.value.clone(), login);
    config.encrypt = match given.encrypt {
        settings::Encrypt::Off => Encrypt::Off,
        settings::Encrypt::On => Encrypt::On,
        settings::Encrypt::Required => Encrypt::Required,
    };
    config.trust_certificate = given.trust_certificate;
    config.ca_certificate = given.ca_certificate.as_ref().map(|path| ready.folder.join(&path.value));
    config.time_zone = given.time_zone.clone();
    config.home_currency.clone_from(&given.currency);
    config.series = given.series.iter().map(|(column, range)| (column.value.clone(), range.clone())).collect();
    if let Some(user) = &given.change_user {
        config.change_user.clone_from(user);
    }
    config.overlap = given.overlap.unwrap_or(config.overlap);
    config.settle_time = given.settle_time.unwrap_or(config.settle_time);
    Business::new(config, Arc::new(TcpDial::default()), Arc::new(SystemClock))
}

/// Severa.
pub fn severa(ready: &Connections) -> Result<Severa, Failure> {
    let given = &ready.severa;
    let mut config = SeveraConfig::new(given.url.value.clone(), ready.client_id.clone(), ready.client_secret.clone());
    config.requests_per_second = given.requests_per_second.unwrap_or(config.requests_per_second);
    config.page_size = given.page_size.unwrap_or(config.page_size);
    config.overlap = given.overlap.unwrap_or(config.overlap);
    config.settle_time = given.settle_time.unwrap_or(config.settle_time);
    let http = ReqwestHttp::new().map_err(|failure| {
        let why = match failure {
            HttpFailure::NotSent(why) | HttpFailure::NoAnswer(why) => why,
            HttpFailure::TooLarge => "an answer was too large".to_owned(),
        };
        let help = "check the certificates and proxy settings of this machine";
        Failure::new(Exit::System, format!("requests to Severa cannot be made: {why}"), help)
    })?;
    Ok(Severa::new(config, Arc::new(http), Arc::new(SystemClock)))
}
