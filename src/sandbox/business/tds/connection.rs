//! One client, from its first packet to its last.

use std::io;

use tokio::io::{AsyncRead, AsyncWrite};

use super::super::errors::{self, SqlError};
use super::super::session::{Answer, Session, Setting};
use super::super::{BusinessServer, Disturbance, Kind, Moment, Request};
use super::channel::{Channel, Wrapped};
use super::cursor::{Cursor, utf16};
use super::packet::{self, Inbox, Message};
use super::prelogin::{self, Agreed};
use super::{answer, login, rpc, tokens};

/// Serves a client until it leaves; an error means it broke off or did not speak TDS.
pub async fn serve<S: AsyncRead + AsyncWrite + Unpin + Send>(server: &BusinessServer, stream: S) -> io::Result<()> {
    let mut channel = Channel::Plain(Wrapped::new(stream));
    let mut inbox = Inbox::default();
    let mut size = 4096;

    let Some(hello) = inbox.next(&mut channel).await? else {
        return Ok(());
    };
    if hello.kind != packet::PRELOGIN {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a TDS connection begins with PRELOGIN"));
    }
    let (agreed, byte) = prelogin::agree(prelogin::wish(&hello.body)?, server.options().encryption);
    packet::send(&mut channel, packet::ANSWER, &prelogin::answer(byte), size).await?;
    if agreed != Agreed::Plain {
        if !inbox.is_empty() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "bytes between PRELOGIN and the TLS handshake"));
        }
        channel = channel.encrypt(server.acceptor()).await?;
    }
    let Some(request) = inbox.next(&mut channel).await? else {
        return Ok(());
    };
    if request.kind != packet::LOGIN {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "expected LOGIN7"));
    }
    if agreed == Agreed::LoginOnly {
        channel = channel.decrypt();
    }
    let mut session = match log_in(server, &request.body, &mut size)? {
        Ok((session, welcome)) => {
            packet::send(&mut channel, packet::ANSWER, &welcome, 4096).await?;
            session
        }
        Err(refusals) => {
            let mut out = Vec::new();
            for error in &refusals {
                tokens::message(&mut out, error, false);
            }
            tokens::done(&mut out, tokens::DONE, tokens::ERROR, 0, 0);
            return packet::send(&mut channel, packet::ANSWER, &out, 4096).await;
        }
    };

    let mut waiting = None;
    loop {
        let message = match waiting.take() {
            Some(message) => message,
            None => match inbox.next(&mut channel).await? {
                Some(message) => message,
                None => return Ok(()),
            },
        };
        if message.kind == packet::ATTENTION {
            // What it was to interrupt is done already; the client still waits for the acknowledgment.
            packet::send(&mut channel, packet::ANSWER, &attention(), size).await?;
            continue;
        }
        let reply = {
            let mut work = std::pin::pin!(handle(server, &mut session, message));
            loop {
                tokio::select! {
                    biased;
                    reply = &mut work => break reply?,
                    next = inbox.next(&mut channel), if waiting.is_none() => match next? {
                        None => return Ok(()),
                        Some(next) if next.kind == packet::ATTENTION => break Reply::Whole(attention()),
                        Some(next) => waiting = Some(next),
                    },
                }
            }
        };
        match reply {
            Reply::Whole(body) => packet::send(&mut channel, packet::ANSWER, &body, size).await?,
            Reply::Cut => return Ok(()),
            Reply::Part(body) => {
                use tokio::io::AsyncWriteExt;
                let packets = packet::packets(packet::ANSWER, &body, size);
                channel.write_all(packets.get(..packets.len() / 2).unwrap_or_default()).await?;
                return channel.flush().await;
            }
        }
    }
}

enum Reply {
    Whole(Vec<u8>),
    /// Half of it, then the connection ends.
    Part(Vec<u8>),
    /// The connection ends.
    Cut,
}

fn attention() -> Vec<u8> {
    let mut out = Vec::new();
    tokens::done(&mut out, tokens::DONE, tokens::ATTENTION, 0, 0);
    out
}

type Welcome = Result<(Session, Vec<u8>), Vec<SqlError>>;

fn log_in(server: &BusinessServer, body: &[u8], size: &mut usize) -> io::Result<Welcome> {
    let request = login::read(body)?;
    let options = server.options();
    if !(0x7209_0002..=0x7400_0004).contains(&request.version) {
        let text = format!("The sandbox speaks TDS 7.2 to 7.4, the client asked for 0x{:08x}.", request.version);
        return Ok(Err(vec![SqlError::new(17828, 20, 4, text)]));
    }
    if request.integrated {
        let text = "Login failed. The login is from an untrusted domain and cannot be used with Integrated authentication. (The sandbox has SQL logins only.)";
        return Ok(Err(vec![SqlError::new(18452, 14, 1, text)]));
    }
    let known =
        options.logins.iter().find(|l| l.user.eq_ignore_ascii_case(&request.user) && l.password == request.password);
    let Some(known) = known else {
        return Ok(Err(vec![errors::login_failed(&request.user)]));
    };
    if !request.database.is_empty() && !request.database.eq_ignore_ascii_case(&options.database) {
        return Ok(Err(vec![errors::cannot_open_database(&request.database), errors::login_failed(&request.user)]));
    }
    let setting = Setting {
        database: options.database.clone(),
        user: known.user.clone(),
        rights: known.rights.clone(),
        clock: options.clock.clone(),
    };
    let session = match Session::open(&server.company().shared, setting) {
        Ok(session) => session,
        Err(error) => return Ok(Err(vec![error])),
    };
    *size = match usize::try_from(request.packet_size).unwrap_or(4096) {
        0 => 4096,
        asked => asked.clamp(512, 32767),
    };
    let mut out = Vec::new();
    let database = &options.database;
    tokens::env_text(&mut out, 1, database, "master");
    tokens::message(&mut out, &SqlError::new(5701, 0, 2, format!("Changed database context to '{database}'.")), true);
    tokens::env_bytes(&mut out, 7, &super::types::COLLATION, &[]);
    tokens::env_text(&mut out, 2, "us_english", "");
    tokens::message(&mut out, &SqlError::new(5703, 0, 1, "Changed language setting to us_english."), true);
    tokens::login_ack(&mut out, request.version);
    tokens::env_text(&mut out, 4, &size.to_string(), "4096");
    tokens::done(&mut out, tokens::DONE, 0, 0, 0);
    Ok(Ok((session, out)))
}

async fn handle(server: &BusinessServer, session: &mut Session, message: Message) -> io::Result<Reply> {
    let (kind, text, call) = match message.kind {
        packet::BATCH => (Kind::Batch, utf16(rpc::without_headers(&message.body)?), None),
        packet::RPC => match rpc::read(&message.body) {
            Ok(call) => {
                let executes = call.procedure.eq_ignore_ascii_case("sp_executesql");
                let name = call.procedure.clone();
                if executes {
                    match rpc::statement(call) {
                        Ok((text, parameters)) => (Kind::Statement, text, Some(parameters)),
                        Err(error) => return Ok(refusal(&error, session)),
                    }
                } else {
                    (Kind::Procedure, name, Some(call.parameters))
                }
            }
            Err(error) => {
                return Ok(refusal(
                    &SqlError::new(
                        8016,
                        16,
                        1,
                        format!(
                            "The incoming tabular data stream (TDS) remote procedure call (RPC) protocol stream is incorrect: {error}."
                        ),
                    ),
                    session,
                ));
            }
        },
        packet::TRANSACTION => (Kind::Transaction, String::new(), None),
        other => return Ok(refusal(&errors::not_carried(&format!("a TDS request of kind 0x{other:02x}")), session)),
    };
    let request = Request { connection: session.id(), kind, text: &text };
    match server.disturb(Moment::Before, &request).await {
        Disturbance::Fail(error) => return Ok(refusal(&error, session)),
        Disturbance::Cut | Disturbance::CutHalfway => return Ok(Reply::Cut),
        Disturbance::None | Disturbance::Delay(_) => {}
    }
    let mut answers = Vec::new();
    match kind {
        Kind::Batch => session.run(&text, Vec::new(), &mut answers).await,
        Kind::Statement => {
            let parameters = call.unwrap_or_default();
            if parameters.len() > 2098 {
                // sp_executesql's own two count among the 2,100.
                let text = "The incoming request has too many parameters. The server supports a maximum of 2100 parameters. Reduce the number of parameters and resend the request.";
                answers.push(Answer::Failed(SqlError::new(8003, 16, 1, text)));
            } else {
                session.run(&text, parameters, &mut answers).await;
            }
        }
        Kind::Procedure => {
            let arguments = call
                .unwrap_or_default()
                .into_iter()
                .map(|(name, ty, value)| (Some(name).filter(|n| !n.is_empty()), (value, ty)))
                .collect();
            match session.procedure(&text, arguments, &mut answers).await {
                Ok(status) => answers.push(Answer::Status(status)),
                Err(error) => answers.push(Answer::Failed(error)),
            }
        }
        Kind::Transaction => manage(session, rpc::without_headers(&message.body)?, &mut answers)?,
    }
    let body = answer::encode(&answers, matches!(kind, Kind::Statement | Kind::Procedure), session.in_transaction());
    Ok(match server.disturb(Moment::After, &request).await {
        Disturbance::Fail(error) => refusal(&error, session),
        Disturbance::Cut => Reply::Cut,
        Disturbance::CutHalfway => Reply::Part(body),
        Disturbance::None | Disturbance::Delay(_) => Reply::Whole(body),
    })
}

fn refusal(error: &SqlError, session: &Session) -> Reply {
    Reply::Whole(answer::encode(&[Answer::Failed(error.clone())], false, session.in_transaction()))
}

/// Transaction manager requests: begin 5, commit 7, rollback 8. Savepoints are not carried.
fn manage(session: &mut Session, body: &[u8], out: &mut Vec<Answer>) -> io::Result<()> {
    let mut from = Cursor(body);
    let result = match from.u16()? {
        5 => session.isolate(from.u8()?).map(|()| session.begin(out)),
        7 => session.commit(out),
        8 => {
            let name = from.short_text()?;
            if name.is_empty() && session.in_transaction() {
                session.rollback(out);
                Ok(())
            } else if name.is_empty() {
                Err(SqlError::new(
                    3903,
                    16,
                    1,
                    "The ROLLBACK TRANSACTION request has no corresponding BEGIN TRANSACTION.",
                ))
            } else {
                Err(SqlError::new(
                    6401,
                    16,
                    1,
                    format!("Cannot roll back {name}. No transaction or savepoint of that name was found."),
                ))
            }
        }
        other => Err(errors::not_carried(&format!("SAVE TRANSACTION or transaction manager request {other}"))),
    };
    out.push(result.map_or_else(Answer::Failed, |()| Answer::Done));
    Ok(())
}
