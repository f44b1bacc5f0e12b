//! Checkpoints: the state from which an interrupted run goes on.
//!
//! Layout, little-endian: magic, version, digest of the run, steps, trained numbers, then the losses (f64),
//! values and both moments of the trained numbers (f32), and the SHA-256 of all before. A file is written
//! under another name and renamed.

use std::io::Write;
use std::path::Path;

use housestyle_engine::atomic;
use sha2::{Digest, Sha256};

use crate::adamw::AdamW;
use crate::error::TrainError;
use crate::parameters::Parameters;

const MAGIC: &[u8; 8] = b"HSTRAIN\0";
const VERSION: u32 = 1;
const HEADER: usize = 8 + 4 + 32 + 8 + 8;

/// Everything that changes while training.
#[derive(Debug, Clone)]
pub(crate) struct State {
    pub(crate) parameters: Parameters,
    pub(crate) adam: AdamW,
    /// One for each step done.
    pub(crate) losses: Vec<f64>,
}

/// Writes a checkpoint.
pub(crate) fn write(path: &Path, run: &[u8; 32], state: &State) -> Result<(), TrainError> {
    let trained: Vec<usize> = state.parameters.trained.iter().cloned().flatten().collect();
    let mut out = Vec::with_capacity(HEADER + state.losses.len() * 8 + trained.len() * 12 + 32);
    out.extend(MAGIC);
    out.extend(VERSION.to_le_bytes());
    out.extend(run);
    out.extend((state.losses.len() as u64).to_le_bytes());
    out.extend((trained.len() as u64).to_le_bytes());
    state.losses.iter().for_each(|loss| out.extend(loss.to_le_bytes()));
    for numbers in [&state.parameters.values, &state.adam.moments[0], &state.adam.moments[1]] {
        trained.iter().for_each(|i| out.extend(numbers[*i].to_le_bytes()));
    }
    let digest = Sha256::digest(&out);
    out.extend(digest);
    let part = path.with_extension("part");
    let _ = std::fs::remove_file(&part); // of a run that was killed while it wrote
    let written = atomic::write(path, &part, |file| file.write_all(&out));
    written.map_err(|error| {
        wrong(path, format!("cannot be written: {error}; what was trained since the last one would be lost"))
    })
}

/// Reads a checkpoint into the state of the same run; does nothing if there is none.
pub(crate) fn read(path: &Path, run: &[u8; 32], state: &mut State) -> Result<(), TrainError> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(wrong(path, format!("cannot be read: {error}"))),
    };
    let damaged = |what: &str| wrong(path, format!("{what}; remove it to start anew"));
    if bytes.len() < HEADER + 32 || &bytes[..8] != MAGIC {
        return Err(damaged("is no checkpoint"));
    }
    let (body, digest) = bytes.split_at(bytes.len() - 32);
    if Sha256::digest(body)[..] != *digest {
        return Err(damaged("is damaged"));
    }
    if body[8..12] != VERSION.to_le_bytes() {
        return Err(damaged("was written by another version"));
    }
    if body[12..44] != *run {
        return Err(damaged("belongs to another run: model, examples or recipe differ"));
    }
    let number = |at: usize| u64::from_le_bytes(std::array::from_fn(|i| body[at + i])) as usize;
    let trained: Vec<usize> = state.parameters.trained.iter().cloned().flatten().collect();
    let steps = number(44);
    let expected = steps.checked_mul(8).and_then(|n| n.checked_add(HEADER + trained.len() * 12));
    if number(52) != trained.len() || expected != Some(body.len()) {
        return Err(damaged("is of another size than it says"));
    }
    let (losses, numbers) = body[HEADER..].split_at(steps * 8);
    let losses = losses.chunks_exact(8).map(|b| f64::from_le_bytes(std::array::from_fn(|i| b[i])));
    state.losses = losses.collect();
    let mut parts = numbers.chunks_exact(trained.len().max(1) * 4);
    let State { parameters, adam, .. } = state;
    let [first, second] = &mut adam.moments;
    for to in [&mut parameters.values, first, second] {
        let values = parts.next().unwrap_or_default().chunks_exact(4);
        for (i, b) in trained.iter().zip(values) {
            to[*i] = f32::from_le_bytes(std::array::from_fn(|i| b[i]));
        }
    }
    adam.steps = steps as u64;
    Ok(())
}

fn wrong(path: &Path, problem: String) -> TrainError {
    TrainError::Checkpoint { path: path.to_owned(), problem }
}
