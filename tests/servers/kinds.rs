//! What is to be known of each server of the stand.

use crate::round::round;

/// A server, and what can be expected of it.
#[derive(Clone)]
pub struct Kind {
    /// Its name in the stand.
    pub alias: &'static str,
    /// Whose the token is, as the list says it.
    pub owner: &'static str,
    /// The same as a request says it.
    pub asked: &'static str,
    /// What a token is asked to do, in the words of a request.
    pub scope: &'static [&'static str],
    /// What the list says that it may do.
    pub listed_scope: &'static [&'static str],
    /// The variable of the stand with the value of the token `deploy`, where no driver makes a first one.
    pub given: Option<&'static str>,
    /// What the list tells.
    pub tells: Tells,
    /// A value that is found is known by the list, without a word to the server.
    pub joined: bool,
    /// How a token is rotated.
    pub way: Way,
    /// In place, the server draws the new value itself: nobody can hand it out before.
    pub draws: bool,
}

/// What a list tells of a token.
#[derive(Clone, Copy, Default)]
pub struct Tells {
    /// The name that it was given.
    pub name: bool,
    /// When it was made.
    pub created: bool,
    /// When it ends, and a token can be given an end.
    pub end: bool,
    /// When it was used last, at once.
    pub used: bool,
}

/// How a token is rotated.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The new one lives beside the old one.
    Overlap,
    /// Its value is changed in its place.
    Gap,
}

/// A hub: dead is 403, and what is asked for as one scope comes back as several.
pub const JUPYTERHUB: Kind = Kind {
    alias: "jupyterhub",
    owner: "ann",
    asked: "ann",
    scope: &["read:users!user=ann"],
    listed_scope: &["read:users!user=ann"],
    given: None,
    tells: Tells {
        name: true,
        created: true,
        end: true,
        used: true,
    },
    joined: false,
    way: Way::Overlap,
    draws: false,
};

/// Two keys an account, and signatures that are really checked.
pub const MOTO: Kind = Kind {
    alias: "moto",
    owner: "ann",
    asked: "ann",
    scope: &[],
    listed_scope: &[],
    given: None,
    tells: Tells {
        name: false,
        created: true,
        end: false,
        used: false,
    },
    joined: true,
    way: Way::Overlap,
    draws: false,
};

/// No names and no day of creation; all that is to be known of a token stands in its bytes.
pub const DEVPI: Kind = Kind {
    alias: "devpi",
    owner: "ann",
    asked: "ann",
    scope: &["pkg_read", "upload"],
    listed_scope: &["pkg_read,upload"],
    given: None,
    tells: Tells {
        name: false,
        created: false,
        end: true,
        used: false,
    },
    joined: true,
    way: Way::Overlap,
    draws: false,
};

/// Dead is 200.
pub const VERDACCIO: Kind = Kind {
    alias: "verdaccio",
    owner: "boss",
    asked: "boss",
    scope: &[],
    listed_scope: &["read-write"],
    given: None,
    tells: Tells {
        name: false,
        created: true,
        end: false,
        used: false,
    },
    joined: true,
    way: Way::Overlap,
    draws: false,
};

/// Lists secrets, grants more than it is asked for, and ends tokens late.
pub const UNLEASH: Kind = Kind {
    alias: "unleash",
    owner: "",
    asked: "",
    scope: &["default"],
    listed_scope: &["client", "environment development"],
    given: None,
    tells: Tells {
        name: true,
        created: true,
        end: true,
        used: false,
    },
    joined: true,
    way: Way::Overlap,
    draws: false,
};

/// In place, and known by a salted hash.
pub const RABBITMQ: Kind = Kind {
    alias: "rabbitmq",
    owner: "",
    asked: "",
    scope: &[],
    listed_scope: &["management"],
    given: Some("STAND_RABBITMQ_DEPLOY"),
    tells: Tells {
        name: true,
        created: false,
        end: false,
        used: false,
    },
    joined: true,
    way: Way::Gap,
    draws: false,
};

/// In place; lists secrets.
pub const KEYCLOAK: Kind = Kind {
    alias: "keycloak-plain",
    owner: "",
    asked: "",
    scope: &[],
    listed_scope: &[],
    given: Some("STAND_KEYCLOAK_PLAIN_DEPLOY"),
    tells: Tells {
        name: true,
        created: true,
        end: false,
        used: false,
    },
    joined: true,
    way: Way::Gap,
    draws: true,
};

/// In place, with a verifier that the server never saw the password of.
pub const POSTGRESQL: Kind = Kind {
    alias: "postgresql",
    owner: "",
    asked: "",
    scope: &[],
    listed_scope: &[],
    given: Some("STAND_POSTGRESQL_DEPLOY"),
    tells: Tells {
        name: true,
        created: false,
        end: false,
        used: false,
    },
    joined: true,
    way: Way::Gap,
    draws: false,
};

/// In place, with a hash.
pub const MARIADB: Kind = Kind {
    alias: "mariadb",
    owner: "",
    asked: "",
    scope: &[],
    listed_scope: &["from %"],
    given: Some("STAND_MARIADB_DEPLOY"),
    tells: Tells {
        name: true,
        created: true,
        end: false,
        used: false,
    },
    joined: true,
    way: Way::Gap,
    draws: false,
};

/// In place, with a hash without a salt.
pub const REDIS: Kind = Kind {
    alias: "redis",
    owner: "",
    asked: "",
    scope: &[],
    listed_scope: &[],
    given: Some("STAND_REDIS_DEPLOY"),
    tells: Tells {
        name: true,
        created: false,
        end: false,
        used: false,
    },
    joined: true,
    way: Way::Gap,
    draws: false,
};

#[test]
fn postgresql() {
    round(&POSTGRESQL);
}

#[test]
fn mariadb() {
    round(&MARIADB);
}

#[test]
fn redis() {
    round(&REDIS);
}

#[test]
fn jupyterhub() {
    round(&JUPYTERHUB);
}

#[test]
fn moto() {
    round(&MOTO);
}

#[test]
fn devpi() {
    round(&DEVPI);
}

#[test]
fn verdaccio() {
    round(&VERDACCIO);
}

#[test]
fn unleash() {
    round(&UNLEASH);
}

#[test]
fn rabbitmq() {
    round(&RABBITMQ);
}

#[test]
fn keycloak() {
    round(&KEYCLOAK);
}
