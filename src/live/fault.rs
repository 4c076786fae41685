//! Why something could not be done with a server. No fault holds a secret: what a server answered is never quoted,
//! and a path is shown as the driver writes it, with its templates.

use std::fmt;

/// Why a server was not asked, or did not answer as its driver says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing was sent: a secret is missing, the name is not known, the connection or its certificate was refused.
    NotSent(String),
    /// Something was sent and no whole answer came: what was asked for may have happened.
    Lost(String),
    /// The server answered, and not what the driver calls success.
    Refused {
        /// The HTTP status; 0 for a program.
        status: u16,
        /// The request, as `GET /path/{id}`.
        request: String,
        /// What is known of the reason.
        why: String,
    },
    /// The server asks to be left alone (status 429).
    TooMany {
        /// The request, as `GET /path/{id}`.
        request: String,
    },
    /// The answer is not what the driver expects.
    Unexpected {
        /// The request, as `GET /path/{id}`.
        request: String,
        /// What is missing.
        why: String,
    },
    /// The driver cannot do that.
    CannotDo(String),
}

impl Fault {
    /// An answer that is no success, in our words: servers write secrets into theirs.
    pub(super) fn refused(request: String, status: u16) -> Fault {
        let why = match status {
            300..=399 => "a redirect, which is not followed: write the address that it leads to",
            400 => "the server does not take the request",
            401 => "the secret is not accepted",
            403 => "the secret may not do that, or is not accepted",
            404 => "there is no such thing, or the secret may not see it",
            409 => "it is there already, or there are as many as there may be",
            500..=599 => "the server has an error",
            _ => "that is not what the driver calls success",
        };
        Fault::Refused {
            status,
            request,
            why: why.into(),
        }
    }

    /// An answer that is not as it should be.
    pub(super) fn unexpected(request: impl Into<String>, why: impl Into<String>) -> Fault {
        Fault::Unexpected {
            request: request.into(),
            why: why.into(),
        }
    }

    /// Whether what was asked for may have happened all the same.
    pub fn may_have_happened(&self) -> bool {
        match self {
            Fault::NotSent(_) | Fault::CannotDo(_) | Fault::TooMany { .. } => false,
            Fault::Lost(_) | Fault::Unexpected { .. } => true,
            // A server that breaks down may have done the work before.
            Fault::Refused { status, .. } => *status >= 500,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::NotSent(why) | Fault::Lost(why) | Fault::CannotDo(why) => f.write_str(why),
            Fault::Refused {
                status: 0,
                request,
                why,
            } => write!(f, "{request} failed: {why}"),
            Fault::Refused {
                status,
                request,
                why,
            } => write!(f, "{request} was answered with status {status}: {why}"),
            Fault::TooMany { request } => write!(
                f,
                "{request} was answered with status 429, too many requests; nothing more was sent"
            ),
            Fault::Unexpected { request, why } => {
                write!(f, "the answer to {request} is not what was expected: {why}")
            }
        }
    }
}

impl std::error::Error for Fault {}
