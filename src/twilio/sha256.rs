//! SHA-256 as text, the way Twilio writes it: 64 lower-case hexadecimal digits.
//!
//! Promises: the same bytes give the same text on every machine.
//! Doesn't: protect a secret; whoever knows the bytes can make the text.

use sha2::{Digest, Sha256};

/// The SHA-256 of `bytes` as 64 lower-case hexadecimal digits: Twilio's `bodySHA256` of a body.
#[must_use]
pub fn lower_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().flat_map(|byte| [byte >> 4, byte & 0x0f]).filter_map(hex_digit).collect()
}

fn hex_digit(nibble: u8) -> Option<char> {
    char::from_digit(u32::from(nibble), 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_digest_of_abc_comes_out() {
        // FIPS 180-2, appendix B.1.
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

        assert_eq!(lower_hex(b"abc"), expected);
    }
}
