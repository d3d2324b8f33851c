//! What the deployment does with refresh tokens: each is good once; the parent of the
//! token that was issued last and never used is good again, and gives that token; others
//! are good again for ten seconds, and give another; after that they end everything that
//! came from them.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use driftline_auth::Tokens;

const REUSE_MS: u64 = 10_000;
pub const LIFE_MS: u64 = 3_600_000;

#[derive(Clone, Default)]
struct Issued {
    parent: Option<usize>,
    first_used: Option<u64>,
}

/// One session.
#[derive(Default)]
pub struct Server {
    issued: Vec<Issued>,
    access: BTreeMap<String, u64>,
    minted: u64,
    pub rotated: u64,
    pub given_again: u64,
    pub forked: u64,
    pub ended: u64,
}

impl Server {
    pub fn sign_in(&mut self, now: u64) -> Tokens {
        self.issued.push(Issued::default());
        self.pair(self.issued.len() - 1, now)
    }

    /// What `auth:signIn` answers to a refresh token.
    pub fn refresh(&mut self, token: &str, now: u64) -> Option<Tokens> {
        let id: usize = token.split('|').next().unwrap().parse().unwrap();
        let Some(first) = self.issued[id].first_used else {
            self.issued[id].first_used = Some(now);
            self.rotated += 1;
            return Some(self.child(id, now));
        };
        let active = (0..self.issued.len()).rev().find(|it| self.issued[*it].first_used.is_none());
        if let Some(active) = active
            && self.issued[active].parent == Some(id)
        {
            self.given_again += 1;
            return Some(self.pair(active, now));
        }
        if first + REUSE_MS > now {
            self.forked += 1;
            return Some(self.child(id, now));
        }
        self.ended += 1;
        let mut dead = vec![id];
        while let Some(id) = dead.pop() {
            self.issued[id].first_used = Some(0);
            let children = 0..self.issued.len();
            dead.extend(children.filter(|it| self.issued[*it].parent == Some(id)));
        }
        None
    }

    /// Whether a call with this access token is taken.
    pub fn takes(&self, access: &str, now: u64) -> bool {
        self.access.get(access).is_some_and(|it| now < *it)
    }

    fn child(&mut self, parent: usize, now: u64) -> Tokens {
        self.issued.push(Issued { parent: Some(parent), first_used: None });
        self.pair(self.issued.len() - 1, now)
    }

    fn pair(&mut self, id: usize, now: u64) -> Tokens {
        self.minted += 1;
        let (iat, exp, serial) = (now / 1_000, (now + LIFE_MS) / 1_000, self.minted);
        let payload = format!(r#"{{"iat":{iat},"exp":{exp},"serial":{serial}}}"#);
        let access = format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(payload));
        self.access.insert(access.clone(), exp * 1_000);
        Tokens::new(access, format!("{id}|session")).unwrap()
    }
}
