//! Letters as a model reads them: without case, style, accents and the look of another script.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Styled letters that are no block of their own, each before its plain letter.
const STYLED: &str = "ᴀaʙbᴄcᴅdᴇeꜰfɢgʜhɪiᴊjᴋkʟlᴍmɴnᴏoᴘpǫqʀrꜱsᴛtᴜuᴠvᴡwʏyᴢz\
    ᵃaᵇbᶜcᵈdᵉeᶠfᵍgʰhⁱiʲjᵏkˡlᵐmⁿnᵒoᵖpʳrˢsᵗtᵘuᵛvʷwˣxʸyᶻz\
    ℎhℬbℰeℱfℋhℐiℒlℳmℛrℯeℊgℴoℭcℌhℑiℜrℨzℂcℍhℕnℙpℚqℝrℤzⅆdⅇeⅈiⅉjℓlℹi\
    𝚤i𝚥j\
    ſsªaºoₐaₑeₒoₓxₕhₖkₗlₘmₙnₚpₛsₜtᵢiᵣrᵤuᵥvⱼjⅰiⅴvⅹxⅼlⅽcⅾdⅿm";
/// Accented letters, each before its plain letter.
const ACCENTED: &str = "àaáaâaãaäaåaçcèeéeêeëeìiíiîiïiñnòoóoôoõoöoøoùuúuûuüuýyÿyāaăaąaćcĉcċcčcďdđdēeĕeėeęeěeĝgğgġgģgĥhħh\
    ĩiīiĭiįiıiĵjķkĺlļlľlłlńnņnňnŋnōoŏoőoŕrŗrřrśsŝsşsšsţtťtŧtũuūuŭuůuűuųuŵwŷyźzżzžzƀbƈcƒfƙkƚlƞnơoƥpƭtưuƴy\
    ƶzǎaǐiǒoǔuǖuǘuǚuǜuǟaǡaǧgǩkǫoǭoǰjǵgǹnǻaȁaȃaȅeȇeȉiȋiȍoȏoȑrȓrȕuȗușsțtȟhȥzȧaȩeȫoȭoȯoȱoȳyȷjȼcɇeɉjɋqɍrɏyɑa\
    ɓbɗdɠgɦhɨiɩiɫlɱmɲnɵoɽrʂsʈtʉuʋvʟlйиḁaḃbḅbḇbḉcḋdḍdḏdḑdḓdḕeḗeḙeḛeḝeḟfḡgḣhḥhḧhḩhḫhḭiḯiḱkḳkḵkḷlḹlḻlḽlḿmṁm\
    ṃmṅnṇnṉnṋnṍoṏoṑoṓoṕpṗpṙrṛrṝrṟrṡsṣsṥsṧsṩsṫtṭtṯtṱtṳuṵuṷuṹuṻuṽvṿvẁwẃwẅwẇwẉwẋxẍxẏyẑzẓzẕzẖhẗtẘwẙyẛsạaảaấa\
    ầaẩaẫaậaắaằaẳaẵaặaẹeẻeẽeếeềeểeễeệeỉiịiọoỏoốoồoổoỗoộoớoờoởoỡoợoụuủuứuừuửuữuựuỳyỵyỷyỹyⱳw";

/// Letters of Cyrillic, Greek, Armenian, Cherokee and Lisu, each before the Latin letter that it looks like. Greek
/// capitals look like other letters than their small forms.
const ALIKE: &str = "аaвbеeёeоoрpсcхxуyкkмmнhтtіiїiѕsјjԁdһhӏlԛqԝwѵvґrαaβbεeηnιiκkμuνvοoρpσoτtυuχxωwγyϲcϳjµuάaέeήnίiόoύuώw\
    ϊiϋuΑaΒbΕeΖzΗhΙiΚkΜmΝnΟoΡpΤtΥyΧxօoոnսuհhցgզqաwռnյjլlեtᎪaᏴbᏟcᎠdᎬeᏀgᎻhᎥiᏆiᎫjᏦkᏞlᎷmᏢpᎡrᎢtᏙvᎳwᏃzᎩyᏚsᏌuꓐb\
    ꓑpꓓdꓔtꓖgꓗkꓙjꓚcꓜzꓝfꓟmꓠnꓡlꓢsꓣrꓦvꓧhꓪwꓫxꓬyꓮaꓰeꓲiꓳoꓴu";
/// Signs that stand for several letters.
const SPELLED: &[(char, &str)] = &[
    ('ﬀ', "ff"),
    ('ﬁ', "fi"),
    ('ﬂ', "fl"),
    ('ﬃ', "ffi"),
    ('ﬄ', "ffl"),
    ('ﬅ', "st"),
    ('ﬆ', "st"),
    ('ĳ', "ij"),
    ('Ĳ', "ij"),
    ('ŉ', "n"),
    ('ǆ', "dz"),
    ('ǉ', "lj"),
    ('ǌ', "nj"),
    ('æ', "ae"),
    ('œ', "oe"),
    ('ⅱ', "ii"),
];

/// Returns a character in lower case, and a plain Latin letter for a styled one or a look-alike.
pub(super) fn fold(c: char) -> impl Iterator<Item = char> {
    let spelled = SPELLED.iter().find(|(sign, _)| !c.is_ascii() && *sign == c).map(|(_, letters)| *letters);
    let letter = spelled.is_none().then(|| letter(c));
    spelled.unwrap_or_default().chars().chain(letter.into_iter().flat_map(char::to_lowercase))
}

fn letter(c: char) -> char {
    match c {
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
    }
}

/// Returns the character that stands as far behind `to` as another behind `from`, counted anew after `every`.
fn nth(c: char, from: char, every: u32, to: char) -> char {
    let at = (u32::from(c) - u32::from(from)) % every;
    char::from_u32(u32::from(to) + at).unwrap_or(c)
}

/// Returns the plain letter of the tables.
fn plain(c: char) -> char {
    static LETTERS: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
        let mut letters = HashMap::new();
        for table in [STYLED, ACCENTED, ALIKE] {
            let mut pairs = table.chars();
            while let (Some(from), Some(to)) = (pairs.next(), pairs.next()) {
                letters.insert(from, to);
            }
        }
        letters
    });
    let small = c.to_lowercase().next().unwrap_or(c);
    LETTERS.get(&c).or_else(|| LETTERS.get(&small)).copied().unwrap_or(c)
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
            "ᵢgₙₒᵣₑ",
            "ⅰgnºre",
            "ιgηοrε",
            "ignσre",
            "ignօre",
            "ỊGṆỌṚẸ",
            "ꓲꓖꓠꓳꓣꓰ",
        ] {
            assert_eq!(text.chars().flat_map(fold).collect::<String>(), "ignore", "{text}");
        }
        assert_eq!("𝟎𝟗 忽略 ß".chars().flat_map(fold).collect::<String>(), "09 忽略 ß");
        assert_eq!(
            "inﬆructiﬂy ſyﬅem ªº ρrενιουѕ".chars().flat_map(fold).collect::<String>(),
            "instructifly system ao previous"
        );
    }

    #[test]
    fn the_tables_are_pairs() {
        for table in [STYLED, ACCENTED, ALIKE] {
            assert_eq!(table.chars().count() % 2, 0);
        }
    }
}
