//! The memory of this process and system. Only Linux has files for it; elsewhere nothing is reported.

/// Returns the most memory that this process has held so far, in bytes.
pub(crate) fn peak() -> Option<u64> {
    field("/proc/self/status", "VmHWM:")
}

/// Returns how much memory could be taken without swapping, in bytes.
pub(crate) fn available() -> Option<u64> {
    field("/proc/meminfo", "MemAvailable:")
}

/// Returns a field of a file of `/proc`, which counts in kB.
fn field(file: &str, name: &str) -> Option<u64> {
    let text = std::fs::read_to_string(file).ok()?;
    let value = text.lines().find_map(|line| line.strip_prefix(name))?;
    value.trim().trim_end_matches("kB").trim().parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn linux_reports_the_memory() {
        assert!(peak().is_some_and(|bytes| bytes > 100_000) && available().is_some());
    }
}
