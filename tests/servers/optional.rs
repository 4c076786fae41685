//! Servers that run only when they are asked for, because it takes minutes until they do.

use crate::desk::Desk;
use crate::kinds::{Kind, Tells, Way};
use crate::oddities::is_dead;
use crate::round::round;

/// The round of a server, and what it answers to the dead, where it runs.
fn whole(kind: &Kind) {
    if Desk::if_there(kind.alias).is_some() {
        round(kind);
        is_dead(kind);
    }
}

/// The token cannot even ask whose it is, and lives. That it was used is told to the second, as the day it was made
/// is, so that a use at once is none.
pub const GITEA: Kind = Kind {
    alias: "gitea",
    owner: "ann",
    asked: "ann",
    scope: &["read:repository"],
    listed_scope: &["read:repository"],
    given: None,
    tells: Tells {
        name: true,
        created: true,
        end: false,
        used: false,
    },
    joined: true,
    way: Way::Overlap,
    draws: false,
};

/// Cuts the life that is asked for, and puts a word before the name. An accessor is no part of the token.
pub const OPENBAO: Kind = Kind {
    alias: "openbao",
    owner: "ann",
    asked: "ann",
    scope: &["default"],
    listed_scope: &["default"],
    given: None,
    tells: Tells {
        name: false,
        created: true,
        end: true,
        used: false,
    },
    joined: false,
    way: Way::Overlap,
    draws: false,
};

/// Keys without a name or an owner; what is no key breaks it.
pub const HEADSCALE: Kind = Kind {
    alias: "headscale",
    owner: "",
    asked: "",
    scope: &[],
    listed_scope: &["full administration"],
    given: None,
    tells: Tells {
        name: false,
        created: true,
        end: true,
        used: false,
    },
    joined: true,
    way: Way::Overlap,
    draws: false,
};

/// Lists the keys themselves.
pub const MINIFLUX: Kind = Kind {
    alias: "miniflux",
    owner: "user 1",
    asked: "",
    scope: &[],
    listed_scope: &["all that its user may do"],
    given: None,
    tells: Tells {
        name: true,
        created: true,
        end: false,
        used: true,
    },
    joined: true,
    way: Way::Overlap,
    draws: false,
};

/// The names of its users are asked for by numbers.
pub const WORDPRESS: Kind = Kind {
    alias: "wordpress",
    owner: "boss",
    asked: "1",
    scope: &[],
    listed_scope: &["all that its user may do"],
    given: None,
    tells: Tells {
        name: true,
        created: true,
        end: false,
        used: true,
    },
    joined: false,
    way: Way::Overlap,
    draws: false,
};

/// What callers send is put together; dead is 403.
pub const NETBOX: Kind = Kind {
    alias: "netbox",
    owner: "boss",
    asked: "1",
    scope: &[],
    listed_scope: &["read-only"],
    given: None,
    tells: Tells {
        name: true,
        created: true,
        end: true,
        used: true,
    },
    joined: true,
    way: Way::Overlap,
    draws: false,
};

/// Every answer has the status 200, and a token is made in two requests.
pub const ZABBIX: Kind = Kind {
    alias: "zabbix",
    owner: "user 1",
    asked: "1",
    scope: &[],
    listed_scope: &[],
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

/// Dead is 200; ends are days, and the name is the id.
pub const SONARQUBE: Kind = Kind {
    alias: "sonarqube",
    owner: "admin",
    asked: "admin",
    scope: &[],
    listed_scope: &["all that its user may do"],
    given: None,
    tells: Tells {
        name: true,
        created: true,
        end: true,
        used: false,
    },
    joined: false,
    way: Way::Overlap,
    draws: false,
};

#[test]
fn gitea() {
    whole(&GITEA);
}

#[test]
fn openbao() {
    whole(&OPENBAO);
}

#[test]
fn headscale() {
    whole(&HEADSCALE);
}

#[test]
fn miniflux() {
    whole(&MINIFLUX);
}

#[test]
fn wordpress() {
    whole(&WORDPRESS);
}

#[test]
fn netbox() {
    whole(&NETBOX);
}

#[test]
fn zabbix() {
    whole(&ZABBIX);
}

#[test]
fn sonarqube() {
    whole(&SONARQUBE);
}
