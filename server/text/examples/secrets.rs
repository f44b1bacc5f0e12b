//! Tells the secrets in files, and the speed of the scan: `cargo run --release -p housestyle-text --example secrets -- FILE...`

use std::time::{Duration, Instant};

use housestyle_text::secrets;

fn main() {
    let (mut bytes, mut lines, mut found, mut took) = (0, 0, 0, Duration::ZERO);
    for path in std::env::args().skip(1) {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let begun = Instant::now();
        let secrets = secrets::find(&text);
        took += begun.elapsed();
        (bytes, lines, found) = (bytes + text.len(), lines + text.lines().count(), found + secrets.len());
        for secret in secrets {
            let line = text[..secret.range.start].matches('\n').count() + 1;
            println!("{path}:{line}: {}", secret.rule);
        }
    }
    let megabytes = bytes as f64 / 1e6;
    let speed = megabytes / took.as_secs_f64().max(1e-9);
    println!("{found} secrets in {lines} lines; {megabytes:.1} MB, {speed:.0} MB/s");
}
