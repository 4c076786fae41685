//! How programs and settings write moments, networks, methods, rules of styles and ways to sign in. Rows of
//! [`super::open`].

use core::net::IpAddr;

use super::bytes::all;
use super::refusal::{Refusal, Row};
use super::words;

/// The first row that is true of a value decides.
pub(super) const PROGRAMS: &[Row] = &[
    (Refusal::Moment, is_timestamp, "2019-03-04T15:04:05Z"),
    (Refusal::Moment, is_form_of_a_date, "MMM-dd-yyyy+HH:mm"),
    (Refusal::SignInWay, is_way_to_sign_in, "saml2"),
    (Refusal::Host, is_network, "10.20.0.0/16"),
    (Refusal::Constant, is_range, "30..52"),
    (
        Refusal::AddressRest,
        |v| matches!(v, b"http" | b"https"),
        "https",
    ),
    (
        Refusal::Member,
        is_method_of_a_class,
        r"Api\\V1\\LeafController@changePassword",
    ),
    (
        Refusal::StyleClass,
        is_style_sheet,
        ".maple-password{{color:red}}",
    ),
];

/// `2019-03-04T15:04:05Z`: a day and a time of it (RFC 3339).
fn is_timestamp(value: &[u8]) -> bool {
    const FORM: &[u8] = b"0000-00-00T00:00";
    let fits = |(b, form): (&u8, &u8)| match form {
        b'0' => b.is_ascii_digit(),
        b'T' => matches!(b, b'T' | b't' | b' '),
        operator => b == operator,
    };
    let rest = |b: &u8| b.is_ascii_digit() || matches!(b, b':' | b'.' | b'+' | b'-' | b'Z' | b'z');
    value.len() >= FORM.len()
        && value.iter().zip(FORM).all(fits)
        && value[FORM.len()..].iter().all(rest)
}

/// `30..52`, `0..=7`: from one number to another.
fn is_range(value: &[u8]) -> bool {
    let at = memchr::memmem::find(value, b"..");
    at.is_some_and(|at| {
        let last = &value[at + 2..];
        let last = last.strip_prefix(b"=").unwrap_or(last);
        all(&value[..at], u8::is_ascii_digit) && all(last, u8::is_ascii_digit)
    })
}

/// `MMM-dd-yyyy+HH:mm:ss`: how a moment is to be written, in the letters of Unicode's TR 35.
fn is_form_of_a_date(value: &[u8]) -> bool {
    let part = |b: &u8| {
        matches!(
            b,
            b'y' | b'Y'
                | b'M'
                | b'd'
                | b'D'
                | b'H'
                | b'h'
                | b'm'
                | b's'
                | b'S'
                | b'a'
                | b'z'
                | b'Z'
                | b'T'
        )
    };
    let operator = |b: &u8| {
        matches!(
            b,
            b'-' | b'/' | b':' | b'.' | b'+' | b' ' | b'_' | b',' | b'\''
        )
    };
    let year = || {
        let mut forms = [&b"yyyy"[..], b"YYYY"].into_iter();
        forms.any(|year| memchr::memmem::find(value, year).is_some())
    };
    let runs = value.split(operator).filter(|run| !run.is_empty());
    // Nearly every value has a byte that no such form has, and soon.
    value.iter().all(|b| part(b) || operator(b))
        && value.iter().any(operator)
        && year()
        && runs
            .clone()
            .all(|run| run.iter().all(|b| *b == run[0]) || run == b"TO")
        && runs.count() >= 2
}

/// `saml2`, `oidc`, `userpass`: how somebody may show who he is.
fn is_way_to_sign_in(value: &[u8]) -> bool {
    value.len() <= 16 && words::WAYS_TO_SIGN_IN.contains_any_case(value)
}

/// `10.20.0.0/16`, `::/0`: a network, by its first address and how many of its bits are given (RFC 4632).
fn is_network(value: &[u8]) -> bool {
    let Some(slash) = memchr::memchr(b'/', value) else {
        return false;
    };
    let (address, bits) = (&value[..slash], &value[slash + 1..]);
    let address = std::str::from_utf8(address).ok();
    let longest: u8 = match address.and_then(|text| text.parse().ok()) {
        Some(IpAddr::V4(_)) => 32,
        Some(IpAddr::V6(_)) => 128,
        None => return false,
    };
    let bits = Some(bits).filter(|bits| all(bits, u8::is_ascii_digit));
    let bits = bits.and_then(|bits| std::str::from_utf8(bits).ok()?.parse::<u8>().ok());
    bits.is_some_and(|bits| bits <= longest)
}

/// `Api\\LeafController@show`: a method, as frameworks for PHP name it to those who call it later.
fn is_method_of_a_class(value: &[u8]) -> bool {
    let name = |part: &[u8]| {
        part.first().is_some_and(u8::is_ascii_alphabetic)
            && part.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_')
    };
    let mut halves = value.split(|b| *b == b'@');
    let (Some(class), Some(method), None) = (halves.next(), halves.next(), halves.next()) else {
        return false;
    };
    let parts = || class.split(|b| *b == b'\\').filter(|part| !part.is_empty());
    let last = parts().next_back().unwrap_or_default();
    let several = class.contains(&b'\\') || last.ends_with(b"Controller");
    several && parts().all(name) && name(method) && method[0].is_ascii_lowercase()
}

/// `.maple{color:red}`: rules of a style sheet, whose names begin with what they choose by.
fn is_style_sheet(value: &[u8]) -> bool {
    let Some(open) = memchr::memchr(b'{', value) else {
        return false;
    };
    let chooses = |b: &u8| b.is_ascii_alphanumeric() || b".#-_ >:,*".contains(b);
    let name = &value[..open];
    matches!(name.first(), Some(b'.' | b'#'))
        && name.get(1).is_some_and(u8::is_ascii_alphabetic)
        && name.iter().all(chooses)
        && memchr::memchr(b'}', &value[open..]).is_some()
}
