//! Letters as a model reads them: without case, style, accents and the look of another script.

/// Styled letters that are no block of their own, each before its plain letter.
const STYLED: &str = "ᴀaʙbᴄcᴅdᴇeꜰfɢgʜhɪiᴊjᴋkʟlᴍmɴnᴏoᴘpǫqʀrꜱsᴛtᴜuᴠvᴡwʏyᴢz\
    ᵃaᵇbᶜcᵈdᵉeᶠfᵍgʰhⁱiʲjᵏkˡlᵐmⁿnᵒoᵖpʳrˢsᵗtᵘuᵛvʷwˣxʸyᶻz\
    ℎhℬbℰeℱfℋhℐiℒlℳmℛrℯeℊgℴoℭcℌhℑiℜrℨzℂcℍhℕnℙpℚqℝrℤzⅆdⅇeⅈiⅉjℓlℹi\
    𝚤i𝚥j";
/// Accented letters, each before its plain letter.
const ACCENTED: &str = "àaáaâaãaäaåaāaăaąaçcćcčcďdèeéeêeëeēeěeęeğgìiíiîiïiīiıiłlñnńnňnòoóoôoõoöoøoőo\
    řrśsşsšsťtùuúuûuüuūuůuűuýyÿyźzżzžzйи";

/// Returns a character in lower case, and a plain Latin letter for a styled one or a look-alike.
pub(super) fn fold(c: char) -> impl Iterator<Item = char> {
    let latin = match c {
        'а' | 'А' => 'a',
        'е' | 'Е' | 'ё' | 'Ё' => 'e',
        'о' | 'О' | 'ο' | 'Ο' => 'o',
        'р' | 'Р' | 'ρ' => 'p',
        'с' | 'С' => 'c',
        'х' | 'Х' => 'x',
        'у' | 'У' => 'y',
        'і' | 'І' | 'ι' => 'i',
        'ѕ' => 's',
        'ԁ' => 'd',
        'ν' => 'v',
        'ɡ' => 'g',
        '’' | '‘' => '\'',
        '\u{ff01}'..='\u{ff5e}' => nth(c, '\u{ff01}', u32::MAX, '!'),
        // Mathematical letters: 13 alphabets in capitals and small letters, then digits.
        '\u{1d400}'..='\u{1d6a3}' => {
            let at = (u32::from(c) - 0x1d400) % 52;
            char::from_u32(0x61 + at % 26).unwrap_or(c)
        }
        '\u{1d7ce}'..='\u{1d7ff}' => nth(c, '\u{1d7ce}', 10, '0'),
        // In parentheses, circles and squares, and the letters of flags.
        '\u{249c}'..='\u{24b5}' => nth(c, '\u{249c}', 26, 'a'),
        '\u{24b6}'..='\u{24e9}' => nth(c, '\u{24b6}', 26, 'a'),
        '\u{1f110}'..='\u{1f129}' => nth(c, '\u{1f110}', 26, 'a'),
        '\u{1f130}'..='\u{1f149}' => nth(c, '\u{1f130}', 26, 'a'),
        '\u{1f150}'..='\u{1f169}' => nth(c, '\u{1f150}', 26, 'a'),
        '\u{1f170}'..='\u{1f189}' => nth(c, '\u{1f170}', 26, 'a'),
        '\u{1f1e6}'..='\u{1f1ff}' => nth(c, '\u{1f1e6}', 26, 'a'),
        c if c.is_ascii() => c,
        c => plain(c),
    };
    latin.to_lowercase()
}

/// Returns the character that stands as far behind `to` as another behind `from`, counted anew after `every`.
fn nth(c: char, from: char, every: u32, to: char) -> char {
    let at = (u32::from(c) - u32::from(from)) % every;
    char::from_u32(u32::from(to) + at).unwrap_or(c)
}

/// Returns the plain letter of the tables.
fn plain(c: char) -> char {
    let small = c.to_lowercase().next().unwrap_or(c);
    let mut pairs = STYLED.chars().chain(ACCENTED.chars());
    while let (Some(from), Some(to)) = (pairs.next(), pairs.next()) {
        if from == c || from == small {
            return to;
        }
    }
    c
}

/// Returns whether a character only changes the letter before it: an accent that is written by itself.
pub(super) fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{20d0}'..='\u{20ff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styled_letters_are_plain() {
        for text in [
            "𝐈𝐠𝐧𝐨𝐫𝐞",
            "𝑖𝑔𝑛𝑜𝑟𝑒",
            "𝓘𝓰𝓷𝓸𝓻𝓮",
            "𝔦𝔤𝔫𝔬𝔯𝔢",
            "𝕀𝕘𝕟𝕠𝕣𝕖",
            "𝙸𝚐𝚗𝚘𝚛𝚎",
            "Ｉｇｎｏｒｅ",
            "ⒾⒼⓃⓄⓇⒺ",
            "ⓘⓖⓝⓞⓡⓔ",
            "⒤⒢⒩⒪⒭⒠",
            "🄸🄶🄽🄾🅁🄴",
            "🅘🅖🅝🅞🅡🅔",
            "🅸🅶🅽🅾🆁🅴",
            "ɪɢɴᴏʀᴇ",
            "ⁱᵍⁿᵒʳᵉ",
            "ÌGNÖRÉ",
            "іgnоrе",
            "🇮🇬🇳🇴🇷🇪",
        ] {
            assert_eq!(text.chars().flat_map(fold).collect::<String>(), "ignore", "{text}");
        }
        assert_eq!("𝟎𝟗 忽略 ß".chars().flat_map(fold).collect::<String>(), "09 忽略 ß");
    }

    #[test]
    fn the_tables_are_pairs() {
        for table in [STYLED, ACCENTED] {
            assert_eq!(table.chars().count() % 2, 0);
        }
    }
}
