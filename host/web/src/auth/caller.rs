//! A caller that is known: its name, its role, and what it may do.

use std::fmt;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;

use crate::problem::Problem;

/// What a caller may be allowed to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Look at everything.
    Read,
    /// Change alerts, the allowlist and the outbox.
    Act,
    /// Start scans and lookups.
    Scan,
    /// Manage users and tokens.
    Admin,
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Read, Self::Act, Self::Scan, Self::Admin];

    /// As it is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Act => "act",
            Self::Scan => "scan",
            Self::Admin => "admin",
        }
    }
}

/// Some of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scopes(u8);

impl Scopes {
    /// These.
    #[must_use]
    pub fn of(scopes: &[Scope]) -> Self {
        Self(scopes.iter().fold(0, |bits, scope| bits | 1 << *scope as u8))
    }

    /// Reads `read,act`.
    ///
    /// # Errors
    /// The name that is none.
    pub fn parse(text: &str) -> Result<Self, String> {
        let named = |name: &str| Scope::ALL.into_iter().find(|scope| scope.name() == name).ok_or_else(|| name.to_owned());
        let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
        names.map(named).collect::<Result<Vec<_>, _>>().map(|scopes| Self::of(&scopes))
    }

    /// Whether it is one of them.
    #[must_use]
    pub fn has(self, scope: Scope) -> bool {
        self.0 & 1 << scope as u8 != 0
    }

    /// Those that are in both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Each of them.
    pub fn each(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |scope| self.has(*scope))
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.each().map(Scope::name).collect::<Vec<_>>().join(","))
    }
}

/// What a user is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Looks at everything.
    Viewer,
    /// Also changes alerts and starts scans.
    Analyst,
    /// Also manages users.
    Admin,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Analyst, Self::Admin];

    /// As it is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Analyst => "analyst",
            Self::Admin => "admin",
        }
    }

    /// The one with this name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// What it may do.
    #[must_use]
    pub fn scopes(self) -> Scopes {
        match self {
            Self::Viewer => Scopes::of(&[Scope::Read]),
            Self::Analyst => Scopes::of(&[Scope::Read, Scope::Act, Scope::Scan]),
            Self::Admin => Scopes::of(&Scope::ALL),
        }
    }
}

/// Who sent a request. It is an extractor; a route that is not behind the login has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The name of the user.
    pub name: String,
    /// Its role.
    pub role: Role,
    /// What the caller may do: a token may do less than its user.
    pub scopes: Scopes,
    /// What a form has to send back in its field `csrf`, or a script in the header `X-CSRF-Token`; none where a token was sent.
    pub csrf: Option<String>,
}

impl Caller {
    /// Whether it may do this.
    #[must_use]
    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.has(scope)
    }

    /// Makes sure that it may do this.
    ///
    /// # Errors
    /// When it may not.
    pub fn need(&self, scope: Scope) -> Result<(), Problem> {
        if self.may(scope) {
            return Ok(());
        }
        let (name, scopes, needed) = (&self.name, self.scopes, scope.name());
        let detail = format!("{name} may not do this: it needs the scope `{needed}`, and there is only `{scopes}`");
        Err(Problem::new(StatusCode::FORBIDDEN, detail).fix("ask an admin for another role, or use a token with that scope"))
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(unknown)
    }
}

/// Nobody is logged in.
pub(super) fn unknown() -> Problem {
    let fix = "log in at /login, or send a token in the header `Authorization: Bearer ...`; `net-scout token add` makes one";
    Problem::new(StatusCode::UNAUTHORIZED, "nobody is logged in").fix(fix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_read_and_written() {
        assert_eq!(Scopes::parse("act, read").map(|scopes| scopes.to_string()), Ok("read,act".to_owned()));
        assert_eq!(Scopes::parse("read,root"), Err("root".to_owned()));
        assert!(Scopes::parse("").is_ok_and(Scopes::is_empty));
        assert!(Role::Viewer.scopes().and(Scopes::of(&[Scope::Act])).is_empty());
        assert_eq!(Role::Analyst.scopes().to_string(), "read,act,scan");
    }
}
