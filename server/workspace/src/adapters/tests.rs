//! The store's life: from candidate to active and back, two at once, killed at any moment, damaged.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use housestyle_engine::{AdapterWeights, Config, Family, LowRank, Target};
use housestyle_learn::gate::{Bounds, Evidence, judge};
use housestyle_train::format::{About, Adapter, Precision, id_of, write};
use serde_json::json;

use super::*;

const BASE: &str = "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32";

struct World {
    folder: tempfile::TempDir,
    store: Store,
}

impl World {
    fn new() -> World {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::at(folder.path()).under(terms());
        World { folder, store }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("adapters").join(name)
    }

    /// Adds an adapter whose numbers come from `seed`, with a report that claims something, and judges it.
    fn judge(&self, seed: u8, eligible: bool) -> Version {
        let added = self.store.add(&incoming(seed, !eligible)).expect("added");
        let later = LaterEdits { edits: 0, digest: String::new(), claimed: false };
        let report = judge(&Evidence::default(), &Bounds::default());
        let id = added.id.expect("an adapter");
        let mut judgement = Judgement::new(&id, terms(), later, &report, 1).expect("JSON");
        judgement.eligible = eligible;
        self.store.note_judgement(&judgement).expect("noted");
        self.store.find(&added.number.to_string()).expect("there")
    }

    /// Adds an eligible adapter, approves it and makes it active.
    fn activate(&self, seed: u8) -> Version {
        let version = self.judge(seed, true);
        self.store.approve(version.number, local(None)).expect("approved");
        self.store.activate(version.number).expect("active")
    }

    fn states(&self) -> Vec<(u64, State)> {
        self.store.versions().expect("readable").iter().map(|v| (v.number, v.state)).collect()
    }

    fn active_number(&self) -> Option<u64> {
        self.store.active().expect("readable").map(|version| version.number)
    }
}

fn config() -> Config {
    Config {
        family: Family::named("qwen2").expect("a family"),
        layers: 1,
        dim: 8,
        hidden: 8,
        heads: 2,
        kv_heads: 1,
        head_dim: 4,
        rope_dim: 4,
        rope_base: 10_000.0,
        rope_scale: 1.0,
        eps: 1e-6,
        context: 64,
    }
}

fn weights(seed: u8) -> Vec<u8> {
    let config = config();
    let (rows, columns) = Target::Up.shape(&config);
    let (a, b) = (vec![f32::from(seed) / 64.0; columns], vec![0.5; rows]);
    let low_rank = BTreeMap::from([((0, Target::Up), LowRank { a, b })]);
    let about = About {
        base_sha256: BASE.to_owned(),
        base: "tiny".to_owned(),
        architecture: config.architecture().to_owned(),
        manifest_sha256: Some(id_of(&[seed])),
    };
    let weights = AdapterWeights { rank: 1, alpha: 1.0, low_rank, ..AdapterWeights::default() };
    write(&Adapter { weights, about }, &config, Precision::Half).expect("writable")
}

fn terms() -> Terms {
    let [starter, cases] = ["starter", "cases"].map(str::to_owned);
    Terms { base_sha256: BASE.to_owned(), starter, cases, bounds: Bounds::default() }
}

/// Returns an adapter with a report that claims that the gate passed it, or not.
pub(super) fn incoming(seed: u8, claims_eligible: bool) -> Incoming {
    let weights = weights(seed);
    let verdict = if claims_eligible { "eligible" } else { "not eligible" };
    let report =
        json!({ "adapter": id_of(&weights), "gate": { "verdict": verdict } }).to_string().into_bytes();
    Incoming {
        weights,
        config: None,
        manifest: Some(vec![seed]),
        report: Some(report),
        origin: Origin::Learned,
    }
}

pub(super) fn local(ungated: Option<&str>) -> Approver {
    let ungated = ungated.map(str::to_owned);
    Approver { name: "Ann".into(), email: "ann@example.com".into(), time: 1, how: How::Local { ungated } }
}

#[test]
fn a_version_goes_from_candidate_to_active_and_is_retired_by_the_next() {
    let world = World::new();
    let store = &world.store;
    assert_eq!((store.versions().expect("none"), store.active().expect("none")), (vec![], None));
    let first = store.add(&incoming(1, false)).expect("added");
    assert_eq!((first.number, first.state, first.parent), (1, State::Candidate, 0));
    assert_eq!(world.judge(1, true).state, State::Eligible);
    assert!(matches!(store.activate(1), Err(StoreError::NotApproved { number: 1, .. })));
    assert_eq!(store.approve(1, local(None)).expect("approved").state, State::Approved);
    assert_eq!(store.activate(1).expect("active").state, State::Active);
    let second = world.activate(2);
    assert_eq!((second.number, second.parent), (2, 1));
    assert_eq!(world.states(), [(1, State::Retired), (2, State::Active)]);
    let (version, adapter) = store.load_active(&config(), BASE).expect("loadable").expect("active");
    assert_eq!((version.number, adapter.weights.rank), (2, 1));
    assert_eq!(version.approver, Some(local(None)));
    assert_eq!(store.manifest(&version).as_deref(), Some(&[2][..]));
}

#[test]
fn rollback_is_a_new_version_and_goes_on_backwards() {
    let world = World::new();
    let (first, second) = (world.activate(1), world.activate(2));
    let third = world.store.roll_back(None).expect("rolled back");
    assert_eq!((third.number, &third.id, third.parent), (3, &first.id, second.number));
    assert_eq!((&third.origin, third.state), (&Origin::RollbackTo(1), State::Active));
    assert_eq!(world.store.load_active(&config(), BASE).expect("loadable").expect("active").0, third);
    // Before the first there was none.
    let fourth = world.store.roll_back(None).expect("rolled back");
    assert_eq!((fourth.number, &fourth.id, &fourth.origin), (4, &None, &Origin::RollbackTo(0)));
    assert_eq!(world.store.load_active(&config(), BASE).expect("loadable"), None);
    assert!(matches!(world.store.roll_back(None), Err(StoreError::NothingActive)));
    // Forward again, by number.
    let fifth = world.store.roll_back(Some(2)).expect("rolled back");
    assert_eq!((fifth.number, fifth.id), (5, second.id));
    let candidate = world.store.add(&incoming(3, true)).expect("added");
    let error = world.store.roll_back(Some(candidate.number)).expect_err("never active");
    assert!(matches!(error, StoreError::NeverActive { number: 6 }), "{error}");
    assert_eq!(world.active_number(), Some(5));
}

#[test]
fn what_the_gate_did_not_pass_needs_a_reason() {
    let world = World::new();
    let refused = |why: &str| {
        let error = world.store.approve(1, local(None)).expect_err("not eligible").to_string();
        assert!(error.contains(why) && error.contains("--ungated"), "{error}");
    };
    world.store.add(&incoming(1, true)).expect("added");
    refused("claims to be eligible, but the gate never judged it on this machine");
    world.judge(1, false);
    refused("did not pass the gate");
    let version = world.store.approve(1, local(Some("a trial"))).expect("approved");
    assert_eq!(version.approver, Some(local(Some("a trial"))));
}

#[test]
fn a_judgement_on_the_makers_word_says_so() {
    let world = World::new();
    let version = world.judge(1, true);
    assert_eq!(version.gate(), "judged here: eligible");
    let id = version.id.expect("an adapter");
    let mut judgement = world.store.judgement(&id).expect("readable").expect("noted");
    judgement.later_edits.claimed = true;
    world.store.note_judgement(&judgement).expect("noted");
    let version = world.store.find("1").expect("there");
    let claimed = "judged here: eligible, on its maker's word of the edits that it learned from";
    assert_eq!((version.eligible, &*version.gate()), (true, claimed));
    let pulled = Incoming { origin: Origin::Pulled, ..incoming(2, true) };
    let pulled = world.store.add(&pulled).expect("added").id.expect("an adapter");
    let learned = [&id, &pulled].map(|id| world.store.is_learned_here(id).expect("readable"));
    assert_eq!(learned, [true, false]);
}

#[test]
fn a_report_or_manifest_of_another_adapter_lends_nothing() {
    let world = World::new();
    let mut lent = incoming(1, true);
    lent.report = incoming(2, true).report;
    assert!(matches!(world.store.add(&lent), Err(StoreError::Foreign { what: "the report", .. })));
    let mut lent = incoming(1, true);
    lent.manifest = Some(vec![9]);
    assert!(matches!(world.store.add(&lent), Err(StoreError::Foreign { what: "the manifest", .. })));
    let mut without = incoming(1, true);
    without.report = None;
    assert_eq!(world.store.add(&without).expect("added").state, State::Candidate);
    // The same once more is no version; with its report it is one.
    assert_eq!(world.store.add(&without).expect("known").number, 1);
    let reported = world.store.add(&incoming(1, true)).expect("added");
    assert_eq!((reported.number, reported.state, reported.claims_eligible), (2, State::Candidate, true));
    let broken = Incoming { weights: vec![1, 2, 3], ..without };
    assert!(matches!(world.store.add(&broken), Err(StoreError::Format { .. })));
    assert_eq!(world.store.versions().expect("readable").len(), 2);
}

#[test]
fn only_the_bytes_that_were_approved_load() {
    let world = World::new();
    let version = world.activate(1);
    let id = version.id.clone().expect("an adapter");
    let file = world.path(&id).join("adapter_model.safetensors");
    let good = fs::read(&file).expect("readable");
    let mut bad = good.clone();
    *bad.last_mut().expect("bytes") ^= 1;
    for exchanged in [bad, weights(2), good[..good.len() / 2].to_vec(), Vec::new()] {
        fs::write(&file, exchanged).expect("written");
        let error = world.store.load_active(&config(), BASE).expect_err("exchanged");
        assert!(matches!(error, StoreError::Exchanged { .. }), "{error}");
        assert!(world.store.activate(1).is_err());
    }
    fs::write(&file, good).expect("written");
    assert!(world.store.load_active(&config(), BASE).is_ok());
    let error = world.store.load_active(&config(), &"0".repeat(64)).expect_err("another base");
    assert!(matches!(error, StoreError::Format { .. }), "{error}");
    // A pointer put there by hand, to something that nobody approved.
    let other = world.store.add(&incoming(2, true)).expect("added");
    let forged = json!({ "version": other.number, "id": other.id }).to_string();
    fs::write(world.path("active.json"), forged).expect("written");
    let error = world.store.load_active(&config(), BASE).expect_err("not approved");
    assert!(matches!(error, StoreError::NotApproved { .. }), "{error}");
}

/// Every file with its bytes.
fn everything(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("readable") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => found.extend(everything(&path)),
            false => drop(found.insert(path.clone(), fs::read(&path).expect("readable"))),
        }
    }
    found
}

#[test]
fn a_damaged_store_is_an_error_and_stays_as_it_is() {
    let world = World::new();
    world.activate(1);
    world.activate(2);
    let log = world.path("versions.jsonl");
    let good = fs::read_to_string(&log).expect("readable");
    let lines: Vec<&str> = good.split_inclusive('\n').collect();
    let forged = good.replace("ann@example.com", "eve@example.com");
    let without_second = [lines[0], &lines[2..].concat()].concat();
    for damaged in
        [forged, without_second, format!("{good}{{}}\n"), good.replace("added", "adde"), "x\n".to_owned()]
    {
        fs::write(&log, &damaged).expect("written");
        let before = everything(world.folder.path());
        let outcomes = [
            world.store.activate(1).map(|_| ()),
            world.store.roll_back(None).map(|_| ()),
            world.store.add(&incoming(3, true)).map(|_| ()),
            world.store.load_active(&config(), BASE).map(|_| ()),
        ];
        for outcome in outcomes {
            let error = outcome.expect_err("damaged");
            assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
        }
        assert_eq!(everything(world.folder.path()), before);
    }
    fs::write(&log, &good).expect("written");
    assert_eq!(world.active_number(), Some(2));
    fs::write(world.path("active.json"), "{\"version\"").expect("written");
    assert!(matches!(world.store.active(), Err(StoreError::Corrupt { .. })));
    fs::write(world.path("active.json"), "{\"version\":9,\"id\":null}").expect("written");
    assert!(matches!(world.store.active(), Err(StoreError::Corrupt { .. })));
}

#[test]
fn whatever_a_killed_process_left_half_done_is_passed_over() {
    let world = World::new();
    world.activate(1);
    let log = world.path("versions.jsonl");
    let whole = fs::read(&log).expect("readable");
    let line = whole.split_inclusive(|byte| *byte == b'\n').next().expect("a line").to_vec();
    // Killed while a line was written, while a folder was made, while the pointer was written.
    for cut in [1, line.len() / 2, line.len() - 1] {
        fs::write(&log, [&whole[..], &line[..cut]].concat()).expect("written");
        fs::create_dir_all(world.path(&"f".repeat(64))).expect("made");
        fs::write(world.path("active.json.new"), "{\"ver").expect("written");
        assert_eq!(world.active_number(), Some(1), "{cut}");
    }
    let second = world.activate(2);
    assert_eq!((second.number, world.active_number()), (2, Some(2)));
    assert_eq!(world.states().len(), 2);
    // Killed between the log and the pointer: the pointer counts.
    fs::write(
        world.path("active.json"),
        json!({ "version": 1, "id": world.store.find("1").expect("there").id }).to_string(),
    )
    .expect("written");
    assert_eq!(world.states(), [(1, State::Active), (2, State::Retired)]);
    assert_eq!(world.store.activate(2).expect("active").number, 2);
}

#[test]
fn two_at_once_lose_nothing_and_one_that_holds_on_is_named() {
    let world = World::new();
    let threads: Vec<_> = (0..8u8)
        .map(|seed| {
            let store = world.store.clone();
            std::thread::spawn(move || store.add(&incoming(seed, true)).map(|version| version.number))
        })
        .collect();
    let mut numbers: Vec<u64> =
        threads.into_iter().map(|t| t.join().expect("no panic").expect("added")).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(world.store.versions().expect("whole").len(), 8);
    let held = fs::File::options().write(true).open(world.path("lock")).expect("there");
    held.lock().expect("locked");
    let error = world.store.activate(1).expect_err("busy");
    assert!(matches!(error, StoreError::Busy { .. }), "{error}");
}

#[test]
fn an_adapter_is_found_by_number_and_by_its_first_digits() {
    let world = World::new();
    let version = world.store.add(&incoming(1, true)).expect("added");
    let id = version.id.clone().expect("an adapter");
    for text in ["1", "v1", &id, &id[..16]] {
        assert_eq!(world.store.find(text).expect(text), version);
    }
    for text in ["2", "", &id[..3], "zzzz"] {
        assert!(matches!(world.store.find(text), Err(StoreError::Unknown { .. })), "{text}");
    }
}

#[test]
fn a_judgement_lends_nothing_to_other_bytes_and_holds_for_its_terms() {
    let world = World::new();
    let version = world.judge(1, true);
    assert!(version.eligible && !version.claims_eligible, "what it claims does not matter");
    let other = world.store.add(&incoming(2, true)).expect("added");
    assert_eq!(other.standing, Standing::Unjudged);
    let (own, others) = [&version, &other]
        .map(|v| format!("judgements/{}.json", v.id.as_deref().expect("an adapter")))
        .into();
    fs::copy(world.path(&own), world.path(&others)).expect("copied");
    assert_eq!(world.store.find("2").expect("there").standing, Standing::Unjudged);
    fs::write(world.path(&others), "{}").expect("written");
    assert_eq!(world.store.find("2").expect("there").standing, Standing::Unjudged);

    let bounds = Bounds { exposure_bits: 1.0, ..Bounds::default() };
    let stricter = world.store.clone().under(Terms { bounds, ..terms() });
    let error = stricter.approve(1, local(None)).expect_err("stricter").to_string();
    assert!(error.contains("stricter now (exposureBits)"), "{error}");
    assert!(
        Store::at(world.folder.path()).approve(1, local(None)).is_err(),
        "nobody says what the terms are"
    );
    let file = world.path(version.id.as_deref().expect("an adapter")).join("adapter_model.safetensors");
    fs::write(file, weights(2)).expect("written");
    assert!(matches!(world.store.approve(1, local(None)), Err(StoreError::Exchanged { .. })));
}
