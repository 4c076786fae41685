//! Lists of real servers as they were recorded: read, imported, joined to findings. Every value in them is made here.

mod dead;
mod golden;
mod import;
mod joined;
mod made;
mod notices;
