//! What SQL Server sends after the login, damaged on the wire.

use crate::damage::damaged;
use crate::support::business::{TestCompany, select};
use crate::support::choices::Choices;
use crate::support::figures;
use crate::{Patient, bytes, holds, listing, seeds};
use samband::sandbox::business::Options;
use samband::systems::System;
use samband::systems::business::{Business, BusinessConfig, Dial, TcpDial, Wire};
use samband::value::Type;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Damages one read of the connection that is open when it is armed, or of that and all that come after it.
struct Damaging {
    /// Reads until the damaged one; 0 damages none.
    left: Arc<AtomicUsize>,
    /// What `left` is after that.
    again: usize,
    bytes: Arc<Vec<u8>>,
}

#[async_trait::async_trait]
impl Dial for Damaging {
    async fn dial(&self, host: &str, port: u16) -> io::Result<Box<dyn Wire>> {
        let inner = TcpDial::default().dial(host, port).await?;
        Ok(Box::new(Damaged { inner, left: Arc::clone(&self.left), again: self.again, bytes: Arc::clone(&self.bytes) }))
    }
}

struct Damaged {
    inner: Box<dyn Wire>,
    left: Arc<AtomicUsize>,
    /// What `left` is after that.
    again: usize,
    bytes: Arc<Vec<u8>>,
}

impl AsyncRead for Damaged {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        // Room for what damage adds.
        let mut own = vec![0; buf.remaining().saturating_sub(256).max(1)];
        let mut read = ReadBuf::new(&mut own);
        match Pin::new(&mut self.inner).poll_read(cx, &mut read) {
            Poll::Ready(Ok(())) => {
                let sent = read.filled();
                let is_struck = !sent.is_empty()
                    && self.left.load(Ordering::SeqCst) > 0
                    && self.left.fetch_sub(1, Ordering::SeqCst) == 1;
                let mut given = if is_struck { damaged(sent, &mut Choices::new(&self.bytes)) } else { sent.to_vec() };
                if is_struck {
                    self.left.store(self.again, Ordering::SeqCst);
                }
                given.truncate(buf.remaining());
                buf.put_slice(&given);
                Poll::Ready(Ok(()))
            }
            other => other,
        }
    }
}

impl AsyncWrite for Damaged {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_answer_of_visma_business_is_read_or_refused() {
    let mut company = TestCompany::sandbox(Options::default()).await;
    for number in 1..=40 {
        let name = "Blåbær & Sønn ".repeat(1 + number % 5);
        company
            .run(&format!(
                "INSERT INTO dbo.Actor (ActNo, CustNo, Nm, CPmtTrm, Cur) VALUES ({number}, {number}, N'{}', 2, 47)",
                name.trim()
            ))
            .await;
        company.run(&format!("INSERT INTO dbo.FreeInf1 (PK, InfCatNo, Val1, Dt1, Txt4) VALUES ({number}, 77, {number}.25, 20260115, 'x')")).await;
    }
    let customers = select(
        "Actor",
        None,
        Vec::new(),
        &[
            ("CustNo", Type::Int, true),
            ("Nm", Type::Text(Some(80)), true),
            ("Cur", Type::Int, true),
            ("Inf8", Type::Text(Some(80)), true),
        ],
    );
    let hours = select(
        "FreeInf",
        Some(1),
        Vec::new(),
        &[("Dt1", Type::Date, true), ("Val1", Type::Decimal(28, 6), false), ("Txt4", Type::Text(Some(80)), true)],
    );
    let config = BusinessConfig {
        request_timeout: Duration::from_millis(150),
        handshake_timeout: Duration::from_millis(300),
        page_size: 16,
        ..company.config.clone()
    };
    let (seeds, mut refused) = (seeds(200), 0);
    for seed in &seeds {
        let select = if seed % 2 == 0 { &customers } else { &hours };
        let left = Arc::new(AtomicUsize::new(0));
        let dial = Damaging {
            left: Arc::clone(&left),
            again: if seed % 3 == 0 { 7 } else { 0 },
            bytes: Arc::new(bytes(*seed)),
        };
        let mut business = Business::new(config.clone(), Arc::new(dial), Arc::new(Patient::default()));
        // The times that make the damaged ones short are short for a busy machine.
        let mut opened = business.open(std::slice::from_ref(select)).await;
        for _ in 0..20 {
            if opened.is_err() {
                opened = business.open(std::slice::from_ref(select)).await;
            }
        }
        opened.expect("a whole connection");
        left.store(1 + usize::try_from(*seed).expect("a small seed") % 5, Ordering::SeqCst);
        let outcome = tokio::time::timeout(Duration::from_secs(20), listing(&mut business, select)).await;
        let outcome = outcome.unwrap_or_else(|_| panic!("seed {seed}: it hangs"));
        refused += usize::from(outcome.is_err());
        if let Err(why) = holds(select, &outcome) {
            panic!("seed {seed}: {why}");
        }
    }
    figures::say(
        "answers-business",
        &format!("answers: {} of Visma Business damaged, {refused} refused, 0 panics", seeds.len()),
    );
    company.end().await;
}
