//! Visma Business' dates and times: `yyyymmdd`, `hhmm` and milliseconds since midnight, all in the server's local time.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// `20260131` as a date; `None` if there is no such day.
pub(super) fn date(number: i64) -> Option<Date> {
    let (year, month, day) = (number / 10_000, number / 100 % 100, number % 100);
    if number < 0 {
        return None;
    }
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok().filter(|d| d.year() > 0)
}

pub(super) fn date_number(date: Date) -> i64 {
    i64::from(date.year()) * 10_000 + i64::from(date.month()) * 100 + i64::from(date.day())
}

/// `905` as five past nine; `None` if there is no such minute.
pub(super) fn time(number: i64) -> Option<Time> {
    if number < 0 {
        return None;
    }
    Time::new(i8::try_from(number / 100).ok()?, i8::try_from(number % 100).ok()?, 0, 0).ok()
}

pub(super) fn time_number(time: Time) -> i64 {
    i64::from(time.hour()) * 100 + i64::from(time.minute())
}

/// What a moment of the server's clock is in the stamp columns: date, time, milliseconds.
pub(super) fn stamp(now: DateTime) -> [i64; 3] {
    let time = now.time();
    let seconds = i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second());
    [date_number(now.date()), time_number(time), seconds * 1000 + i64::from(time.millisecond())]
}

/// The moment of a pair of stamp columns, with the milliseconds where the table has them and they agree with the minute.
pub(super) fn moment(day: i64, minute: i64, milliseconds: Option<i64>) -> Option<DateTime> {
    let (day, minute) = (date(day)?, time(minute)?);
    let since_midnight = Duration::from_secs(u64::try_from(minute.hour()).ok()? * 3600 + u64::try_from(minute.minute()).ok()? * 60);
    let exact = milliseconds
        .and_then(|ms| u64::try_from(ms).ok())
        .map(Duration::from_millis)
        .filter(|exact| (since_midnight..since_midnight + Duration::from_secs(60)).contains(exact))
        .unwrap_or(since_midnight);
    day.to_datetime(Time::midnight()).checked_add(SignedDuration::try_from(exact).ok()?).ok()
}

/// A local time of the server as an instant.
///
/// In the hour that happens twice nothing tells the two apart: the later is taken, so that a change
/// seems newer rather than older than it is. A time that the clocks skipped is moved on by the gap.
pub(super) fn instant(local: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    zone.to_ambiguous_timestamp(local).later().ok()
}

/// From which local time on to read changes, for a watermark and an overlap.
///
/// A watermark inside the hour that happens twice, or just after it, may be of the first pass while
/// later changes bear smaller stamps of the second: then all of that hour is read again.
pub(super) fn since(watermark: DateTime, overlap: Duration, zone: &TimeZone) -> DateTime {
    let earlier = watermark.saturating_sub(SignedDuration::try_from(overlap).unwrap_or(SignedDuration::ZERO));
    [watermark, earlier].into_iter().filter_map(|local| fold_start(local, zone)).chain([earlier]).min().unwrap_or(earlier)
}

/// The beginning of the repeated stretch that a local time lies in.
fn fold_start(local: DateTime, zone: &TimeZone) -> Option<DateTime> {
    let AmbiguousOffset::Fold { before, after } = zone.to_ambiguous_timestamp(local).offset() else {
        return None;
    };
    let first = before.to_timestamp(local).ok()?;
    let turn = zone.following(first).next()?.timestamp();
    Some(after.to_datetime(turn))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn oslo() -> TimeZone {
        TimeZone::get("Europe/Oslo").unwrap()
    }

    fn at(text: &str) -> DateTime {
        text.parse().unwrap()
    }

    #[test]
    fn numbers_and_days() {
        assert_eq!(date(20240229), Some(Date::constant(2024, 2, 29)));
        for wrong in [0, 20230229, 20231301, 20230100, -20230101, 2023, 202301011] {
            assert_eq!(date(wrong), None, "{wrong}");
        }
        assert_eq!(date_number(Date::constant(2024, 2, 29)), 20240229);
        assert_eq!(time(5), Some(Time::constant(0, 5, 0, 0)));
        assert_eq!(time(2359), Some(Time::constant(23, 59, 0, 0)));
        assert_eq!((time(2400), time(1260), time(-1)), (None, None, None));
    }

    #[test]
    fn stamps_there_and_back() {
        let now = at("2026-03-01T09:05:07.123");
        assert_eq!(stamp(now), [20260301, 905, 32_707_123]);
        assert_eq!(moment(20260301, 905, Some(32_707_123)), Some(now));
        assert_eq!(moment(20260301, 905, None), Some(at("2026-03-01T09:05")));
        assert_eq!(moment(20260301, 905, Some(0)), Some(at("2026-03-01T09:05")), "milliseconds that another writer forgot");
        assert_eq!(moment(0, 0, None), None);
    }

    #[test]
    fn the_hour_that_happens_twice_and_the_one_that_does_not() {
        // 2026-10-25 03:00 becomes 02:00; 2026-03-29 02:00 becomes 03:00.
        assert_eq!(instant(at("2026-10-25T02:30"), &oslo()), "2026-10-25T01:30:00Z".parse().ok());
        assert_eq!(instant(at("2026-03-29T02:30"), &oslo()), "2026-03-29T01:30:00Z".parse().ok());
        assert_eq!(instant(at("2026-07-01T12:00"), &oslo()), "2026-07-01T10:00:00Z".parse().ok());
    }

    #[test]
    fn the_overlap_crosses_midnight_and_the_turn_of_the_clock() {
        let since = |text: &str| since(at(text), Duration::from_secs(120), &oslo());
        assert_eq!(since("2026-06-01T00:01"), at("2026-05-31T23:59"));
        assert_eq!(since("2026-10-25T02:40"), at("2026-10-25T02:00"));
        assert_eq!(since("2026-10-25T02:01"), at("2026-10-25T01:59"));
        assert_eq!(since("2026-10-25T03:01"), at("2026-10-25T02:00"));
        assert_eq!(since("2026-10-25T03:10"), at("2026-10-25T03:08"));
    }
}
