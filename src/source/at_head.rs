//! Which files of a working tree HEAD holds as they are.

use std::fs;
use std::io::Read;
use std::path::Path;

use gix::ObjectId;
use gix::objs::{Kind, compute_hash};

use super::sides::{Opened, Repository, behind_link};
use super::{Control, files};
use crate::finding::Oid;

/// The commit that HEAD names in the repository whose top is `root`, and for each of `names` (paths from there,
/// `/` between names) whether it holds the file as it stands in the working tree. What cannot be compared, and
/// what is larger than `max` bytes, is not the same; neither is what comes after somebody stopped the run.
/// `None` where `root` is the top of no working tree, or HEAD names no commit.
///
/// Files are read one after the other, so that one of them is held at a time, and objects are not read at all:
/// the id of a file's content is the same where the content is.
pub fn same_at_head(
    root: &Path,
    names: &[&str],
    max: u64,
    control: &Control,
) -> Option<(Oid, Vec<bool>)> {
    let store = Opened::at(&Repository::from(root.to_owned())).ok()?;
    let top = fs::canonicalize(store.layout.work_tree.as_ref()?).ok()?;
    // Paths from a directory above several repositories, or below the top of one, mean other files of HEAD.
    if top != fs::canonicalize(root).ok()? {
        return None;
    }
    let head = store.head().ok()??;
    let tree = store.tree(head, &mut Vec::new())?;
    let same =
        |name: &&str| !control.stopped() && is_same(&store, tree, root, name, max).unwrap_or(false);
    let all = names.iter().map(same).collect();
    Some((Oid::from_bytes(head.as_bytes()), all))
}

/// Whether the tree has the file at `name`; `None` when that cannot be found out.
fn is_same(store: &Opened, tree: ObjectId, root: &Path, name: &str, max: u64) -> Option<bool> {
    let (mode, id) = store.entry(tree, name)??;
    if !mode.is_blob() || behind_link(root, name) {
        return Some(false);
    }
    let (file, len) = files::open_regular(&root.join(name)).ok()??;
    // A clone may have left the object at its server; its id says enough.
    let other = store.odb.size(&id).ok().flatten();
    if len > max || other.is_some_and(|other| other != len) {
        return Some(false);
    }
    let mut bytes = Vec::new();
    file.take(max + 1).read_to_end(&mut bytes).ok()?;
    let own = compute_hash(store.layout.hash, Kind::Blob, &bytes).ok()?;
    Some(own == id)
}
