//! The laws of the design: locality, nothing leaks, nothing is lost silently, offline, same input
//! same bytes out, linear time, scanned text is data; and the table of rooms.

#[path = "archives/make.rs"]
mod archive;
mod common;
mod laws {
    pub mod encodings;
    pub mod forged;
    pub mod hostile;
    pub mod leaks;
    pub mod locality;
    #[cfg(unix)]
    pub mod opening;
    #[cfg(unix)]
    pub mod references;
    pub mod rooms;
    #[cfg(unix)]
    pub mod special_files;
    pub mod stops;
    pub mod versions;
    pub mod whole;
}
