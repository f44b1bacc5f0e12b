//! The audit: recomputes every digest, and lists the mismatches.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::chain::{self, Hash, Link, START, hex};
use crate::entry::Stamp;
use crate::error::JournalError;
use crate::event::{Fact, Number};
use crate::journal::Journal;

/// Most complaints that are listed.
const MOST: usize = 20;

/// The result of an audit.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Audit {
    /// Events that were read.
    pub events: u64,
    /// Texts that were compared with their digests.
    pub texts: u64,
    /// Texts that were forgotten, each with a tombstone.
    pub forgotten: u64,
    /// Digest of the last event, in lower-case hexadecimal; as long as it is written down elsewhere, nothing can be
    /// cut off the end unnoticed.
    pub head: Option<String>,
    /// The mismatches, in the order of the events; empty when all is well.
    pub complaints: Vec<String>,
}

impl Audit {
    fn complain(&mut self, complaint: String) {
        if self.complaints.len() < MOST {
            self.complaints.push(complaint);
        }
    }
}

impl Journal {
    /// Reads the whole journal and compares every digest. `known` are digests that were written down elsewhere: each
    /// must be that of an event.
    ///
    /// # Errors
    /// When the file cannot be read at all.
    pub fn verify(&mut self, known: &[String]) -> Result<Audit, JournalError> {
        let path = self.path.clone();
        self.check(known).map_err(|source| JournalError::of("verify", &path, source))
    }

    fn check(&mut self, known: &[String]) -> Result<Audit, rusqlite::Error> {
        let transaction = self.connection.transaction()?; // others may write on meanwhile
        let mut audit = Audit::default();
        let sound: String = transaction.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if sound != "ok" {
            audit.complain(format!("the database is damaged: {sound}"));
        }
        let mut removed: BTreeMap<Number, Vec<Number>> = BTreeMap::new();
        let mut missing: Vec<String> = known.iter().map(|digest| digest.to_lowercase()).collect();
        let mut statement = transaction.prepare(
            "SELECT number, time, suggestion, fact, event.text, digest, salt, content, tombstone FROM event \
             LEFT JOIN text ON text.event = number LEFT JOIN forgotten ON forgotten.event = number ORDER BY number",
        )?;
        let mut rows = statement.query([])?;
        let mut tombstones: BTreeMap<Number, String> = BTreeMap::new();
        let (mut expected, mut previous): (Number, Hash) = (1, START);
        while let Some(row) = rows.next()? {
            let number: Number = row.get(0)?;
            let time = Stamp(u64::try_from(row.get::<_, i64>(1)?).unwrap_or_default());
            let fact: String = row.get(3)?;
            let text: Option<Hash> = row.get(4)?;
            let digest: Hash = row.get(5)?;
            if number != expected {
                audit.complain(format!("events {expected} to {} are missing", number - 1));
            }
            let link = Link { number, time, suggestion: row.get(2)?, fact: &fact, text };
            if link.digest(&previous) != digest {
                audit.complain(format!("event {number} was changed, or what stood before it"));
            }
            let content: Option<(Vec<u8>, String)> = row.get::<_, Option<Vec<u8>>>(6)?.zip(row.get(7)?);
            let tombstone: Option<Number> = row.get(8)?;
            match (text, content, tombstone) {
                (Some(_), None, Some(_)) => audit.forgotten += 1,
                (None, None, _) => {}
                (Some(expected), Some((salt, content)), None) => {
                    audit.texts += 1;
                    if chain::text_digest(&salt, &content) != expected {
                        audit.complain(format!("the text of event {number} was changed"));
                    }
                }
                (Some(_), None, None) => {
                    audit.complain(format!("the text of event {number} is gone, and no tombstone says why"))
                }
                (_, Some(_), Some(_)) => {
                    audit.complain(format!("event {number} was forgotten, and its text is here"))
                }
                (None, Some(_), None) => {
                    audit.complain(format!("event {number} has a text that it never had"))
                }
            }
            if let Some(tombstone) = tombstone {
                removed.entry(tombstone).or_default().push(number);
            }
            if let Ok(Fact::Forgotten(tombstone)) = serde_json::from_str(&fact) {
                tombstones.insert(number, tombstone.events);
            }
            let head = hex(&digest);
            missing.retain(|known| *known != head);
            audit.events += 1;
            audit.head = Some(head);
            (expected, previous) = (number + 1, digest);
        }
        for (number, events) in &tombstones {
            let numbers = removed.remove(number).unwrap_or_default();
            if hex(&chain::numbers_digest(&numbers)) != *events {
                audit.complain(format!("the list of what event {number} removed was changed"));
            }
        }
        for number in removed.keys() {
            audit.complain(format!(
                "texts are said to be forgotten by event {number}, which says nothing of it"
            ));
        }
        for digest in missing {
            audit.complain(format!("no event has the digest {digest}: the journal was cut or written anew"));
        }
        let strays: i64 = transaction.query_row(
            "SELECT count(*) FROM text WHERE event NOT IN (SELECT number FROM event)",
            [],
            |row| row.get(0),
        )?;
        if strays > 0 {
            audit.complain(format!("{strays} texts belong to no event"));
        }
        Ok(audit)
    }
}
