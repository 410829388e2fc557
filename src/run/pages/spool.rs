//! Rows put aside in a file, so that memory does not grow with them. The file lies beside the state, as it holds the
//! same kind of data, and is gone when the run is.

use crate::systems::Row;
use crate::value::{Guid, Value};
use jiff::{Timestamp, civil};
use rust_decimal::Decimal;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Up to here rows stay in memory: most runs need no file.
const IN_MEMORY: usize = 1 << 20;

/// First rows go in, then they come out in the same order.
#[derive(Debug)]
pub struct Spool {
    folder: PathBuf,
    rows: usize,
    memory: Vec<u8>,
    file: Option<BufWriter<File>>,
    reading: Option<Reading>,
}

#[derive(Debug)]
enum Reading {
    Memory(usize),
    File(BufReader<File>),
}

impl Spool {
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_path_buf(), rows: 0, memory: Vec::new(), file: None, reading: None }
    }

    /// How many rows went in.
    pub fn len(&self) -> usize {
        self.rows
    }

    pub fn push(&mut self, row: &Row) -> io::Result<()> {
        self.rows += 1;
        let from = self.memory.len();
        self.memory.extend([0; 4]);
        put_row(&mut self.memory, row);
        let length = u32::try_from(self.memory.len() - from - 4).map_err(io::Error::other)?;
        if let Some(place) = self.memory.get_mut(from..from + 4) {
            place.copy_from_slice(&length.to_le_bytes());
        }
        if self.file.is_none() && self.memory.len() > IN_MEMORY {
            self.file = Some(BufWriter::with_capacity(1 << 16, tempfile::tempfile_in(&self.folder)?));
        }
        if let Some(file) = &mut self.file {
            file.write_all(&self.memory)?;
            self.memory.clear();
        }
        Ok(())
    }

    /// The next rows; none when all have come out. Nothing goes in any more after the first of them.
    pub fn next(&mut self, count: usize) -> io::Result<Vec<Row>> {
        if self.reading.is_none() {
            self.rewind()?;
        }
        let mut rows = Vec::new();
        let mut bytes = Vec::new();
        while rows.len() < count {
            let mut length = [0; 4];
            let got = match &mut self.reading {
                Some(Reading::File(file)) => match file.read_exact(&mut length) {
                    Ok(()) => {
                        bytes.resize(u32::from_le_bytes(length) as usize, 0);
                        file.read_exact(&mut bytes)?;
                        read_row(&mut bytes.as_slice())
                    }
                    Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => break,
                    Err(error) => return Err(error),
                },
                Some(Reading::Memory(at)) => {
                    let Some(mut rest) = self.memory.get(*at..).filter(|rest| !rest.is_empty()) else { break };
                    let before = rest.len();
                    rest.read_exact(&mut length)?;
                    let row = read_row(&mut rest);
                    *at += before - rest.len();
                    row
                }
                None => break,
            };
            rows.push(got.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "a row put aside was damaged"))?);
        }
        Ok(rows)
    }

    /// Begins again with the first row.
    pub fn rewind(&mut self) -> io::Result<()> {
        self.reading = Some(match (self.file.take(), self.reading.take()) {
            (Some(file), _) => {
                let mut file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
                file.seek(SeekFrom::Start(0))?;
                Reading::File(BufReader::with_capacity(1 << 16, file))
            }
            (None, Some(Reading::File(mut file))) => {
                file.seek(SeekFrom::Start(0))?;
                Reading::File(file)
            }
            (None, _) => Reading::Memory(0),
        });
        Ok(())
    }
}

fn put_row(into: &mut Vec<u8>, row: &Row) {
    put_text(into, &row.id);
    match row.changed {
        None => into.push(0),
        Some(at) => {
            into.push(1);
            put_instant(into, at);
        }
    }
    put_values(into, &row.values);
}

fn put_values(into: &mut Vec<u8>, values: &[Value]) {
    into.extend((values.len() as u32).to_le_bytes());
    for value in values {
        put(into, value);
    }
}

fn put_text(into: &mut Vec<u8>, text: &str) {
    into.extend((text.len() as u32).to_le_bytes());
    into.extend(text.as_bytes());
}

fn put_instant(into: &mut Vec<u8>, at: Timestamp) {
    into.extend(at.as_nanosecond().to_le_bytes());
}

fn put(into: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null => into.push(0),
        Value::Bool(false) => into.push(1),
        Value::Bool(true) => into.push(2),
        Value::Int(number) => {
            into.push(3);
            into.extend(number.to_le_bytes());
        }
        Value::Decimal(number) => {
            into.push(4);
            into.extend(number.serialize());
        }
        Value::Text(text) => {
            into.push(5);
            put_text(into, text);
        }
        Value::Guid(Guid(bits)) => {
            into.push(6);
            into.extend(bits.to_le_bytes());
        }
        Value::Date(date) => {
            into.push(7);
            into.extend(date.year().to_le_bytes());
            into.extend([date.month().cast_unsigned(), date.day().cast_unsigned()]);
        }
        Value::Time(time) => {
            into.push(8);
            into.extend([time.hour(), time.minute(), time.second()].map(i8::cast_unsigned));
            into.extend(time.subsec_nanosecond().to_le_bytes());
        }
        Value::Instant(at) => {
            into.push(9);
            put_instant(into, *at);
        }
        Value::List(values) => {
            into.push(10);
            put_values(into, values);
        }
        Value::Record(values) => {
            into.push(11);
            put_values(into, values);
        }
    }
}

fn take<'b, const N: usize>(from: &mut &'b [u8]) -> Option<&'b [u8; N]> {
    let (first, rest) = from.split_first_chunk()?;
    *from = rest;
    Some(first)
}

fn take_text(from: &mut &[u8]) -> Option<String> {
    let length = u32::from_le_bytes(*take(from)?) as usize;
    let (text, rest) = from.split_at_checked(length)?;
    *from = rest;
    std::str::from_utf8(text).ok().map(str::to_owned)
}

fn take_instant(from: &mut &[u8]) -> Option<Timestamp> {
    Timestamp::from_nanosecond(i128::from_le_bytes(*take(from)?)).ok()
}

fn take_values(from: &mut &[u8]) -> Option<Vec<Value>> {
    let count = u32::from_le_bytes(*take(from)?) as usize;
    // Each value takes a byte at least.
    let mut values = Vec::with_capacity(count.min(from.len()));
    for _ in 0..count {
        values.push(take_value(from)?);
    }
    Some(values)
}

fn take_value(from: &mut &[u8]) -> Option<Value> {
    let [kind] = *take(from)?;
    Some(match kind {
        0 => Value::Null,
        1 => Value::Bool(false),
        2 => Value::Bool(true),
        3 => Value::Int(i64::from_le_bytes(*take(from)?)),
        4 => Value::Decimal(Decimal::deserialize(*take(from)?)),
        5 => Value::Text(take_text(from)?),
        6 => Value::Guid(Guid(u128::from_le_bytes(*take(from)?))),
        7 => {
            let year = i16::from_le_bytes(*take(from)?);
            let [month, day] = take::<2>(from)?.map(u8::cast_signed);
            Value::Date(civil::Date::new(year, month, day).ok()?)
        }
        8 => {
            let [hour, minute, second] = take::<3>(from)?.map(u8::cast_signed);
            Value::Time(civil::Time::new(hour, minute, second, i32::from_le_bytes(*take(from)?)).ok()?)
        }
        9 => Value::Instant(take_instant(from)?),
        10 => Value::List(take_values(from)?),
        11 => Value::Record(take_values(from)?),
        _ => return None,
    })
}

fn read_row(from: &mut &[u8]) -> Option<Row> {
    let id = take_text(from)?;
    let changed = match *take(from)? {
        [0] => None,
        _ => Some(take_instant(from)?),
    };
    Some(Row { id, changed, values: take_values(from)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(number: usize) -> Row {
        let instant: Timestamp = "2026-02-03T04:05:06.789Z".parse().unwrap();
        let values = vec![
            Value::Null,
            Value::Bool(number.is_multiple_of(2)),
            Value::Int(-7),
            Value::Decimal("-12.3400".parse().unwrap()),
            Value::text("Ærø"),
            Value::Guid("0a0b0c0d-1111-2222-3333-444455556666".parse().unwrap()),
            Value::Date(civil::date(2026, 2, 28)),
            Value::Time(civil::time(23, 59, 58, 7)),
            Value::Instant(instant),
            Value::List(vec![Value::Record(vec![Value::Int(1), Value::text("")]), Value::Record(Vec::new())]),
        ];
        Row { id: format!("id {number}"), changed: (!number.is_multiple_of(3)).then_some(instant), values }
    }

    #[test]
    fn rows_come_out_as_they_went_in_from_memory_and_from_a_file() {
        let folder = tempfile::tempdir().unwrap();
        for count in [0, 3, 20_000] {
            let mut spool = Spool::new(folder.path());
            (0..count).for_each(|number| spool.push(&row(number)).unwrap());
            assert_eq!(spool.len(), count);
            for _ in 0..2 {
                let mut out = Vec::new();
                loop {
                    let some = spool.next(700).unwrap();
                    if some.is_empty() {
                        break;
                    }
                    out.extend(some);
                }
                assert!(out.iter().enumerate().all(|(number, out)| *out == row(number)) && out.len() == count);
                spool.rewind().unwrap();
            }
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left in the folder");
    }
}
