//! Writes the inputs from which fuzzing begins: `cargo run --example seeds` in this folder.

use std::fs;
use std::path::Path;

use housestyle_engine::FAMILIES;
use housestyle_engine::gguf::Gguf;
use housestyle_testkit::tiny::Tiny;

const TEXTS: [&str; 4] = [
    "fn main() {\r\n\tprintln!(\"{:>8.3}\", 1234567);\n}\n\n    // it's we'll I'D\u{a0}x",
    "naïve e\u{301} 日本語 한국어 עברית العربية ไทย 🙂👩‍👩‍👧 ½ Ⅷ ² ٣",
    "<|endoftext|><|fim_prefix|> \u{0}\u{feff}\u{2028}\u{85}\u{3000}  \n \n\t return",
    "                                                                        a",
];

fn main() -> std::io::Result<()> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let (gguf, tokenizer) = (corpus.join("gguf"), corpus.join("tokenizer"));
    fs::create_dir_all(&gguf)?;
    fs::create_dir_all(&tokenizer)?;
    for architecture in FAMILIES.iter().map(|family| family.name) {
        for quantized in [false, true] {
            let file = Tiny { architecture, quantized, ..Tiny::default() }.gguf();
            fs::write(gguf.join(format!("tiny-{architecture}-{quantized}")), header(&file))?;
        }
    }
    for (n, text) in TEXTS.iter().enumerate() {
        fs::write(tokenizer.join(format!("text-{n}")), text)?;
    }
    Ok(())
}

/// Returns a file up to its weights.
fn header(file: &[u8]) -> &[u8] {
    let weights = Gguf::parse(file)
        .ok()
        .and_then(|gguf| gguf.tensors().map(|(_, tensor)| tensor.bytes.start).min())
        .unwrap_or(file.len());
    &file[..weights]
}
