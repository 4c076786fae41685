//! What can be done with a server that issues tokens, whatever protocol it speaks.

use super::driver::About;
use super::fault::Fault;
use super::token::{Can, Held, Listed, Made, Token, Verdict, Want};
use crate::secret::Secret;

/// A server that lists, tries, makes and ends tokens.
pub trait Issuer {
    /// What kind of server it is.
    fn about(&self) -> &About;

    /// What it can do.
    fn can(&self) -> Can;

    /// Every token that it lists. Nothing is changed by it.
    ///
    /// # Errors
    /// It cannot be asked, or does not answer as its driver says.
    fn list(&mut self) -> Result<Listed, Fault>;

    /// Whether a value is accepted. The value is sent to this server, and to it alone.
    ///
    /// # Errors
    /// It cannot be asked. An answer that is neither that of a living nor that of a dead token is no error, but
    /// [`Verdict::Unknown`].
    fn check(&mut self, value: &Secret, held: &Held) -> Result<Verdict, Fault>;

    /// The id of the credential by which the server is asked, where it says so.
    ///
    /// # Errors
    /// It cannot be asked.
    fn own(&mut self) -> Result<Option<String>, Fault> {
        Ok(None)
    }

    /// Makes a token.
    ///
    /// # Errors
    /// It was not made, or that is not known ([`Fault::may_have_happened`]): then the list tells.
    fn create(&mut self, want: &Want) -> Result<Made, Fault>;

    /// Gives a token another value in its place: the old one ends at once.
    ///
    /// # Errors
    /// As [`Issuer::create`].
    fn replace(&mut self, token: &Token) -> Result<Made, Fault>;

    /// Gives a token a value of our choice ([`Can::choose`]), so that it can be written down first.
    ///
    /// # Errors
    /// As [`Issuer::create`].
    fn replace_by(&mut self, token: &Token, value: &Secret) -> Result<Made, Fault>;

    /// Ends a token. Several servers say yes to that for nothing: only the list and a check prove it.
    ///
    /// # Errors
    /// It was not ended, or that is not known.
    fn revoke(&mut self, token: &Token) -> Result<(), Fault>;
}
