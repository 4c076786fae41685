//! The features' names and weights, and the table of letter pairs.
//!
//! The weights are those of a logistic regression (L2 penalty) fitted offline on labelled lines
//! of public code (credentials against everything else), checked on repositories that the fit had
//! not seen, and rounded. A positive weight speaks for a credential.

macro_rules! features {
    ($($id:ident $name:literal $weight:literal,)*) => {
        /// One thing that may be true of an assignment.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(in crate::detect::generic) enum Feature {
            $(#[doc = $name] $id,)*
        }

        impl Feature {
            /// What it is called in reasons.
            pub(in crate::detect::generic) fn name(self) -> &'static str {
                match self { $(Feature::$id => $name,)* }
            }

            /// What it adds to the score (log-odds).
            pub(in crate::detect::generic) fn weight(self) -> f32 {
                match self { $(Feature::$id => $weight,)* }
            }
        }
    };
}

/// The score of an assignment without any feature (log-odds).
pub(super) const BIAS: f32 = -0.77;

features! {
    KeyPassword "the name says password" 1.13,
    KeySecret "the name says secret" 1.35,
    KeyToken "the name says token" 0.71,
    KeyAccess "the name says access key" 1.01,
    KeyCredential "the name says credential" 0.27,
    KeyAuth "the name says authorization" 0.60,
    KeyPlain "the name says key and no more" -1.47,
    KeyDenied "a part of the name denies a secret" -2.42,
    KeyDeniedAny "a part of the name says that it is public or no secret" -0.75,
    DeniedRandom "a random value under a denied name" -0.71,
    KeyNotLast "the name goes on after the word for a secret" -0.60,
    KeyConstant "the name is in capitals" 0.33,
    KeyDotted "the name is a member" 0.07,
    KeyAction "the name starts with a verb" -0.97,
    BareEnv "a bare value as environment files have it" 0.85,
    BareYaml "a bare value as YAML has it" 0.59,
    BareInline "a bare value inside a line" -1.12,
    BareShell "a bare value on a command line" 1.00,
    InText "inside a quoted text" -0.78,
    TextSemicolon "a setting of a connection string" 1.32,
    BareExpression "a bare expression" -1.77,
    BareSemicolon "a bare value before a semicolon" -0.94,
    BareComma "a bare value before a comma" -1.08,
    BareMore "more text follows the bare value" -1.27,
    BareBracket "a bracket follows the bare value" -1.55,
    QuotedMore "more text follows the quoted value" -0.33,
    QuotedGlued "the literal is joined to something else" -1.28,
    PasswordQuoted "a literal under a password name" 0.56,
    WeakQuoted "a literal under a vague name" -0.06,
    OpEquals "assigned with an equals sign" 0.37,
    OpColon "assigned with a colon" 0.09,
    OpArrow "assigned with an arrow" 0.01,
    OpCompare "compared with a literal" -0.29,
    OpCall "the argument of a function" -0.74,
    OpPair "the argument after the name" -1.17,
    OpFlag "the value of a command's flag" 0.20,
    OpXml "the text of an element" -0.02,
    OpNameValue "a name and value pair" 0.20,
    OpHeader "a header's credentials" 0.57,
    OpUrl "a parameter of an address" -0.28,
    OpSql "the password of a statement" 0.35,
    OpBlank "only a blank between name and value" 0.12,
    PairList "one of a list of literals" -2.78,
    KeyVerb "the word is pass, a verb too" -0.60,
    VerbCall "a call of pass" -2.50,
    NumberInCode "a bare number in code" -1.99,
    FlagWord "a word after a flag, perhaps prose" -1.05,
    Fallback "the literal default of a look-up" -0.11,
    Wrapped "a literal wrapped in a call" 0.08,
    ShapeLanguage "a word of programming languages" -3.63,
    ShapeTemplate "a reference or template" -4.00,
    ShapeUrl "an address" -2.53,
    ShapePath "a path" -2.52,
    ShapeCall "a call" -3.18,
    ShapeOperator "an expression" -1.60,
    ShapeUuid "a UUID" -0.60,
    ShapeNumber "a number" -0.52,
    ShapeHex "hexadecimal of a digest's length" 0.55,
    // Not fitted: the corpus has too few. Neutral, so that name and randomness decide.
    ShapeBytes "bytes written out as numbers" 0.00,
    ShapeHash "a password hash" -2.26,
    ShapePhrase "several words" -2.55,
    ShapeForeign "text in another script" -2.25,
    ShapeDotted "a dotted name" -2.21,
    ShapeWord "one lower-case word" 0.76,
    ShapeConstant "a name in capitals" -1.19,
    ShapeCamel "words in camel case" -1.07,
    ShapeJoined "joined words" -1.40,
    ShapeEmail "a mail address" -1.50,
    ShapeMixed "letters mixed with digits or signs" -0.08,
    ShapeSymbols "signs only" -1.01,
    BareName "a bare name, perhaps a variable" -0.50,
    WeakName "an identifier under a vague name" -1.73,
    TellingName "an identifier under a secret's name" -1.24,
    PasswordName "a word under a password name" 0.48,
    PasswordMixed "mixed text under a password name" 0.36,
    WeakMixed "mixed text under a vague name" -0.59,
    WeakNumber "a number under a vague name" -1.52,
    TellingRandom "a random value under a secret's name" 1.45,
    WeakRandom "a random value under a vague name" 0.90,
    PasswordRandom "a random value under a password name" 1.08,
    Len4 "four characters or fewer" -1.27,
    Len7 "five to seven characters" -0.04,
    Len11 "eight to eleven characters" 1.04,
    Len19 "twelve to nineteen characters" 0.16,
    Len31 "twenty to thirty-one characters" -0.13,
    Len64 "thirty-two to sixty-four characters" -0.05,
    LenMore "more than sixty-four characters" 0.00,
    TellingShort "a short value under a secret's name" -1.26,
    WeakShort "a short value under a vague name" -1.18,
    Digit "has a digit" 0.88,
    ThreeClasses "has capitals, small letters and digits" 0.25,
    ManyChanges "letters and digits alternate" 1.13,
    MixedSymbol "has a sign" -0.42,
    Wordlike "reads like a word" -0.08,
    Unwordlike "does not read like a word" 0.61,
    VeryUnwordlike "reads like random text" 1.18,
}

/// How likely one class of byte follows another in words and identifiers: minus 25 times the
/// natural logarithm. Classes: 26 letters in any case, digits, everything else. Counted over the
/// distinct words and identifiers of the Python standard library's sources.
#[rustfmt::skip]
pub(super) const PAIRS: [u8; 28 * 28] = [
    154, 83, 66, 75, 155, 128, 89, 182, 85, 180, 111, 52, 69, 64, 209, 83, 189, 51, 66, 45, 97, 104, 142, 127, 114, 168, 108, 104,
    52, 117, 89, 113, 54, 131, 156, 164, 71, 76, 166, 46, 124, 140, 64, 116, 205, 80, 87, 122, 54, 175, 184, 184, 81, 165, 80, 72,
    58, 150, 102, 125, 53, 133, 164, 58, 86, 221, 69, 71, 125, 141, 37, 130, 193, 81, 101, 54, 86, 160, 177, 197, 127, 213, 106, 88,
    64, 119, 120, 84, 29, 113, 140, 147, 45, 153, 150, 90, 135, 135, 69, 131, 190, 100, 82, 115, 81, 151, 156, 178, 115, 205, 92, 52,
    79, 131, 72, 67, 100, 96, 110, 160, 129, 200, 164, 65, 86, 54, 136, 95, 110, 45, 57, 67, 153, 109, 126, 75, 110, 192, 124, 64,
    65, 137, 117, 120, 75, 74, 149, 174, 38, 212, 195, 80, 153, 142, 53, 138, 212, 73, 112, 89, 76, 189, 174, 182, 111, 254, 88, 38,
    88, 147, 127, 135, 31, 146, 93, 69, 66, 228, 155, 80, 86, 75, 92, 128, 255, 64, 65, 97, 82, 150, 160, 193, 167, 161, 142, 52,
    39, 160, 147, 140, 34, 150, 179, 165, 54, 236, 143, 108, 105, 141, 48, 139, 210, 92, 114, 63, 104, 175, 189, 188, 116, 209, 142, 66,
    95, 89, 71, 86, 90, 96, 83, 201, 156, 201, 139, 66, 79, 33, 58, 91, 174, 86, 64, 59, 140, 100, 216, 112, 233, 105, 174, 123,
    62, 153, 122, 109, 29, 119, 169, 185, 93, 128, 110, 138, 146, 151, 44, 94, 145, 164, 62, 164, 53, 156, 108, 240, 138, 240, 120, 63,
    74, 146, 104, 115, 21, 127, 96, 141, 54, 153, 153, 94, 133, 92, 115, 122, 165, 109, 70, 113, 88, 148, 92, 204, 138, 206, 131, 53,
    61, 130, 126, 85, 37, 59, 137, 174, 47, 192, 157, 64, 145, 147, 60, 116, 218, 136, 78, 82, 84, 137, 158, 209, 85, 201, 154, 78,
    42, 84, 139, 120, 30, 149, 162, 184, 69, 245, 148, 99, 83, 129, 61, 53, 180, 131, 88, 124, 90, 173, 145, 157, 141, 221, 150, 78,
    61, 155, 70, 59, 59, 96, 52, 151, 80, 179, 115, 112, 138, 107, 74, 123, 179, 143, 59, 45, 94, 104, 163, 193, 141, 200, 148, 70,
    106, 97, 81, 66, 136, 115, 103, 187, 107, 160, 101, 76, 70, 38, 91, 72, 189, 45, 80, 81, 72, 101, 88, 137, 183, 172, 167, 99,
    45, 164, 133, 114, 47, 135, 155, 107, 76, 238, 126, 61, 149, 156, 60, 73, 176, 52, 101, 63, 89, 156, 165, 197, 74, 183, 139, 78,
    115, 134, 151, 134, 173, 153, 169, 198, 166, 247, 247, 73, 121, 131, 176, 151, 131, 97, 96, 127, 7, 146, 171, 198, 219, 192, 136, 65,
    60, 144, 96, 95, 35, 128, 98, 169, 57, 231, 108, 107, 89, 89, 58, 126, 208, 80, 64, 70, 99, 122, 142, 201, 93, 234, 165, 71,
    95, 165, 89, 139, 35, 132, 147, 86, 64, 205, 111, 106, 129, 132, 79, 79, 140, 147, 66, 41, 79, 155, 128, 187, 100, 213, 151, 54,
    60, 150, 102, 121, 41, 118, 166, 59, 49, 216, 152, 108, 123, 145, 70, 109, 190, 61, 77, 87, 86, 158, 133, 157, 82, 179, 148, 58,
    86, 86, 96, 107, 66, 103, 110, 227, 79, 255, 187, 60, 70, 56, 124, 69, 255, 54, 65, 55, 171, 178, 232, 142, 228, 221, 54, 146,
    36, 143, 103, 149, 16, 138, 148, 177, 55, 242, 234, 157, 132, 135, 93, 118, 215, 141, 124, 141, 164, 187, 153, 190, 143, 194, 113, 100,
    47, 153, 118, 114, 63, 141, 153, 53, 40, 239, 136, 110, 146, 75, 54, 142, 201, 57, 84, 139, 170, 171, 105, 161, 189, 206, 149, 69,
    84, 101, 60, 118, 49, 113, 175, 144, 72, 241, 199, 113, 98, 155, 130, 61, 189, 149, 118, 41, 158, 155, 171, 128, 106, 181, 41, 59,
    109, 119, 104, 127, 92, 128, 75, 159, 88, 171, 173, 74, 86, 85, 103, 39, 180, 85, 54, 55, 158, 138, 81, 166, 144, 140, 129, 43,
    51, 150, 144, 147, 15, 123, 170, 139, 55, 241, 186, 112, 88, 158, 79, 119, 186, 124, 155, 114, 162, 177, 200, 200, 112, 136, 93, 78,
    84, 87, 85, 80, 83, 82, 204, 189, 173, 195, 184, 151, 175, 182, 191, 159, 239, 167, 157, 164, 183, 171, 198, 186, 248, 255, 9, 66,
    78, 90, 64, 76, 78, 78, 88, 98, 75, 140, 115, 77, 80, 86, 90, 69, 144, 76, 59, 77, 99, 98, 98, 140, 166, 142, 108, 53,
];
