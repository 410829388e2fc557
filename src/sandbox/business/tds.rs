//! The TDS protocol, version 7.2 to 7.4, as far as a client that logs in and runs statements needs it.

pub(super) mod answer;
pub(super) mod channel;
pub(super) mod connection;
pub(super) mod cursor;
pub(super) mod login;
pub(super) mod packet;
pub(super) mod parameter;
pub(super) mod prelogin;
pub(super) mod rpc;
pub(super) mod tokens;
pub(super) mod types;
