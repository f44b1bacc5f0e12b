//! Whole characters out of bytes that arrive token by token.

/// Holds back the bytes of an unfinished character.
#[derive(Debug, Default)]
pub(crate) struct Utf8Stream {
    pending: Vec<u8>,
}

impl Utf8Stream {
    /// Takes bytes and returns the text that is complete with them. Bytes that can never become a
    /// character turn into U+FFFD.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> String {
        self.pending.extend_from_slice(bytes);
        let mut out = String::new();
        loop {
            match std::str::from_utf8(&self.pending) {
                Ok(text) => {
                    out.push_str(text);
                    self.pending.clear();
                    return out;
                }
                Err(e) => {
                    let valid = e.valid_up_to();
                    out.push_str(&String::from_utf8_lossy(&self.pending[..valid]));
                    match e.error_len() {
                        None => {
                            self.pending.drain(..valid);
                            return out;
                        }
                        Some(bad) => {
                            out.push(char::REPLACEMENT_CHARACTER);
                            self.pending.drain(..valid + bad);
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_come_out_whole() {
        let mut s = Utf8Stream::default();
        let smile = "é😀".as_bytes();
        let got: Vec<String> = smile.iter().map(|b| s.push(&[*b])).collect();
        assert_eq!(got, ["", "é", "", "", "", "😀"]);
        assert_eq!(s.push(b"a\xffb\xe2"), "a\u{fffd}b");
        assert_eq!(s.push(b"\x82\xac"), "€");
    }
}
