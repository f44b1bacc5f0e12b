//! Results that must be the same to the last bit, whatever the way to them.

use std::time::Duration;

use super::open_with as open;
use housestyle_engine::{FAMILIES, GenerateOptions, Input, Options, Sampling, Screening};
use housestyle_testkit::tiny::Tiny;

fn tokens(n: usize, seed: u32) -> Vec<u32> {
    let mut x = seed;
    (0..n)
        .map(|_| {
            x = x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (x >> 16) % 256
        })
        .collect()
}

#[test]
fn logits_do_not_depend_on_how_tokens_were_divided_into_passes() {
    for quantized in [false, true] {
        for architecture in FAMILIES.iter().map(|family| family.name) {
            let tiny = Tiny { quantized, architecture, ..Tiny::default() };
            let all = tokens(300, 7);
            let mut whole = open(&tiny, Options { threads: 1, ..Options::default() });
            let expected = whole.logits(&all, &|| false).expect("valid").expect("not aborted").to_vec();
            let mut parts = open(&tiny, Options { threads: 2, ..Options::default() });
            for end in [1, 2, 3, 10, 17, 18, 60, 200, 280, 281, 299] {
                parts.logits(&all[..end], &|| false).expect("valid");
            }
            let got = parts.logits(&all, &|| false).expect("valid").expect("not aborted");
            assert_eq!(got, expected, "{architecture} {quantized}");
        }
    }
}

#[test]
fn screening_finds_the_same_token_in_ten_thousand_steps() {
    const STEPS: usize = 400;
    let options = GenerateOptions {
        max_tokens: STEPS,
        deadline: Duration::from_secs(3600),
        sampling: Sampling::GREEDY,
        heal: false,
    };
    let mut steps = 0;
    for seed in 0.. {
        let tiny = Tiny { quantized: true, seed, ..Tiny::default() };
        let [plain, screened] = [Screening::Off, Screening::Always].map(|screening| {
            let mut engine = open(&tiny, Options { threads: 2, screening, ..Options::default() });
            let prompt = format!("let number_{seed} = ");
            engine.generate(&[Input::Text(&prompt)], &options, &|| false, &mut |_, _| true).expect("valid")
        });
        assert_eq!(
            (&plain.text, plain.stop, plain.generated_tokens),
            (&screened.text, screened.stop, screened.generated_tokens),
            "seed {seed}"
        );
        let tokens = plain.generated_tokens.max(1) as f64;
        assert!((plain.logprob - screened.logprob).abs() < 0.05 * tokens, "seed {seed}");
        steps += plain.generated_tokens;
        if steps >= 10_000 {
            break;
        }
        assert!(seed < 200, "{steps} steps only: the models end too soon");
    }
}

#[test]
fn numbers_are_the_same_on_every_machine() {
    // Of this test's first run on x86-64 with AVX-512. A change of any operation's order changes them.
    let expected = [
        ("qwen2", 0x21f5_38d2_a289_d041),
        ("llama", 0x17ab_eba8_4de2_1631),
        ("qwen3", 0xf499_2819_83f4_1625),
    ];
    let all = tokens(120, 3);
    let hash = |architecture| {
        let tiny = Tiny { quantized: true, architecture, ..Tiny::default() };
        let mut engine = open(&tiny, Options::default());
        let logits = engine.logits(&all, &|| false).expect("valid").expect("not aborted");
        // FNV-1a of the bits.
        logits.iter().fold(0xcbf2_9ce4_8422_2325u64, |hash, logit| {
            (hash ^ u64::from(logit.to_bits())).wrapping_mul(0x0100_0000_01b3)
        })
    };
    let got: Vec<(&str, u64)> = FAMILIES.iter().map(|family| (family.name, hash(family.name))).collect();
    assert_eq!(got, expected, "{got:#x?}");
}
