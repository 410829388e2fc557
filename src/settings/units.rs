//! The small forms of values: `10m`, `20%`, `sql01:1433`, `10000..19999`, `00:00-07:00`.

use jiff::civil::Time;
use rust_decimal::Decimal;
use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

/// A share of a whole, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share(pub Decimal);

/// `host`, `host:1433` or `host\instance`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerAddress {
    pub host: String,
    pub port: Option<u16>,
    pub instance: Option<String>,
}

impl fmt::Display for ServerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let v6 = self.host.contains(':');
        if v6 {
            write!(f, "[{}]", self.host)?;
        } else {
            f.write_str(&self.host)?;
        }
        if let Some(instance) = &self.instance {
            write!(f, "\\{instance}")?;
        }
        match self.port {
            Some(port) => write!(f, ":{port}"),
            None => Ok(()),
        }
    }
}

/// `200ms`, `30s`, `10m`, `2h`, `400 days`, `2 weeks`.
pub fn duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let count: u64 = text[..digits].parse().ok()?;
    let unit = text[digits..].trim().to_lowercase();
    let millis: u64 = match unit.as_str() {
        "ms" => 1,
        "s" | "second" | "seconds" => 1_000,
        "m" | "min" | "minute" | "minutes" => 60_000,
        "h" | "hour" | "hours" => 3_600_000,
        "d" | "day" | "days" => 86_400_000,
        "w" | "week" | "weeks" => 604_800_000,
        _ => return None,
    };
    count.checked_mul(millis).map(Duration::from_millis)
}

/// `20%`, or `0.2`.
pub fn share(text: &str) -> Option<Share> {
    let text = text.trim();
    let value = match text.strip_suffix('%') {
        Some(percent) => percent.trim().parse::<Decimal>().ok()?.checked_div(Decimal::ONE_HUNDRED)?,
        None => text.parse::<Decimal>().ok()?,
    };
    (Decimal::ZERO..=Decimal::ONE).contains(&value).then_some(Share(value))
}

/// A server's address; `None` where it is none.
pub fn server(text: &str) -> Option<ServerAddress> {
    let text = text.trim();
    let (text, port) = match text.rsplit_once([':', ',']) {
        // Colons without brackets are an IPv6 address without a port.
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => {
            (host, Some(port.parse::<u16>().ok().filter(|p| *p > 0)?))
        }
        _ => (text, None),
    };
    let (host, instance) = match text.split_once('\\') {
        Some((host, instance)) => (host, Some(instance)),
        None => (text, None),
    };
    let host = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')).unwrap_or(host);
    let name = |t: &str, more: &str| {
        !t.is_empty() && t.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c) || more.contains(c))
    };
    (name(host, ":") && instance.is_none_or(|i| name(i, "$#")) && !(port.is_some() && instance.is_some()))
        .then(|| ServerAddress { host: host.to_owned(), port, instance: instance.map(str::to_owned) })
}

/// `10000..19999`, both ends included.
pub fn range(text: &str) -> Option<RangeInclusive<i64>> {
    let (low, high) = text.split_once("..")?;
    let (low, high): (i64, i64) = (low.trim().parse().ok()?, high.trim().parse().ok()?);
    (low <= high).then_some(low..=high)
}

/// `00:00-07:00`
pub fn times(text: &str) -> Option<(Time, Time)> {
    let (from, to) = text.split_once('-')?;
    Some((time(from)?, time(to)?))
}

fn time(text: &str) -> Option<Time> {
    let (hour, minute) = text.trim().split_once(':')?;
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

/// Why an address is not one that a client secret may be sent to, if so.
pub fn url_fault(text: &str) -> Option<UrlFault> {
    let (scheme, rest) = match text.split_once("://") {
        Some(split) => split,
        None => return Some(UrlFault::NotOne),
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    if authority.is_empty() || text.contains(char::is_whitespace) {
        return Some(UrlFault::NotOne);
    }
    if authority.contains('@') {
        return Some(UrlFault::Login);
    }
    let host = match authority.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or(""),
        None => authority.split(':').next().unwrap_or(""),
    };
    let loopback = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    match scheme {
        "https" => None,
        "http" if loopback => None,
        "http" => Some(UrlFault::Clear),
        _ => Some(UrlFault::NotOne),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UrlFault {
    NotOne,
    /// A login inside the address.
    Login,
    /// http to another machine.
    Clear,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_read_and_others_refused() {
        assert_eq!(duration("10m"), Some(Duration::from_secs(600)));
        assert_eq!(duration("400 days"), Some(Duration::from_secs(400 * 86_400)));
        assert_eq!([duration("10"), duration("m"), duration("1 moon"), duration("99999999999999999w")], [None; 4]);
        assert_eq!(share("20%").map(|s| s.0), share("0.2").map(|s| s.0));
        assert_eq!([share("120%"), share("-1"), share("x")], [None; 3]);
        assert_eq!(range("10..19"), Some(10..=19));
        assert_eq!([range("19..10"), range("1-2")], [None, None]);
        assert!(times("22:00-06:30").is_some() && times("25:00-07:00").is_none());
    }

    #[test]
    fn servers_are_hosts_with_a_port_or_an_instance() {
        for text in ["sql01.example.local:1433", "sql01", "sql01\\VISMA", "[::1]:1433", "127.0.0.1:5"] {
            assert_eq!(server(text).map(|s| s.to_string()).as_deref(), Some(text));
        }
        for text in ["", "a b", "sql01:x", "sql01:0", "sql01:70000", "Server=x;User=y", "a\\", "a\\b:1"] {
            assert_eq!(server(text), None, "{text}");
        }
    }

    #[test]
    fn only_this_machine_may_do_without_https() {
        assert_eq!(url_fault("https://api.severa.visma.com/rest-api"), None);
        assert_eq!(url_fault("http://127.0.0.1:8080/rest-api"), None);
        assert_eq!(url_fault("http://[::1]:8080"), None);
        assert_eq!(url_fault("http://localhost.evil.example/"), Some(UrlFault::Clear));
        assert_eq!(url_fault("https://u:p@h/"), Some(UrlFault::Login));
        assert_eq!(url_fault("api.severa.visma.com"), Some(UrlFault::NotOne));
    }
}
