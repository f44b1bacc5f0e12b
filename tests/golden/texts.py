"""Hard texts for a tokenizer: every script and every corner of the pre-tokenizer's regular expressions.

`texts(specials)` returns them in a fixed order; the same arguments give the same list.
"""

import random
import unicodedata

# One sentence or so a script, with the marks, joiners and digits which that script brings along.
SCRIPTS = [
    "The quick brown fox jumps over the lazy dog.",
    "Ça coûte 12,50 € — voilà l'œuvre d'Élodie, naïve façade à Besançon.",
    "Größe: Straße, Übermut, ÄÖÜ, ẞ und ß; Zürich. Fünfzig Jahre früher…",
    "Dvořák, Łódź, Reykjavík, Þingvellir, Ağrı, İstanbul, ılık, šťastný kůň",
    "Tiếng Việt: Trường hợp này không cần thiết, những người khác đã biết.",
    "Οι γρήγορες αλεπούδες πηδούν πάνω από το τεμπέλικο σκυλί· ᾧ ἐστὶν ὁ λόγος;",
    "Съешь же ещё этих мягких французских булок, да выпей чаю. Ґанок, їжак, Љубљана.",
    "هذا نصٌّ عربيٌّ مُشَكَّل، فيه ٠١٢٣٤٥٦٧٨٩ وأرقام 123 وعلامات ؟ ؛",
    "این یک متن فارسی است که نیم‌فاصله دارد: می‌روم، ۱۲۳۴",
    "שָׁלוֹם עוֹלָם, זהו טקסט עברי עם ניקוד ו-123 ספרות.",
    "हिन्दी में क्षत्रिय, ज्ञान और श्रीमान्; १२३४५ रुपये।",
    "বাংলা ভাষায় কিছু লেখা: ক্ষুদ্র, ১২৩",
    "தமிழ் எழுத்துக்கள் க்ஷ ஸ்ரீ",
    "ภาษาไทยไม่มีการเว้นวรรคระหว่างคำ ราคา ๑๒๓ บาท",
    "ພາສາລາວ ກໍ່ຄ້າຍຄືກັນ",
    "ဒီဟာက မြန်မာစာ ဖြစ်ပါတယ်။",
    "ខ្ញុំស្រឡាញ់ភាសាខ្មែរ",
    "བོད་སྐད་ནི་བོད་ཀྱི་སྐད་ཡིག་ཡིན།",
    "中文没有空格，标点是全角的。“引号”、《书名》——破折号……",
    "繁體中文：電腦、軟體、資料庫；㐀㐁 𠀀𠀁 〇",
    "日本語のテキスト。カタカナ、ひらがな、漢字ｶﾞｷﾞ、ー〜、１２３ＡＢＣ",
    "한국어 문장입니다. 값을 읽었다. ㄱㄴㄷ ㅏㅑ",
    unicodedata.normalize("NFD", "한국어 문장을 자모로"),
    "ქართული ანბანი: ლამაზი ენა. ᲥᲐᲠᲗᲣᲚᲘ",
    "Հայերեն տառեր՝ այբ, բեն, գիմ։",
    "አማርኛ ቋንቋ፡ ሰላም ለዓለም። ፩፪፫",
    "ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ ᐃᓄᒃᑎᑐᑦ ᚠᚢᚦᚨᚱᚲ ᚛ᚑᚌᚐᚋ᚜",
    "ⴰⵎⴰⵣⵉⵖ 𐌰𐌱𐌲 𓀀𓁐𓂀 𒀀𒁀 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𝟘𝟙𝟚 𝕏",
    "½ ⅔ ² ³ ¹⁰ ₄₂ Ⅷ ⅻ ① ⑳ ㊿ ๔ ໓ ༣ ௧ 𑁧 𝟡 〸",
    "∀x∈ℝ: ∃ε>0 ∧ ∑ᵢ αᵢ ≤ ∫₀^∞ e^{−x²} dx ≠ √π⁄2 ± ∞",
    "₿ ₹ £ ¥ ¢ ₽ ₩ § ¶ † ‡ • ‰ № ℃ ™ ® ©",
    "→ ← ↔ ⇒ ░▒▓█ ┌─┬─┐│└┴┘ ╔═╗ ⠓⠑⠇⠇⠕ ☃ ☂ ♞ ♣",
]

# Marks, joiners and clusters.
CLUSTERS = [
    unicodedata.normalize("NFC", "café naïve Ångström ệ"),
    unicodedata.normalize("NFD", "café naïve Ångström ệ"),
    "e\u0301\u0302\u0303\u0304 Z\u0351\u036b\u0343\u036a\u0302 \u0301a a\u0327\u0301",
    "\u0301 \u0300\u0301\u0302 x\u20dd \u20e3 1\ufe0f\u20e3 #\ufe0f\u20e3",
    "😀 😀😀 😀a a😀 😀1 😀! 😀\n😀",
    "👨‍👩‍👧‍👦 👩🏽‍💻 🧑🏿‍🤝‍🧑🏻 🏳️‍🌈 🏴‍☠️ ❤️‍🔥",
    "👍🏻👍🏼👍🏽👍🏾👍🏿 ✌️ ☝🏽 ♥ ♥️ ♥︎",
    "🇩🇪🇫🇷🇯🇵 🇺 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f 🇺🇳a",
    "\u200fعربي\u200e latin \u202bembedded\u202c \u2067isolate\u2069 \u202eoverride\u202c",
    "zero\u200bwidth\u200cnon\u200djoiner\u2060word\ufeffbom \u200b \u200d\u200d",
    "soft\u00adhyphen non\u2011breaking a\u00a0b\u202fc\u2009d\u2003e\u3000f\u1680g",
    "line\u2028para\u2029next\u0085vertical\u000bform\u000cfeed",
    "\ufb01\ufb02 ǆ ǅ Ǆ ŉ ĳ Ω Ω K K Å Å",
    "ʰʷ ˈstrɛs ː ə ɲ ŋ ǃ ʘ ꙮ ﷽ ﷺ",
    "i̇ İ ı I ſ ẞ ς σ Σ ΐ ΰ",
]

# White space: the alternatives `\s*[\r\n]+`, `\s+(?!\S)` and `\s+` in every order.
SPACES = [
    "", " ", "  ", "   ", "    ", "     ", "        ", " " * 13, " " * 31, " " * 100,
    "\n", "\n\n", "\n\n\n", "\n" * 7, "\n" * 40, "\r\n", "\r\n\r\n", "\r", "\r\r", "\n\r", "\r\n\n\r",
    "\t", "\t\t", "\t\t\t\t\t", "\t" * 33, " \t", "\t ", " \t \t ", "\n\t", "\t\n", " \n", "\n ", " \n \n ",
    "  \n\n  x", "a \n b", "a  \n  b", "a\n\n\nb", "a \r\n b", "a\rb", "a\r\rb", "one\r\ntwo\r\n\r\nthree\r\n",
    "a b", "a  b", "a   b", "a    b", "a     b", " a", "  a", "   a", "a ", "a  ", "a   ", "a\t", "a \t b", "a\t\tb",
    "end of line   \nnext   \n\n   last   ", "\tif x:\n\t\treturn\n", "    if x:\n\t    mixed\n  \t odd\n",
    "x =  1;   // two then three", " !", "  !", " !\n", "!\n\n", "!\r\n", "! \n", "...\n\n\n...", ");\n\n\t}", "{ \n}",
    "\u00a0", "\u00a0\u00a0x", " \u00a0x", "\u00a0\n", "\u3000\u3000段落", "\u2003 x", "\u0085x", "\u001c\u001d\u001e\u001fx",
    "\u180e x", "\u200b\n", "\u2028\u2028x", "\v\f x",
]

# Digits, contractions, punctuation runs.
PIECES = [
    "0", "12", "123", "1234567890", "31415926535897932384626433832795028841971693993751" * 4, "0x1F_FFu64 0b1010 1e-10 1_000_000",
    "3.14", ".5", "1,234,567.89", "v1.2.3-rc.1+build.5", "2024-02-29T23:59:60Z", "a1b2c3", "x²y³", "１２３", "٣٤٥", "1st 2nd", " 7", "  77", "7 ", "7\n7",
    "I'm you're he's we'll they'd I've don't", "I'M YOU'RE HE'S WE'LL THEY'D I'VE DON'T", "'s 'S 't 'T 're 'RE 've 'm 'll 'Ll 'lL 'd 'D", "'S'T'RE'VE",
    "'sun 'tis 'real 'venue 'man 'llama 'dog", "it’s we’ll ‘quoted’", "ſ'ſ 'ſ", "rock'n'roll o'clock ''s '''t", "x's\n's", " 's 'll",
    "!!!", " !!!", "a!!!", "a !!! b", "...", "…", "?!?!\n", "==", "!==", "===>", "<=>", "->", "=>", "::", ";;", "&&||", "/**", "*/", "//", "///", "#!", "#[", "%%", "@@", "``", "```rust\n", "~~~", "----------", "==========\n", "|||", "\\\\n", "\\u0041", "$$", "(){}[]<>", "({[<>]})", "__init__", "_x_", "_", "__", "-_-", "!_a", "_1", "$x $1",
    "camelCaseIdentifierHTTPServerURL2Path", "snake_case_identifier_with_many_parts", "SCREAMING_SNAKE_CASE_2", "kebab-case-name", "\"quoted\" 'single' `tick`", "<div class=\"a b\">", "&amp;&#x27;", "%20%2F", "\"\"\"doc\"\"\"", "'''", "\"\"", "''",
    ".a", ",b", "(c", "-d", " -e", "#f", "\tg", "\u00a0h", "\u200bi", "\n j", "!k", "!!k", " !k", "\"l", "'m", "'n", "\u0301o", "é", "\u0301",
]

LONG = [
    "a" * 20000, "A" * 3001, " " * 20000, "\n" * 5000, "\t" * 3000, "=" * 5000, "-" * 777, "0" * 3000, "é" * 3000, "中" * 3000, "😀" * 1000,
    "ab" * 4000, "abc " * 3000, "x+" * 3000, "a1" * 2000, "\r\n" * 1500, " \n" * 1500, "\u0301" * 800, "\x00" * 300, "'s" * 800, "word" * 2500,
]

ODD = [
    "\x00", "a\x00b", "\x00\x00\x00", "\x01\x02\x03\x04\x05\x06\x07\x08\x0b\x0c\x0e\x0f", "\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f\x7f",
    "\x1b[31mred\x1b[0m", "\x80\x81\x9f\xa0\xad\xff", "\ufffd", "a\ufffdb\ufffd\ufffd", "\ufffe\uffff", "\ufeff", "\ufeffusing System;", "\ue000\uf8ff \U000f0000\U0010fffd",
    "\u0378\u0379\u05ff \U0001fbff \U000e1000", "\U0010ffff", "\ud7ff\ue000", "\U0001d173\U0001d17a", "\u206a\u206f\ufff9\ufffb", "\u2ff0\u2ffb\u31c0", "\U00016fe4\U0001b000\U00030000",
    "\u0870\u08be \U0001e4d0 \U00010d40 \ua7cb \u1c89",  # assigned only in recent versions of Unicode
    "TWFuIGlzIGRpc3Rpbmd1aXNoZWQsIG5vdCBvbmx5IGJ5IGhpcyByZWFzb24sIGJ1dCBieSB0aGlz+/8=", "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
    "deadbeefcafebabe0123456789abcdefDEADBEEF", "550e8400-e29b-41d4-a716-446655440000", "https://example.org:8443/a/b%20c/?q=1&r=%C3%A9#frag~x", "mailto:someone+tag@sub.example.co.uk", "C:\\Users\\me\\file.txt", "../../usr/lib64/libc.so.6", "$HOME/.config/*.toml",
    "!function(e,t){\"object\"==typeof exports?module.exports=t():e.x=t()}(this,(function(){var n=0x1f,r=void 0;return n>>>1|r?.a??[...\"\\u2028\"]}));", ".a>.b:nth-child(2n+1){margin:0 auto!important;color:#fff0}", "{\"a\":[1,2.5e-3,null,true,{\"b\":\"\\\"\\n\"}]}",
]

CODE = [
    "fn main() -> Result<(), Box<dyn Error>> {\n    let v: Vec<&'static str> = vec![\"a\", r#\"b\"#];\n    for (i, s) in v.iter().enumerate() {\n        println!(\"{i:>4}: {s:?}\");\n    }\n    Ok(())\n}\n",
    "def f(x: int, *args, **kw) -> dict[str, list[int]]:\n    \"\"\"Return it.\n\n    >>> f(1)\n    \"\"\"\n    return {f\"k{x!r:>10}\": [i ** 2 for i in args if i % 2 == 0]}\n",
    "export const useThing = <T extends { id: string }>(a?: T): Promise<T | undefined> => {\n  return a?.id ? fetch(`/api/${a.id}`).then((r) => r.json() as Promise<T>) : Promise.resolve(undefined);\n};\n",
    "const x = arr.map(({a, ...rest}) => ({...rest, a: a ?? 1})).filter(Boolean); // done\n/* block */ if (x !== null && /ab+c\\/[^/]/gi.test(s)) { x++; }\n",
    "package main\n\nimport (\n\t\"fmt\"\n)\n\nfunc (s *Server) Handle(w http.ResponseWriter, r *http.Request) {\n\tif err := s.do(r.Context()); err != nil {\n\t\thttp.Error(w, fmt.Sprintf(\"%v\", err), 500)\n\t}\n}\n",
    "public final class Foo<T extends Comparable<? super T>> implements Bar {\n    @Override\n    public String toString() { return \"Foo[\" + id + ']'; }\n}\n",
    "#include <stdio.h>\n#define MAX(a, b) ((a) > (b) ? (a) : (b))\nint main(int argc, char **argv) {\n\tfor (size_t i = 0; i < 10u; ++i) printf(\"%zu\\t%s\\n\", i, argv[0]);\n\treturn 0;\n}\n",
    "template <typename T> auto operator<<(std::ostream& os, const T&& t) noexcept -> decltype(os) { return os << *this->p; }\n",
    "local M = {}\nfunction M.new(o) return setmetatable(o or {}, { __index = M }) end\nif a ~= b then print(#t, [[long]], a .. b) end -- note\nreturn M\n",
    "#!/usr/bin/env bash\nset -euo pipefail\nfor f in \"${files[@]}\"; do\n  [[ -f \"$f\" ]] && sed -E 's/a|b/\\1/g' <\"$f\" >>out 2>&1 || exit $?\ndone\n",
    "[package]\nname = \"x\"\nversion = \"0.1.0\"\n\n[dependencies]\nserde = { version = \"1\", features = [\"derive\"] }\n# c\n---\njobs:\n  - run: |\n      echo \"${{ matrix.os }}\"\n    if: ${{ always() }}\n",
    "# Title\n\n* item **bold** _it_ [l](http://x.y \"t\")\n  1. sub `code`\n\n| a | b |\n|---|:-:|\n| 1 | 2 |\n\n> quote\n\n```sh\nls -la\n```\n",
    "SELECT a.id, COUNT(*) AS n FROM t1 a LEFT JOIN t2 b ON a.id = b.a_id WHERE b.x IS NOT NULL GROUP BY 1 HAVING COUNT(*) > 3;\n",
    "<?php foreach ($a as $k => $v): ?>\n  <li><?= htmlspecialchars($v['x']) ?></li>\n<?php endforeach; ?>\n",
    "main :: IO ()\nmain = mapM_ (\\x -> putStrLn $ show x ++ \"!\") [1..10] >>= \\_ -> return ()\n",
    "@@ -1,4 +1,5 @@\n-old line\n+new line\n context\n\\ No newline at end of file\n",
    "\\documentclass{article}\n\\begin{equation}\\label{eq:1} \\frac{\\partial f}{\\partial x} \\end{equation}\n",
    "(defn f [& xs] (reduce + 0 (map #(* % %) xs))) ; λ\n",
]

# Ranges the pseudo-random texts draw from: weighted to what editors hold, with everything possible.
RANGES = [
    (0x20, 0x7E), (0x20, 0x7E), (0x20, 0x7E), (0x09, 0x0D), (0x00, 0x1F), (0xA0, 0xFF), (0x100, 0x24F), (0x300, 0x36F),
    (0x370, 0x3FF), (0x400, 0x4FF), (0x590, 0x5FF), (0x600, 0x6FF), (0x900, 0x97F), (0xE00, 0xE7F), (0x1100, 0x11FF),
    (0x1200, 0x137F), (0x2000, 0x206F), (0x2070, 0x209F), (0x20A0, 0x2BFF), (0x3000, 0x30FF), (0x4E00, 0x9FFF),
    (0xAC00, 0xD7A3), (0xE000, 0xFFFF), (0x10000, 0x1FFFF), (0x1F300, 0x1FAFF), (0x20000, 0x10FFFF),
]


def random_texts(count, seed):
    """Returns `count` pseudo-random texts of 1 to 120 code points, the same for the same seed."""
    rng = random.Random(seed)
    out = []
    for number in range(count):
        ranges = RANGES if number % 2 else rng.sample(RANGES, 4) + RANGES[:2]
        chars = []
        for _ in range(rng.randint(1, 120)):
            low, high = rng.choice(ranges)
            code = rng.randint(low, high)
            run = rng.choice([1, 1, 1, 1, 1, 2, 3, 8])
            if not 0xD800 <= code <= 0xDFFF:
                chars.append(chr(code) * run)
        out.append("".join(chars))
    return out


def texts(specials):
    """Returns all texts; `specials` are the literal texts of the model's special tokens."""
    named = [s for s in specials if s]
    out = SCRIPTS + CLUSTERS + SPACES + PIECES + LONG + ODD + CODE
    for s in named:
        out += [s, f"a{s}b", f" {s}\n"]
    if named:
        out += ["".join(named), "\n".join(named), named[0] * 50, named[0][:-1], named[0][1:], named[0].upper()]
    out += ["<|fim_prefix|>fn f(<|fim_suffix|>)<|fim_middle|>", "<fim_prefix>a<fim_suffix>b<fim_middle>", "<s>[INST] x [/INST]</s>", "<|im_start|>system\nx<|im_end|>\n"]
    out += random_texts(60, seed=20240229)
    seen = set()
    return [t for t in out if not (t in seen or seen.add(t))]


if __name__ == "__main__":
    print(len(texts([])), "texts,", sum(map(len, texts([]))), "code points")
