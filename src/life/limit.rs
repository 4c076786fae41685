//! What a policy limits, and for how long.

/// Longer spans are a mistake: a hundred years.
pub(super) const MOST_DAYS: i64 = 36_500;

/// What says how long: one of the limits of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// How long one value may stand before it is changed.
    MaxAge,
    /// For how long a credential may be issued.
    MaxLife,
    /// How long before its end it counts as expiring.
    WarnBefore,
    /// For how long nobody may use it.
    MaxUnused,
}

/// How many limits there are.
pub(super) const LIMITS: usize = Limit::ALL.len();

impl Limit {
    /// All of them.
    pub const ALL: [Limit; 4] = [
        Limit::MaxAge,
        Limit::MaxLife,
        Limit::WarnBefore,
        Limit::MaxUnused,
    ];

    /// The key of the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Limit::MaxAge => "max-age",
            Limit::MaxLife => "max-life",
            Limit::WarnBefore => "warn-before",
            Limit::MaxUnused => "max-unused",
        }
    }

    /// What holds where nobody says anything. A life of a year may have a leap day.
    pub(super) fn default_days(self) -> i64 {
        match self {
            Limit::MaxAge => 365,
            Limit::MaxLife => 366,
            Limit::WarnBefore => 30,
            Limit::MaxUnused => 90,
        }
    }

    pub(super) fn is_stricter(self, days: i64, than: i64) -> bool {
        match self {
            Limit::MaxAge | Limit::MaxLife | Limit::MaxUnused => days < than,
            Limit::WarnBefore => days > than,
        }
    }
}

/// A span of a limit, and who asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Days, from 1.
    pub days: i64,
    /// `default`, `profile cis: …`, `keysweep.toml:12`.
    pub because: String,
}

/// The limits that hold for one credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// How long one value may stand.
    pub max_age: Term,
    /// For how long one may be issued.
    pub max_life: Term,
    /// How long before its end it counts as expiring.
    pub warn_before: Term,
    /// For how long nobody may use it.
    pub max_unused: Term,
}
