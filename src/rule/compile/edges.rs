//! The bytes of a pattern: all that a match can hold, what it can begin and end with, and what must not stand
//! beside it.

use regex_syntax::hir::{Class, Hir, HirKind};

use crate::rule::ByteSet;

pub(super) fn class_bytes(class: &Class) -> ByteSet {
    let mut set = ByteSet::EMPTY;
    match class {
        Class::Bytes(class) => {
            for range in class.ranges() {
                (range.start()..=range.end()).for_each(|b| set.insert(b));
            }
        }
        Class::Unicode(class) => {
            for range in class.ranges() {
                for c in range.start()..=range.end() {
                    match u8::try_from(u32::from(c)) {
                        Ok(byte) if byte < 0x80 => set.insert(byte),
                        // A multi-byte character: any of its bytes may occur.
                        _ => {
                            (0x80..=0xff).for_each(|b| set.insert(b));
                            break;
                        }
                    }
                }
            }
        }
    }
    set
}

pub(super) fn all_bytes(hir: &Hir, set: &mut ByteSet) {
    match hir.kind() {
        HirKind::Literal(lit) => lit.0.iter().for_each(|b| set.insert(*b)),
        HirKind::Class(class) => *set = set.union(class_bytes(class)),
        HirKind::Capture(group) => all_bytes(&group.sub, set),
        HirKind::Repetition(rep) => all_bytes(&rep.sub, set),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().for_each(|part| all_bytes(part, set));
        }
        HirKind::Empty | HirKind::Look(_) => {}
    }
}

/// The bytes a match can start with.
pub(super) fn first_bytes(hir: &Hir) -> ByteSet {
    edge_bytes(hir, Edge::First)
}

/// The bytes a match can end with.
pub(super) fn last_bytes(hir: &Hir) -> ByteSet {
    edge_bytes(hir, Edge::Last)
}

#[derive(Clone, Copy, PartialEq)]
enum Edge {
    First,
    Last,
}

fn edge_bytes(hir: &Hir, edge: Edge) -> ByteSet {
    let mut set = ByteSet::EMPTY;
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(lit) => {
            let byte = match edge {
                Edge::First => lit.0.first(),
                Edge::Last => lit.0.last(),
            };
            byte.into_iter().for_each(|b| set.insert(*b));
        }
        HirKind::Class(class) => set = class_bytes(class),
        HirKind::Capture(group) => set = edge_bytes(&group.sub, edge),
        HirKind::Repetition(rep) => set = edge_bytes(&rep.sub, edge),
        HirKind::Concat(parts) => {
            let mut ordered: Vec<&Hir> = parts.iter().collect();
            if edge == Edge::Last {
                ordered.reverse();
            }
            for part in ordered {
                set = set.union(edge_bytes(part, edge));
                if part.properties().minimum_len() != Some(0) {
                    break;
                }
            }
        }
        HirKind::Alternation(branches) => {
            for branch in branches {
                set = set.union(edge_bytes(branch, edge));
            }
        }
    }
    set
}

/// A match that starts with a letter or digit must not follow one; one that can start with other
/// token characters must not follow those either (`=`, `/` and `:` introduce values and may).
pub(super) fn left_edge(first: &ByteSet) -> ByteSet {
    edge(first, b"_-+")
}

/// A match must not be followed by what it could have gone on with.
pub(super) fn right_edge(last: &ByteSet) -> ByteSet {
    edge(last, b"_-+/")
}

fn edge(bytes: &ByteSet, joints: &[u8]) -> ByteSet {
    let alphanumeric = ByteSet::alphanumeric();
    if !bytes.meets(&alphanumeric) {
        return ByteSet::EMPTY;
    }
    let mut set = alphanumeric;
    // A whole class holds a joint because it belongs to the alphabet, a lone literal does not.
    if bytes.len() > 2 {
        joints
            .iter()
            .filter(|b| bytes.contains(**b))
            .for_each(|b| set.insert(*b));
    }
    set
}
