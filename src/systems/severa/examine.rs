//! Before the first run: scopes, the tenant's clock, its number series and whether hours are approved.

use super::client::error;
use super::{Severa, answer, scopes};
use crate::systems::examine::{Approval, Examined, Given, Need, Reading, Right, Series, Topic, Unseen};
use crate::systems::{ErrorKind, SystemError};
use jiff::fmt::rfc2822;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::time::Duration;

/// The header `Date` has whole seconds.
const PRECISION: Duration = Duration::from_secs(2);
const SETTINGS: &str = "/v1/organizationsettings";
const SETTINGS_SCOPE: &str = "organization:read";

/// What of `OrganizationSettingsModel` is looked at.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Settings {
    next_customer_number: Option<i64>,
    next_project_number: Option<i64>,
    next_invoice_number: Option<i64>,
    work_hour_approval_mode: Option<String>,
}

impl Severa {
    pub(super) async fn look_around(&mut self, needs: &[Need]) -> Result<Examined, SystemError> {
        let mut wanted = BTreeSet::new();
        for need in needs {
            wanted.extend(scopes(&need.select)?);
        }
        let mut examined = Examined { rights: self.rights(&wanted).await?, ..Examined::default() };
        let own = BTreeSet::from([SETTINGS_SCOPE.to_owned()]);
        match self.client.granted(&own).await? {
            Ok(()) => self.settings(&mut examined).await?,
            Err(_) => examined.unseen.extend(settings_unseen("the client has not the scope organization:read")),
        }
        match self.client.date().and_then(|(text, ours)| Some((rfc2822::parse(text).ok()?.timestamp(), ours))) {
            Some((theirs, ours)) => {
                let overlap = self.config.overlap;
                examined.clock = Some(Reading { theirs, ours, precision: PRECISION, overlap });
            }
            None => examined.unseen.push(Unseen {
                topic: Topic::Clock,
                what: "Severa's clock".to_owned(),
                why: "its answers bear no time".to_owned(),
                by_hand: "compare this machine's clock with a time server's".to_owned(),
            }),
        }
        Ok(examined)
    }

    /// All scopes at once, and only where that is refused one by one. A client that is given none is refused itself.
    async fn rights(&mut self, wanted: &BTreeSet<String>) -> Result<Vec<Right>, SystemError> {
        let refusal = match self.client.granted(wanted).await? {
            Ok(()) => return Ok(wanted.iter().map(|scope| right(scope, None)).collect()),
            Err(refusal) => refusal,
        };
        let mut rights = Vec::new();
        for scope in wanted {
            let refused = self.client.granted(&BTreeSet::from([scope.clone()])).await?.err();
            rights.push(right(scope, refused));
        }
        if rights.iter().any(|right| right.granted) { Ok(rights) } else { Err(refusal) }
    }

    async fn settings(&mut self, examined: &mut Examined) -> Result<(), SystemError> {
        let settings: Settings = match self.client.get(SETTINGS, &[]).await {
            Ok(response) => answer::whole(&response, SETTINGS)?,
            Err(fault) if matches!(fault.kind, ErrorKind::Rights | ErrorKind::Gone) => {
                examined.unseen.extend(settings_unseen(&fault.why));
                return Ok(());
            }
            Err(fault) => return Err(fault),
        };
        let next = [
            ("Customer", settings.next_customer_number),
            ("Project", settings.next_project_number),
            ("Invoice", settings.next_invoice_number),
        ];
        examined.series.extend(next.into_iter().filter_map(|(record, next)| {
            Some(Series {
                record: record.to_owned(),
                field: "number".to_owned(),
                kept: "Severa's settings".to_owned(),
                given: Given::ByTheSide,
                range: None,
                next: Some(next?),
            })
        }));
        examined.approval = match settings.work_hour_approval_mode.as_deref() {
            Some("None") => Some(Approval::Off),
            Some("RequiredForInvoicing") => Some(Approval::ForInvoicing),
            Some("InvoicableAlways") => Some(Approval::Beside),
            Some(other) => {
                let what = format!("{SETTINGS} names the unknown approval mode `{other}`");
                return Err(error(ErrorKind::Answer, what));
            }
            None => None,
        };
        Ok(())
    }
}

fn right(scope: &str, refused: Option<SystemError>) -> Right {
    Right {
        what: format!("the scope {scope}"),
        granted: refused.is_none(),
        why: refused.map(|refusal| refusal.why).unwrap_or_default(),
        help: "grant it to the client in Severa, under Settings > Integrations > REST API".to_owned(),
    }
}

fn settings_unseen(why: &str) -> [Unseen; 2] {
    let unseen = |topic, what: &str, by_hand: &str| Unseen {
        topic,
        what: what.to_owned(),
        why: why.to_owned(),
        by_hand: by_hand.to_owned(),
    };
    let place = "look in Severa's settings, or grant organization:read for the checklist";
    [unseen(Topic::Series, "Severa's number series", place), unseen(Topic::Approval, "Severa's approval mode", place)]
}
