//! The title of a rewrite: a template for each kind of difference between its two sides, with the code as it stands where
//! none fits.

use housestyle_skills::Rewrite;

use super::call::{Call, is_anything, is_path};
use super::code::{Token, lettered, quoted, raw, same, shown, tokens, without_receiver};
use super::fit::{cut_to_fit, fits, from_difference};
use super::imports::imports;
use crate::mine::code::purpose;

/// A template: the preferred side and the avoided one make a title, where they differ in the way that it is for.
type Template = fn(&[Token<'_>], &[Token<'_>]) -> Option<String>;

/// The templates, those that say most first.
const TEMPLATES: &[Template] = &[
    imports,
    annotations,
    one_token,
    same_call,
    around,
    member_or_call,
    before_or_after,
    between,
    optional_chaining,
    other_call,
    names,
];

/// Returns the rule in a few words: both sides in the code's own words, and the purpose where that is known.
pub(super) fn title(rewrite: &Rewrite) -> String {
    let avoid = rewrite.avoid.first().map_or("", String::as_str);
    let (prefer, avoid) = (tokens(&rewrite.prefer), tokens(avoid));
    let mut templates = TEMPLATES.iter().filter_map(|template| template(&prefer, &avoid));
    let title = templates.find(|title| fits(title)).unwrap_or_else(|| written(&prefer, &avoid));
    match purpose(rewrite).map(|purpose| format!("{title} {purpose}")) {
        Some(whole) if fits(&whole) => whole,
        _ => title,
    }
}

/// Returns the avoided sides as a sentence shows them.
pub(super) fn avoided(rewrite: &Rewrite) -> Vec<String> {
    let mut known = Vec::new();
    for avoid in &rewrite.avoid {
        let code = quoted(&shown(&tokens(avoid)));
        if !known.contains(&code) {
            known.push(code);
        }
    }
    known
}

/// Returns whether ellipses hide no change of what they stand for: both sides have the same metavariables in the same
/// order, or one side has none.
fn ellipses_agree(prefer: &[Token<'_>], avoid: &[Token<'_>]) -> bool {
    let [prefer, avoid] = [prefer, avoid].map(metavariables);
    prefer.is_empty() || avoid.is_empty() || prefer == avoid
}

fn metavariables<'a>(tokens: &[Token<'a>]) -> Vec<&'a str> {
    tokens.iter().filter(|token| token.is_metavariable()).map(|token| token.text).collect()
}

fn instead(verb: &str, prefer: &str, avoid: &str) -> Option<String> {
    (prefer != avoid).then(|| format!("{verb} {} instead of {}", quoted(prefer), quoted(avoid)))
}

/// One operator, name or literal stands for another: the rest is the same.
fn one_token(prefer: &[Token<'_>], avoid: &[Token<'_>]) -> Option<String> {
    let mut differing = prefer.iter().zip(avoid).filter(|(one, other)| one.text != other.text);
    let (Some((one, other)), None) = (differing.next(), differing.next()) else { return None };
    if prefer.len() != avoid.len() || one.is_metavariable() || other.is_metavariable() || is_path(prefer) {
        return None;
    }
    if let (Some(one), Some(other)) = (Call::of(prefer), Call::of(avoid))
        && (!same(one.callee, other.callee) || one.arguments.len() != 1)
    {
        return None;
    }
    let title = instead("Use", &shown(&[*one]), &shown(&[*other]))?;
    let says = prefer.iter().any(|token| token.text != one.text && (token.is_word() || token.is_string()));
    // Beside names, and for a number, the title is true in that place alone.
    if prefer.len() == 1 || !(says || one.is_number() || other.is_number()) {
        return Some(title);
    }
    Some(format!("{title} in {}", quoted(&shown(prefer)))).filter(|whole| fits(whole))
}

/// The same call with other arguments.
fn same_call(prefer: &[Token<'_>], avoid: &[Token<'_>]) -> Option<String> {
    let (one, other) = (Call::of(prefer)?, Call::of(avoid)?);
    if !same(one.callee, other.callee) || one.prefix != other.prefix || one.open != other.open {
        return None;
    }
    let callee = quoted(&shown(one.callee));
    let (added, dropped) = (extra(&one, &other), extra(&other, &one));
    let code = |arguments: &[&[Token<'_>]]| {
        let shown: Vec<String> = arguments.iter().map(|argument| shown(argument)).collect();
        quoted(&shown.join(", "))
    };
    let (kept, was) = (kept(&one, &added), kept(&other, &dropped));
    let others_stay = kept.iter().flatten().eq(was.iter().flatten());
    match (added.as_slice(), dropped.as_slice()) {
        ([_, ..], []) if others_stay => Some(format!("Pass {} to {callee}", code(&added))),
        ([], [_, ..]) if others_stay => Some(format!("Call {callee} without {}", code(&dropped))),
        ([one], [other]) if kept == was && ellipses_agree(one, other) => {
            Some(format!("{} to {callee}", instead("Pass", &shown(one), &shown(other))?))
        }
        _ => None,
    }
}

/// Returns the arguments of a call, with a gap for each of `extra`.
fn kept<'a>(call: &Call<'_, 'a>, extra: &[&[Token<'a>]]) -> Vec<Option<Vec<&'a str>>> {
    let is_extra = |argument: &[Token<'_>]| extra.iter().any(|known| same(known, argument));
    let texts = |argument: &[Token<'a>]| argument.iter().map(|token| token.text).collect();
    call.arguments.iter().map(|argument| (!is_extra(argument)).then(|| texts(argument))).collect()
}

/// Returns what a call takes, in order: the metavariables of its name, and its arguments, where `extra` ones count by
/// their metavariables.
fn taken<'a>(call: &Call<'_, 'a>, extra: &[&[Token<'a>]]) -> Vec<Vec<&'a str>> {
    let single = |name: &'a str| vec![name];
    let mut taken: Vec<Vec<&str>> = metavariables(call.callee).into_iter().map(single).collect();
    for (argument, kept) in call.arguments.iter().zip(kept(call, extra)) {
        match kept {
            Some(kept) => taken.push(kept),
            None => taken.extend(metavariables(argument).into_iter().map(single)),
        }
    }
    taken
}

/// Another call in the place of a call.
fn other_call(prefer: &[Token<'_>], avoid: &[Token<'_>]) -> Option<String> {
    let (one, other) = (Call::of(prefer)?, Call::of(avoid)?);
    if same(one.callee, other.callee) || one.prefix != other.prefix || one.open != other.open {
        return None;
    }
    let (added, dropped) = (extra(&one, &other), extra(&other, &one));
    if taken(&one, &added) != taken(&other, &dropped) {
        return None;
    }
    let whole = [one.name(&other), other.name(&one)];
    let last = same(one.qualifier(), other.qualifier()).then(|| [one.last_name(), other.last_name()]);
    let title = |[name, was]: &[String; 2]| instead("Use", name, was);
    let mut pairs = [Some(whole), last].into_iter().flatten();
    let pair = pairs.find(|pair| title(pair).is_some_and(|title| fits(&title)))?;
    let title = title(&pair)?;
    let [name, was] = pair;
    match (added.as_slice(), dropped.as_slice()) {
        ([], []) => Some(title),
        // What a pattern takes the place of says more than the text that takes it.
        ([] | [_], [argument]) if argument.iter().any(Token::is_regex) => {
            Some(format!("{title} with {}", described(argument)))
        }
        ([], [argument]) => Some(format!("{title} with {}", described(argument))),
        ([argument], []) => {
            Some(format!("Use {} with {} instead of {}", quoted(&name), described(argument), quoted(&was)))
        }
        _ => None,
    }
}

/// Returns the arguments of a call that another has not, without those that may be anything.
fn extra<'t, 'a>(call: &Call<'t, 'a>, other: &Call<'_, '_>) -> Vec<&'t [Token<'a>]> {
    let is_known = |argument: &&[Token<'_>]| other.arguments.iter().any(|known| same(known, argument));
    let arguments = call.arguments.iter().copied();
    arguments.filter(|argument| !is_anything(argument) && !is_known(argument)).collect()
}

/// Returns an argument in words or as code: of an operation between values that may be anything, the operator.
fn described(argument: &[Token<'_>]) -> String {
    match argument {
        [regex] if regex.is_regex() => {
            let flags = regex.text.rsplit('/').next().unwrap_or_default();
            if flags.contains('g') { "a global pattern".to_owned() } else { "a pattern".to_owned() }
        }
        [left, operator @ .., right]
            if left.is_metavariable() && right.is_metavariable() && !operator.is_empty() =>
        {
            quoted(&shown(operator))
        }
        code => quoted(&shown(code)),
    }
}

/// A call around the other side.
fn around(prefer: &[Token<'_>], avoid: &[Token<'_>]) -> Option<String> {
    let wrapper = |outer: &[Token<'_>], inner: &[Token<'_>]| {
        let call = Call::of(outer).filter(|call| call.prefix.is_none())?;
        let [argument] = call.arguments.as_slice() else { return None };
        same(argument, inner).then(|| quoted(&shown(call.callee)))
    };
    let added = wrapper(prefer, avoid).map(|wrapper| format!("Wrap {} in {wrapper}", quoted(&shown(avoid))));
    added.or_else(|| {
        wrapper(avoid, prefer).map(|wrapper| format!("Drop {wrapper} around {}", quoted(&shown(prefer))))
    })
}

/// A keyword before the other side, or a method or mark after it.
fn before_or_after(prefer: &[Token<'_>], avoid: &[Token<'_>]) -> Option<String> {
    let (longer, shorter) = if prefer.len() > avoid.len() { (prefer, avoid) } else { (avoid, prefer) };
    let more = longer.len() - shorter.len();
    if more == 0 || shorter.is_empty() {
        return None;
    }
    let (part, place) = if same(&longer[..shorter.len()], shorter) {
        (&longer[shorter.len()..], "after")
    } else if same(&longer[more..], shorter) {
        (&longer[..more], "before")
    } else {
        return None;
    };
    let says = part.iter().any(|token| !token.is_metavariable()) && !is_qualifier(part);
    let verb = if prefer.len() > avoid.len() { "Put" } else { "Drop" };
    says.then(|| format!("{verb} {} {place} {}", quoted(&shown(part)), quoted(&shown(shorter))))
}

/// Something within the other side, as an annotation of a type.
fn between(prefer: &[Token<'_>], avoid: &[Token<'_>]) -> Option<String> {
    let (longer, shorter) = if prefer.len() > avoid.len() { (prefer, avoid) } else { (avoid, prefer) };
    let more = longer.len() - shorter.len();
    let head = longer.iter().zip(shorter).take_while(|(one, other)| one.text == other.text).count();
    if more == 0 || head == 0 || !same(&longer[head + more..], &shorter[head..]) {
        return None;
    }
    let part = &longer[head..head + more];
    // One more argument that may be anything is better said by the code.
    let is_marked = matches!(part, [mark, _] if mark.is_mark() && mark.text != ",");
    let says = (part.iter().any(Token::is_word) || is_marked) && !is_qualifier(part);
    let (verb, link) = if prefer.len() > avoid.len() { ("Add", "to") } else { ("Drop", "from") };
    says.then(|| format!("{verb} {} {link} {}", quoted(&shown(part)), quoted(&shown(shorter))))
}

/// Returns whether code is the beginning of a name, as `std::` is.
fn is_qualifier(part: &[Token<'_>]) -> bool {
    part.last().is_some_and(|token| matches!(token.text, "." | "::"))
}

/// Optional chaining in the place of checks: each checks a beginning of the access.
fn optional_chaining(prefer: &[Token<'_>], avoid: &[Token<'_>]) -> Option<String> {
    let has = |tokens: &[Token<'_>], mark: &str| tokens.iter().any(|token| token.text == mark);
    if !has(prefer, "?.") || has(avoid, "?.") || !has(avoid, "&&") {
        return None;
    }
    let access = |tokens: &[Token<'_>]| -> Vec<String> {
        let names = tokens.iter().filter(|token| !matches!(token.text, "." | "?."));
        names.map(|token| token.text.to_owned()).collect()
    };
    let whole = access(prefer);
    let parts: Vec<Vec<String>> = avoid.split(|token| token.text == "&&").map(access).collect();
    (parts.iter().all(|part| whole.starts_with(part)) && parts.last() == Some(&whole))
        .then(|| "Use optional chaining (`?.`) instead of `&&`".to_owned())
}

fn annotations(prefer: &[Token<'_>], avoid: &[Token<'_>]) -> Option<String> {
    let is = |tokens: &[Token<'_>]| matches!(tokens, [mark, next, ..] if mark.text == "@" || (mark.text == "#" && next.text == "["));
    let both = is(prefer) && is(avoid) && ellipses_agree(prefer, avoid);
    let title = |verb: &str| instead(verb, &shown(prefer), &shown(avoid));
    both.then(|| title("Annotate with").filter(|title| fits(title)).or_else(|| title("Use"))).flatten()
}

/// A property in the place of a call, or a call in the place of a property.
fn member_or_call(prefer: &[Token<'_>], avoid: &[Token<'_>]) -> Option<String> {
    let is_member = |tokens: &[Token<'_>]| tokens.len() > 2 && is_path(tokens) && Call::of(tokens).is_none();
    let (one, other) = (quoted(&shown(prefer)), quoted(&shown(avoid)));
    let same_receiver = prefer.first().map(|token| token.text) == avoid.first().map(|token| token.text);
    if !same_receiver || !ellipses_agree(prefer, avoid) {
        None
    } else if is_member(prefer) && Call::of(avoid).is_some() {
        Some(format!("Read {one} instead of calling {other}"))
    } else if is_member(avoid) && Call::of(prefer).is_some() {
        Some(format!("Call {one} instead of reading {other}"))
    } else {
        None
    }
}

/// Two things that have names: types, literals, calls of another form.
fn names(prefer: &[Token<'_>], avoid: &[Token<'_>]) -> Option<String> {
    if prefer.is_empty() || !is_path(prefer) || !ellipses_agree(prefer, avoid) {
        return None;
    }
    // A name alone says enough where both sides take the same.
    let side = if metavariables(prefer) == metavariables(avoid) { brief } else { shown };
    instead("Use", &side(prefer), &side(avoid))
}

/// Returns a call whose arguments may be anything by its name, and other code as it is.
fn brief(tokens: &[Token<'_>]) -> String {
    match Call::of(tokens) {
        Some(call)
            if call.open == "("
                && call.prefix.is_none()
                && !call.arguments.is_empty()
                && call.takes_anything() =>
        {
            shown(call.callee)
        }
        _ => shown(tokens),
    }
}

/// A way to write code.
type Form = fn(&[Token<'_>]) -> String;

/// Returns both sides as they are, cut to the part in which they differ where there is no room for more. Where an ellipsis
/// would hide the difference, letters stand in its place, and else the code itself.
fn written(prefer: &[Token<'_>], avoid: &[Token<'_>]) -> String {
    let title = |one: &str, other: &str| format!("Write {} instead of {}", quoted(one), quoted(other));
    let forms: [Form; 3] = [shown, lettered, raw];
    let forms = if ellipses_agree(prefer, avoid) { &forms[..] } else { &forms[1..] };
    let whole = |form: &Form| {
        let [one, other] = [form(prefer), form(avoid)];
        (one != other).then(|| title(&one, &other)).filter(|title| fits(title))
    };
    let part = |form: &Form| {
        let [one, other] = differing(prefer, avoid, *form);
        cut_to_fit([&one, &other], &title)
    };
    let told = forms.iter().find_map(whole).or_else(|| forms.iter().find_map(part));
    told.unwrap_or_else(|| {
        let [one, other] = from_difference(&raw(prefer), &raw(avoid));
        // Two patterns of the same tokens are one pattern.
        cut_to_fit([&one, &other], &title).unwrap_or_else(|| title("…", "…"))
    })
}

/// Returns both sides from the token before the first difference on.
fn differing(prefer: &[Token<'_>], avoid: &[Token<'_>], form: Form) -> [String; 2] {
    let [prefer, avoid] = [prefer, avoid].map(without_receiver);
    let alike = prefer.iter().zip(avoid).take_while(|(one, other)| one.text == other.text).count();
    let from = alike.saturating_sub(1);
    [prefer, avoid].map(|tokens| {
        let text = form(&tokens[from..]);
        if from > 0 && !text.starts_with('…') { format!("…{text}") } else { text }
    })
}
