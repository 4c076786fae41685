//! `keysweep live`: the servers that issue credentials, asked over the network.
//!
//! This is the only room that opens sockets, and `http` the only file of it that names the client. A server comes
//! from the user's own `servers.toml` (`servers`), never from a scanned repository; how its kind is asked stands in a
//! *driver*, `rules/servers/KIND.toml` (`driver`); what its list of tokens means stands in `rules/lists/KIND.toml`,
//! which [`crate::lists`] reads. A [`session::Session`] puts the three together: it lists, checks, makes, replaces and
//! ends tokens of one server.

mod accounts;
mod address;
mod answer;
mod aws;
mod connect;
mod draw;
pub mod driver;
mod fault;
mod find;
mod gathered;
mod http;
mod issuer;
mod operand;
mod program;
pub mod rotation;
mod servers;
mod session;
mod sigv4;
mod store;
mod token;
mod trial;
mod vars;
mod xml;

pub use address::Address;
pub use connect::connect;
pub use draw::drawn;
pub use driver::Driver;
pub use fault::Fault;
pub use issuer::Issuer;
pub use operand::Operand;
pub use servers::{Server, Servers};
pub use token::{Held, Listed, Made, Token, Verdict, Want};
pub use trial::{Outcome, Said, Wish, trial};
