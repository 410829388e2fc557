//! PRELOGIN: the agreement on encryption.

use std::io;

use super::super::Encryption;
use super::cursor::Cursor;

const OFF: u8 = 0;
const ON: u8 = 1;
const NOT_SUPPORTED: u8 = 2;
const REQUIRED: u8 = 3;

/// What was agreed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreed {
    /// Nothing is encrypted.
    Plain,
    /// The login is, the rest is not.
    LoginOnly,
    /// Everything is.
    Everything,
}

/// The client's wish for encryption; a client that does not speak of it has none to offer.
pub fn wish(body: &[u8]) -> io::Result<u8> {
    let mut options = Cursor(body);
    loop {
        let token = options.u8()?;
        if token == 0xff {
            return Ok(NOT_SUPPORTED);
        }
        let big = |bytes: &[u8]| bytes.iter().fold(0_usize, |n, b| n << 8 | usize::from(*b));
        let offset = big(options.take(2)?);
        options.take(2)?;
        if token == 1 {
            return body
                .get(offset)
                .copied()
                .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "PRELOGIN without its encryption byte"));
        }
    }
}

/// What a wish and the server's policy come to, and the byte that tells the client.
pub fn agree(wish: u8, policy: Encryption) -> (Agreed, u8) {
    match (policy, wish) {
        (Encryption::NotSupported, _) => (Agreed::Plain, NOT_SUPPORTED),
        (Encryption::Offered, NOT_SUPPORTED) => (Agreed::Plain, NOT_SUPPORTED),
        (Encryption::Offered, OFF) => (Agreed::LoginOnly, OFF),
        (_, ON | REQUIRED) => (Agreed::Everything, ON),
        // A client that cannot encrypt will leave, which is what "required" asks for.
        _ => (Agreed::Everything, REQUIRED),
    }
}

/// The server's PRELOGIN.
pub fn answer(encryption: u8) -> Vec<u8> {
    // token, offset, length: version, encryption, instance, thread, MARS.
    let mut body = vec![0, 0, 26, 0, 6, 1, 0, 32, 0, 1, 2, 0, 33, 0, 1, 3, 0, 34, 0, 0, 4, 0, 34, 0, 1, 0xff];
    body.extend_from_slice(&[15, 0, 0x07, 0xd0, 0, 0]);
    body.extend_from_slice(&[encryption, 0, 0]);
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encryption_is_agreed_as_the_protocol_says() {
        for (policy, wish, agreed) in [
            (Encryption::Offered, OFF, (Agreed::LoginOnly, OFF)),
            (Encryption::Offered, ON, (Agreed::Everything, ON)),
            (Encryption::Offered, NOT_SUPPORTED, (Agreed::Plain, NOT_SUPPORTED)),
            (Encryption::Offered, REQUIRED, (Agreed::Everything, ON)),
            (Encryption::Required, OFF, (Agreed::Everything, REQUIRED)),
            (Encryption::Required, NOT_SUPPORTED, (Agreed::Everything, REQUIRED)),
            (Encryption::NotSupported, ON, (Agreed::Plain, NOT_SUPPORTED)),
        ] {
            assert_eq!(agree(wish, policy), agreed, "{policy:?} {wish}");
        }
        assert_eq!(wish(&answer(REQUIRED)).unwrap(), REQUIRED);
    }
}
