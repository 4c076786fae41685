//! What every value of a rule starts with. It is no sign of a placeholder: `test_` in front of a key
//! of a test account is what the provider writes there.

use crate::rule::{Context, Token};

/// How many bytes at the start of a token's value are the literal of its rule.
pub(super) fn of_token(token: &Token, value: &[u8]) -> usize {
    if !token.prefix {
        return 0;
    }
    let starts = |text: &[u8], fold: bool| {
        let head = value.get(..text.len());
        head.is_some_and(|head| head == text || fold && head.eq_ignore_ascii_case(text))
    };
    let literals = token.literals.iter();
    let found = literals.filter(|literal| starts(literal.text.as_bytes(), literal.fold));
    found.map(|literal| literal.text.len()).max().unwrap_or(0)
}

/// How many bytes at the start of a context rule's values are written out in its pattern.
pub(super) fn of_context(context: &Context) -> usize {
    let pattern = context.value.as_bytes();
    let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    let literal = pattern.iter().take_while(|b| plain(b)).count();
    let rest = &pattern[literal..];
    let (mut depth, mut others) = (0usize, false);
    for byte in rest {
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            b'|' => others |= depth == 0,
            _ => {}
        }
    }
    match rest.first() {
        _ if others => 0,
        // The last byte is what is counted.
        Some(b'?' | b'*' | b'+' | b'{') => literal.saturating_sub(1),
        _ => literal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtin;
    use crate::rule::Kind;

    #[test]
    fn the_literal_of_a_rule_is_the_start_of_its_values() {
        let rules = builtin::set();
        let mut seen = (false, false);
        for rule in rules.rules.iter() {
            match &rule.kind {
                Kind::Token(token) if token.prefix => {
                    let literal = token.literals[0].text.as_bytes();
                    let value = [literal, b"q8Zr"].concat();
                    assert!(of_token(token, &value) >= literal.len(), "{}", rule.id);
                    assert_eq!(of_token(token, b"!"), 0, "{}", rule.id);
                    seen.0 = true;
                }
                Kind::Context(context) => {
                    let len = of_context(context);
                    assert!(len <= context.len.1 as usize, "{}", rule.id);
                    seen.1 |= len > 0;
                }
                _ => {}
            }
        }
        assert_eq!(seen, (true, true), "rules of both kinds have such a start");
    }
}
