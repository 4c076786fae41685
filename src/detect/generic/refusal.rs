//! Why a name and its value are not reported. Every way in which the generic rules give a value up
//! has a name, so that one can ask why a line was not reported.

/// A form that is no secret: the reason, the test, and a template of a value that has it.
pub(super) type Row = (Refusal, fn(&[u8]) -> bool, &'static str);

macro_rules! refusals {
    ($($id:ident $name:literal $sentence:literal,)*) => {
        /// Why a name and its value are no finding.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Refusal {
            $(#[doc = $sentence] $id,)*
        }

        impl Refusal {
            /// Every reason.
            pub const ALL: &'static [Refusal] = &[$(Refusal::$id,)*];

            /// Its name, as `keysweep explain` prints it.
            pub fn name(self) -> &'static str {
                match self { $(Refusal::$id => $name,)* }
            }

            /// What it means, as a sentence without its full stop.
            pub fn sentence(self) -> &'static str {
                match self { $(Refusal::$id => $sentence,)* }
            }
        }
    };
}

refusals! {
    Short "short" "the value has fewer than three characters",
    NoName "no-name" "the name has no word for a secret",
    Verb "verb" "`pass` in the middle of the name is the verb",
    Round "round" "`pass` is the first or second time that a program goes over something",
    PlaceInList "place-in-list" "the token is a place in a list or the number of a request",
    Attribute "attribute" "the name is an attribute that steers a page's scripts",
    PublicName "public-name" "the name is that of something everybody may see",
    Characters "characters" "the name is that of the characters which a secret may be made of",
    FileName "file-name" "the name is the name of a file, as lists of digests have it",
    Version "version" "the value is the number of a version",
    Digest "digest" "the value is a digest and says so",
    AddressRest "address-rest" "the value is the rest of an address whose scheme was taken for a name",
    PlainAddress "plain-address" "the value is an address with nothing in it that lets anyone in",
    VariableName "variable-name" "the value is the name of a variable",
    WordList "word-list" "the value is a list of words",
    PublicNkey "public-nkey" "the value is the public half of an nkey",
    PublicSshKey "public-ssh-key" "the value is a public key of SSH",
    PublicPem "public-pem" "the value is a public key or a certificate",
    KeyFile "key-file" "the value names a file in which a key is kept",
    Constant "constant" "the value is a number of at most 32 bits",
    ListElement "list-element" "the value is an element of a list, in code",
    MountOption "mount-option" "the value is the option that gives a secret to the build of an image",
    Path "path" "the value is a path, and the name says no more than key",
    Duration "duration" "the value is a duration",
    Host "host" "the value is the address of a host",
    ObjectId "object-id" "the value is an object identifier or the name of a resource",
    Account "account" "the value is the address of an account, as everybody may see it",
    DirectoryName "directory-name" "the value is the name of something in a directory",
    Algorithm "algorithm" "the value is the name of an algorithm",
    Encoding "encoding" "the value is how letters are written as bytes",
    MediaFile "media-file" "the value is the name of a file that is shown or played",
    Label "label" "the value is the word for a password in some language, or another label of a form",
    WordUnderOption "word-under-option" "the name is that of an option, and the value is a word",
    CutEscape "cut-escape" "the value starts inside an escape of a string",
    TestResult "test-result" "the line is the result of a test",
    NamedDigest "named-digest" "the value is a digest whose algorithm stands before it",
    Prose "prose" "the value is a word of a sentence",
    NextFlag "next-flag" "the value is the next flag of a command",
    OwnMember "own-member" "a member of an object is given a variable",
    TableRow "table-row" "the line is a row of a table that gives a thing its number",
    MapVariable "map-variable" "the value is a variable in a map of a program",
    Description "description" "the words before the value describe something; they are no statement",
    CutCall "cut-call" "the value is a call that was cut in its arrow",
    Asks "asks" "the value is what a function asks with",
    Member "member" "the value is a member of an object, in code",
    Choice "choice" "the value is one of two between which a condition chooses",
    WorkingDirectory "working-directory" "the name is that of the working directory of a shell",
    Checksum "checksum" "the value is the checksum of what the name names",
    Code "one-time-code" "the value is a code that is good once",
    Moment "moment" "the value is a moment in time",
    KeyNumber "key-number" "the value is OpenPGP's number of a key",
    PublicHalf "public-half" "the value is the public half of a pair of keys",
    Command "command" "a shell puts what a command prints in the place of the value",
    OtherSetting "other-setting" "the value is a setting with a name of its own, on the line below",
    UserName "user-name" "the password repeats the user's name",
    TypeName "type-name" "the value is the name of a type, in code",
    DefaultAddress "default-address" "the value is the address that is used where a setting is missing",
    LooseOperator "loose-operator" "only a loose operator stands before the value, and it does not look drawn",
    Validation "validation" "the value is a rule that a field of a form is checked by",
    Mask "mask" "the value is a mask: it stands for what is not shown",
    Resource "resource" "the value names a resource of an application",
    Grammar "grammar" "the value is a class of words in the grammar of an editor",
    Plural "plural" "the name speaks of many, and the value is a word",
    Expression "expression" "the value is a part of an expression, in code",
    Result "result" "the name is what a function is given, and its result is compared",
    Scope "scope" "the value is what a bearer of a token may do",
    MediaType "media-type" "the name is that of a kind of file",
    PageText "page-text" "the value is what a page shows in an element",
    SignInWay "sign-in-way" "the value is the name of a way to sign in",
    CacheKey "cache-key" "the value is made of words and a digest, as labels of builds are",
    StyleClass "style-class" "the value is the name of a style that an element of a page is given",
    Column "column" "the value is the name of a column of a table",
    RegistryPath "registry-path" "the value is a path in the registry of Windows",
    KeptUnder "kept-under" "the name is that of a constant which says under which name something is kept",
    ErrorCode "error-code" "the value is the code of an error",
    Beginning "beginning" "the value ends with the sign that joins it to what follows",
    KnownToAll "known-to-all" "the name is that of a list of passwords that everybody knows",
    OwnName "own-name" "the value repeats the words of its name",
    Reference "reference" "the value is a template, or refers to a secret that is kept elsewhere",
    WordUnderDenial "word-under-denial" "the value is a placeholder, and a part of the name says that it is no secret",
    UnlikelySample "unlikely-sample" "the value is a placeholder, and what stands around it seldom holds a secret",
    Unlikely "unlikely" "too little speaks for a secret",
}
