//! Framing as a client needs it: strict, as the server is ours.

use std::io::{self, BufRead, BufReader, Read, Write};

use serde_json::Value;

/// Returns a message with its header.
pub(super) fn frame(message: &Value) -> Vec<u8> {
    let body = message.to_string();
    format!("Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// Writes all of it at once.
pub(super) fn write(output: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    output.write_all(bytes)?;
    output.flush()
}

/// Reads messages until the stream ends.
///
/// # Panics
/// When the server's output is no protocol.
pub(super) fn read_all(output: impl Read, mut each: impl FnMut(Value)) {
    let mut output = BufReader::new(output);
    while let Some(message) = read(&mut output).unwrap_or_else(|error| panic!("the server's output: {error}"))
    {
        each(message);
    }
}

fn read(output: &mut impl BufRead) -> io::Result<Option<Value>> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("Content-Length: ") {
            length = value.parse::<usize>().ok();
        }
    }
    let length = length.ok_or_else(|| io::Error::other("a header without Content-Length"))?;
    let mut body = vec![0; length];
    output.read_exact(&mut body)?;
    Ok(Some(serde_json::from_slice(&body)?))
}

/// Reads text until the stream ends.
pub(super) fn read_text(mut input: impl Read) -> String {
    let mut bytes = Vec::new();
    drop(input.read_to_end(&mut bytes));
    String::from_utf8_lossy(&bytes).into_owned()
}
