//! Cuts a byte stream into message bodies, and finds its place again after nonsense.
//!
//! The framing of tower-lsp ends the whole stream at the first malformed message: one bad byte
//! from a client would end the server.

/// A body larger than this is skipped, not held: no editor sends one, a lying header might.
pub(crate) const MAX_BODY: usize = 512 * 1024 * 1024;

/// A header block longer than this has lost its way.
const MAX_HEADER: usize = 16 * 1024;

/// Bytes kept of skipped ones: the beginning of a header may be among them.
const TAIL: usize = 256;

const LENGTH: &[u8] = b"content-length:";

/// A piece of the stream.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    /// A whole body, whatever it holds.
    Body(Vec<u8>),
    /// Bytes that belong to no message are skipped, up to the next header.
    Garbage,
    /// A body of this many bytes was announced. It is skipped up to the next header: the announcement may be a lie, and
    /// JSON has no header inside, as it escapes line breaks.
    TooLong(usize),
}

/// An incremental cutter: feed it bytes, take frames.
#[derive(Debug, Default)]
pub(crate) struct Framer {
    buffer: Vec<u8>,
    /// Where in `buffer` the next frame begins.
    start: usize,
    /// Length of the body that is being read.
    body: Option<usize>,
    /// Whether bytes are skipped up to the next header; the caller knows already.
    lost: bool,
}

impl Framer {
    /// Adds bytes as they came.
    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// Returns the next frame, or nothing when more bytes are needed.
    pub(crate) fn next(&mut self) -> Option<Frame> {
        loop {
            let rest = &self.buffer[self.start..];
            if let Some(length) = self.body {
                if rest.len() < length {
                    return None;
                }
                let body = rest[..length].to_vec();
                self.body = None;
                self.advance(length);
                // An empty body says nothing; some clients send one to keep a pipe alive.
                if body.is_empty() {
                    continue;
                }
                return Some(Frame::Body(body));
            }
            let Some(end) = end_of_header(rest) else {
                if rest.len() <= MAX_HEADER {
                    return None;
                }
                self.advance(MAX_HEADER - TAIL);
                if self.lose() {
                    return Some(Frame::Garbage);
                }
                continue;
            };
            let length = content_length(&rest[..end]);
            self.advance(end);
            match length {
                None if self.lose() => return Some(Frame::Garbage),
                None => {}
                Some(length) if length > MAX_BODY => {
                    self.lost = true;
                    return Some(Frame::TooLong(length));
                }
                Some(length) => {
                    self.lost = false;
                    self.body = Some(length);
                }
            }
        }
    }

    /// Skips bytes from here on; returns whether that is new.
    fn lose(&mut self) -> bool {
        !std::mem::replace(&mut self.lost, true)
    }

    fn advance(&mut self, by: usize) {
        self.start += by;
        if self.start == self.buffer.len() {
            self.buffer.clear();
            self.start = 0;
            // One large document must not hold its size for the rest of the session.
            if self.buffer.capacity() > 1024 * 1024 {
                self.buffer = Vec::new();
            }
        }
    }
}

/// Returns the offset behind the blank line that ends a header block. Bare line feeds are taken too.
fn end_of_header(bytes: &[u8]) -> Option<usize> {
    let limit = bytes.len().min(MAX_HEADER + 4);
    let bytes = &bytes[..limit];
    (0..bytes.len()).find_map(|at| {
        let rest = &bytes[at..];
        if rest.starts_with(b"\r\n\r\n") {
            Some(at + 4)
        } else if rest.starts_with(b"\n\n") {
            Some(at + 2)
        } else {
            None
        }
    })
}

/// Returns the length that a header block announces. The last one counts: what stands before it is
/// the rest of something broken.
fn content_length(header: &[u8]) -> Option<usize> {
    let at = header.windows(LENGTH.len()).rposition(|window| window.eq_ignore_ascii_case(LENGTH))?;
    let line = header[at + LENGTH.len()..].split(|&b| b == b'\n').next()?;
    std::str::from_utf8(line).ok()?.trim().parse().ok()
}

/// Returns a message ready to be written.
pub(crate) fn frame(body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds `input` in pieces of `step` bytes and writes what comes out.
    fn check(input: &str, expected: &[&str]) {
        for step in [1, 7, input.len()] {
            let mut framer = Framer::default();
            let mut found = Vec::new();
            for piece in input.as_bytes().chunks(step) {
                framer.feed(piece);
                while let Some(frame) = framer.next() {
                    found.push(match frame {
                        Frame::Body(body) => String::from_utf8_lossy(&body).into_owned(),
                        other => format!("{other:?}"),
                    });
                }
            }
            assert_eq!(found, expected, "in steps of {step}");
        }
    }

    #[test]
    fn cuts_bodies() {
        check("Content-Length: 2\r\n\r\n{}Content-Length: 3\r\n\r\n[1]", &["{}", "[1]"]);
    }

    #[test]
    fn takes_any_case_other_headers_and_bare_line_feeds() {
        check("Content-Type: x; charset=latin-9\r\nCONTENT-length:2\r\nFoo: bar\r\n\r\n{}", &["{}"]);
        check("content-length: 2\n\n{}", &["{}"]);
    }

    #[test]
    fn finds_its_place_after_nonsense() {
        check("foobarContent-Length: 2\r\n\r\n{}", &["{}"]);
        check("Content-Length: many\r\n\r\n{}Content-Length: 3\r\n\r\n[1]", &["Garbage", "[1]"]);
        check("Content-Length: -5\r\n\r\nContent-Length: 2\r\n\r\n{}", &["Garbage", "{}"]);
        check("no header at all\r\n\r\nContent-Length: 2\r\n\r\n{}", &["Garbage", "{}"]);
        check("Content-Length: 1\r\n\r\n{\"a\":1}Content-Length: 2\r\n\r\n{}", &["{", "{}"]);
    }

    #[test]
    fn passes_over_empty_bodies() {
        check("Content-Length: 0\r\n\r\nContent-Length: 2\r\n\r\n{}", &["{}"]);
    }

    #[test]
    fn a_stretch_of_nonsense_is_one_frame() {
        check("\r\n\r\n\r\n\r\nContent-Length: 2\r\n\r\n{}", &["Garbage", "{}"]);
        let endless = "x".repeat(3 * MAX_HEADER / 2);
        check(&format!("{endless}Content-Length: 2\r\n\r\n{{}}{endless}"), &["Garbage", "{}", "Garbage"]);
    }

    #[test]
    fn the_message_after_a_lying_length_is_read() {
        for length in [MAX_BODY + 1, usize::MAX / 2, usize::MAX] {
            let error = format!("TooLong({length})");
            check(
                &format!("Content-Length: {length}\r\n\r\n{{}}Content-Length: 3\r\n\r\n[1]"),
                &[&error, "[1]"],
            );
            check(&format!("Content-Length: {length}\r\n\r\nContent-Length: 3\r\n\r\n[1]"), &[&error, "[1]"]);
        }
        check("Content-Length: 18446744073709551616\r\n\r\nContent-Length: 2\r\n\r\n{}", &["Garbage", "{}"]);
    }

    #[test]
    fn holds_nothing_of_an_overlong_body() {
        let mut framer = Framer::default();
        let length = MAX_BODY + 10;
        framer.feed(format!("Content-Length: {length}\r\n\r\nabc").as_bytes());
        assert_eq!(framer.next(), Some(Frame::TooLong(length)));
        let piece = vec![b'x'; 1024 * 1024];
        for _ in 0..32 {
            framer.feed(&piece);
            assert_eq!(framer.next(), None);
            assert!(framer.buffer.capacity() <= 4 * piece.len());
        }
        framer.feed(b"Content-Length: 2\r\n\r\n{}");
        assert_eq!(framer.next(), Some(Frame::Body(b"{}".to_vec())));
    }
}
