//! The laws of the design: locality, nothing leaks, nothing is lost silently, offline, same input
//! same bytes out, linear time, scanned text is data; and the table of rooms.

mod circles;
mod encodings;
mod forged;
mod hostile;
mod leaks;
mod locality;
#[cfg(unix)]
mod opening;
#[cfg(unix)]
mod references;
mod rooms;
mod sizes;
#[cfg(unix)]
mod special_files;
mod stops;
mod versions;
mod whole;
