//! How sizes, times and text from outside are shown to people.

use std::time::Duration;

/// Returns a number of bytes in the units of disks: 491.4 MB.
pub fn bytes(count: u64) -> String {
    const UNITS: [(&str, u64); 3] = [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)];
    match UNITS.iter().find(|unit| count >= unit.1) {
        Some((name, size)) => format!("{:.1} {name}", count as f64 / *size as f64),
        None => format!("{count} B"),
    }
}

/// Returns a duration in the unit that fits: 85 ms, 1.2 s.
pub fn time(span: Duration) -> String {
    let ms = span.as_secs_f64() * 1e3;
    if ms < 10.0 {
        format!("{ms:.1} ms")
    } else if ms < 1e3 {
        format!("{ms:.0} ms")
    } else {
        format!("{:.1} s", ms / 1e3)
    }
}

/// Returns a moment, in seconds since 1970, as a date and time of day in UTC: 2026-11-22 19:49.
pub fn moment(seconds: u64) -> String {
    // From days to a civil date, with years that begin in March, so that leap days come last.
    let (days, second) = (seconds / 86_400 + 719_468, seconds % 86_400);
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (day, month) = (day - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    let year = era * 400 + year + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02}", second / 3_600, second / 60 % 60)
}

/// Returns a text from outside with its overlong lines cut off.
pub fn shortened(text: &str) -> String {
    const LONGEST: usize = 200;
    let lines = text.lines().map(|line| match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Returns a list from outside, with the number of items behind the first ones in their place.
pub fn listed(items: &[String]) -> String {
    const MOST: usize = 20;
    let mut all: Vec<String> = items.iter().take(MOST).map(|item| shortened(item)).collect();
    if let Some(rest) = items.len().checked_sub(MOST).filter(|rest| *rest > 0) {
        all.push(format!("and {rest} more"));
    }
    all.join(", ")
}

/// Returns a text from outside with its control characters made visible: a file name or a model's
/// answer must not steer the terminal.
pub fn visible(text: &str) -> String {
    let shown = |c: char| match c {
        '\n' | '\t' => c.to_string(),
        c if c.is_control() => c.escape_default().to_string(),
        c => c.to_string(),
    };
    text.chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times_read_well() {
        assert_eq!([bytes(0), bytes(999), bytes(491_400_064)], ["0 B", "999 B", "491.4 MB"]);
        let times = [8_500, 85_000, 1_240_000].map(|us| time(Duration::from_micros(us)));
        assert_eq!(times, ["8.5 ms", "85 ms", "1.2 s"]);
    }

    #[test]
    fn moments_are_civil_dates() {
        let formatted =
            [0, 951_782_399, 951_782_400, 1_709_164_800, 1_795_376_974, 4_102_444_800].map(moment);
        let expected = [
            "1970-01-01 00:00",
            "2000-02-28 23:59",
            "2000-02-29 00:00",
            "2024-02-29 00:00",
            "2026-11-22 19:49",
            "2100-01-01 00:00",
        ];
        assert_eq!(formatted, expected);
    }

    #[test]
    fn a_text_cannot_steer_the_terminal() {
        assert_eq!(visible("a\x1b[2Jb\r\tc\n"), "a\\u{1b}[2Jb\\r\tc\n");
    }
}
