//! Broken and hostile files: an error that names the field, never a panic, and never an adapter by chance.

use std::collections::BTreeMap;

use housestyle_engine::Target;
use proptest::prelude::*;

use super::super::safetensors::{Container, write as write_container};
use super::super::{
    Adapter, FormatError, MOST_RANK, Precision, check, read, read_gguf, read_header, write, write_gguf,
};
use super::{BASE, about, adapter, config};

fn file(header: &str, data: &[u8]) -> Vec<u8> {
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header.as_bytes());
    file.extend(data);
    file
}

fn tensor(shape: &str, from: usize, to: usize) -> String {
    format!("{{\"dtype\":\"F32\",\"shape\":{shape},\"data_offsets\":[{from},{to}]}}")
}

#[track_caller]
fn refused(file: &[u8], says: &str) {
    let error = Container::read(file).expect_err(says).to_string();
    assert!(error.contains(says), "{error:?} does not say {says:?}");
    assert!(error.len() < 700, "{} bytes of error", error.len());
}

/// Shapes and numbers by name.
type Tensors = BTreeMap<String, (Vec<usize>, Vec<f32>)>;

#[test]
fn each_way_to_be_broken_has_its_words() {
    let t = tensor;
    refused(b"", "ends after 0 bytes");
    refused(&u64::MAX.to_le_bytes(), "header length");
    refused(&(1u64 << 40).to_le_bytes(), "at most 4194304");
    refused(&100u64.to_le_bytes(), "is the file cut off?");
    refused(&file("{", b""), "header");
    refused(&file("[]", b""), "an object of tensors");
    refused(&file(&"[".repeat(100_000), b""), "header");
    refused(
        &file(&format!("{{\"a\":{},\"b\":{}}}", t("[1]", 0, 4), t("[1]", 0, 4)), &[0; 4]),
        "it begins at 0",
    );
    refused(
        &file(&format!("{{\"a\":{},\"b\":{}}}", t("[2]", 0, 8), t("[2]", 4, 12)), &[0; 12]),
        "it begins at 4",
    );
    refused(&file(&format!("{{\"a\":{}}}", t("[1]", 4, 8)), &[0; 8]), "it begins at 4");
    refused(&file(&format!("{{\"a\":{}}}", t("[1]", 0, 4)), &[0; 8]), "4 bytes after the last");
    refused(&file(&format!("{{\"a\":{}}}", t("[1]", 0, 4)), &[0; 2]), "is the file cut off?");
    refused(&file(&format!("{{\"a\":{}}}", t("[1]", 4, 0)), &[0; 4]), "is the file cut off?");
    refused(&file(&format!("{{\"a\":{}}}", t("[3]", 0, 4)), &[0; 4]), "not of the shape [3]");
    refused(
        &file(&format!("{{\"a\":{}}}", t("[4294967296,4294967296,4]", 0, 4)), &[0; 4]),
        "not of the shape",
    );
    refused(
        &file(&format!("{{\"a\":{},\"a\":{}}}", t("[1]", 0, 4), t("[1]", 4, 8)), &[0; 8]),
        "a stands twice",
    );
    refused(&file("{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", &[0]), "U8");
    refused(&file("{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,1]}}", &[0]), "header");
    refused(&file("{\"__metadata__\":{\"a\":1}}", b""), "header");
}

fn check_changed(change: impl Fn(&mut Adapter), says: &str) {
    let config = config("qwen2");
    let mut changed = adapter(&config, &Target::MLP, &[Target::Up]);
    change(&mut changed);
    let error = check(&changed.weights, &config).expect_err(says).to_string();
    assert!(error.contains(says), "{error:?} does not say {says:?}");
    assert!(write(&changed, &config, Precision::Full).is_err(), "{says}: it can be written");
}

#[test]
fn numbers_that_destroy_a_model_are_refused() {
    let key = (1, Target::Gate);
    let of = move |a: &mut Adapter| a.weights.low_rank.remove(&key).expect("there");
    let with = |number: f32| {
        move |a: &mut Adapter| {
            let mut change = of(a);
            change.b[3] = number;
            a.weights.low_rank.insert(key, change);
        }
    };
    check_changed(with(f32::NAN), "number 3 is NaN");
    check_changed(with(f32::INFINITY), "number 3 is inf");
    check_changed(with(1e6), "root mean square");
    check_changed(|a| a.weights.alpha = f32::NAN, "alpha");
    check_changed(|a| a.weights.alpha = 60_000.0, "root mean square");
    check_changed(|a| a.weights.biases.values_mut().for_each(|bias| bias[0] = 1e9), "root mean square");
    check_changed(|a| a.weights.biases.values_mut().for_each(|bias| bias[0] = f32::NAN), "NaN");
    check_changed(|a| a.weights.rank = MOST_RANK + 1, "rank");
    check_changed(|a| a.weights.rank = 0, "rank");
    check_changed(|a| a.weights.rank = 3, "× ");
    check_changed(
        move |a| {
            let change = of(a);
            a.weights.low_rank.insert((2, Target::Gate), change);
        },
        "layers below 2",
    );
    check_changed(|a| (a.weights.low_rank, a.weights.biases) = Default::default(), "there are none");
}

#[test]
fn a_number_that_does_not_fit_halves_is_refused_when_writing() {
    let config = config("qwen2");
    let mut large = adapter(&config, &[Target::Up], &[]);
    large.weights.low_rank.values_mut().for_each(|change| {
        change.a[0] = 1e5;
        change.b.fill(1e-7);
    });
    assert!(write(&large, &config, Precision::Full).is_ok());
    let error = write(&large, &config, Precision::Half).expect_err("too large for a half");
    assert!(matches!(error, FormatError::NotFinite { index: 0, .. }), "{error}");
}

#[test]
fn shapes_halves_and_metadata_must_agree() {
    let config = config("qwen2");
    let good = write(&adapter(&config, &Target::MLP, &[]), &config, Precision::Full).expect("writable");
    let rewritten = |change: &dyn Fn(&mut BTreeMap<String, String>, &mut Tensors)| {
        let container = Container::read(&good).expect("readable");
        let mut metadata = container.metadata.clone();
        let mut tensors =
            container.tensors.iter().map(|(name, t)| (name.clone(), (t.shape.clone(), t.values()))).collect();
        change(&mut metadata, &mut tensors);
        let file = write_container(&metadata, &tensors, Precision::Full).expect("writable");
        read(&file, &config, BASE).expect_err("something is wrong").to_string()
    };
    let a = "base_model.model.model.layers.0.mlp.up_proj.lora_A.weight";
    let problems = [
        (rewritten(&|_, tensors| drop(tensors.remove(a))), "missing, though its other half"),
        (rewritten(&|_, tensors| tensors.clear()), "rank"),
        (rewritten(&|_, t| drop(t.insert(a.to_owned(), (vec![3, 12], vec![0.0; 36])))), "one rank for all"),
        (rewritten(&|_, t| drop(t.insert(a.to_owned(), (vec![2, 13], vec![0.0; 26])))), "[2, 13] numbers"),
        (rewritten(&|_, t| drop(t.insert(a.to_owned(), (vec![24], vec![0.0; 24])))), "[24] numbers"),
        (rewritten(&|_, t| drop(t.insert("lm_head".to_owned(), (vec![1], vec![0.0])))), "tensor lm_head"),
        (rewritten(&|m, _| drop(m.remove("housestyle.format"))), "adapter import"),
        (rewritten(&|m, _| drop(m.insert("housestyle.format".to_owned(), "2".to_owned()))), "a newer one"),
        (
            rewritten(&|m, _| drop(m.insert("housestyle.rank".to_owned(), "4".to_owned()))),
            "4 by the metadata",
        ),
        (rewritten(&|m, _| drop(m.insert("housestyle.rank".to_owned(), "x".to_owned()))), "no numbers"),
        (rewritten(&|m, _| drop(m.insert("housestyle.alpha".to_owned(), "inf".to_owned()))), "alpha"),
        (rewritten(&|m, _| drop(m.remove("housestyle.base_sha256"))), "housestyle.base_sha256"),
        (
            rewritten(&|m, _| drop(m.insert("housestyle.base_sha256".to_owned(), "x".to_owned()))),
            "no SHA-256",
        ),
    ];
    for (error, says) in problems {
        assert!(error.contains(says), "{error:?} does not say {says:?}");
    }
}

proptest! {
    /// Any byte changed, any end cut off, anything inserted: read or refused, never a panic; and what is
    /// read passes all checks.
    #[test]
    fn damage_never_panics(
        gguf in any::<bool>(),
        cut in prop::option::of(0usize..4000),
        damage in prop::collection::vec((0usize..4000, any::<u8>()), 0..6),
    ) {
        let config = config("llama");
        let written = adapter(&config, &Target::ALL, &[]);
        let mut file = match gguf {
            true => write_gguf(&written, &config, Precision::Full),
            false => write(&written, &config, Precision::Full),
        }.expect("writable");
        for (at, byte) in damage {
            let at = at % file.len();
            file[at] = byte;
        }
        if let Some(cut) = cut {
            file.truncate(cut % file.len());
        }
        let found = match gguf {
            true => read_gguf(&file, &config, &about(&config)),
            false => read(&file, &config, BASE),
        };
        if let Ok(found) = found {
            prop_assert!(check(&found.weights, &config).is_ok());
        }
        prop_assert!(cut.is_none() || gguf || read_header(&file).is_err());
    }

    /// Ours reads what the usual crate writes, and refuses whatever it refuses.
    #[test]
    fn the_usual_crate_agrees(
        sizes in prop::collection::vec(0usize..9, 0..5),
        damage in prop::option::of((0usize..600, any::<u8>())),
    ) {
        let data: Vec<Vec<u8>> = sizes.iter().map(|size| vec![1; size * 4]).collect();
        let views = sizes.iter().zip(&data).enumerate().map(|(n, (size, data))| {
            (format!("t{n}"), safetensors::tensor::TensorView::new(safetensors::Dtype::F32, vec![*size], data).expect("a view"))
        });
        let mut file = safetensors::serialize(views, None).expect("writable");
        if let Some((at, byte)) = damage {
            let at = at % file.len();
            file[at] = byte;
        }
        let (ours, theirs) = (Container::read(&file), safetensors::SafeTensors::deserialize(&file));
        match (ours, theirs) {
            (Ok(ours), Ok(theirs)) => {
                prop_assert_eq!(ours.tensors.len(), theirs.len());
                for (name, view) in theirs.tensors() {
                    prop_assert_eq!(&ours.tensors[&name].shape[..], view.shape());
                }
            }
            (Ok(_), Err(theirs)) => prop_assert!(false, "only ours reads it: {theirs}"),
            (Err(ours), Ok(_)) => prop_assert!(damage.is_some(), "only theirs reads it: {ours}"),
            (Err(_), Err(_)) => {}
        }
    }
}
