//! Base64 as credentials are written in it: padding may be there or not, and the last bits that carry
//! nothing may be anything, because programs differ in both and accept the value all the same.

use ::base64::alphabet;
use ::base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

pub use ::base64::Engine;

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_allow_trailing_bits(true)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);

/// The standard alphabet (RFC 4648, section 4). It writes padding.
pub const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);

/// The standard alphabet, read to the letter: with its padding, and no bits behind the last byte. For values
/// that are told from others by this form.
pub const STRICT: GeneralPurpose =
    GeneralPurpose::new(&alphabet::STANDARD, GeneralPurposeConfig::new());

/// The standard alphabet; it writes no padding.
pub const STANDARD_BARE: GeneralPurpose =
    GeneralPurpose::new(&alphabet::STANDARD, LENIENT.with_encode_padding(false));

/// The alphabet for addresses and file names (RFC 4648, section 5). It writes padding.
pub const URL: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// The same; it writes no padding.
pub const URL_BARE: GeneralPurpose =
    GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT.with_encode_padding(false));
