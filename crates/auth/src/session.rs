//! Staying signed in: a token that is good, renewed before it expires, once, by one
//! process of the profile at a time.
//!
//! A deployment takes each refresh token once; shown again later, it ends the session for
//! everybody. It makes one exception: the token whose successor was never used may be
//! shown again. So after every crash there is one safe thing to do, which is to show what
//! is kept; and the new pair is kept before anybody uses it.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use driftline_core::{Env, ExposeSecret, Millis, SecretString, TokenSource};

use crate::{
    Calls, Error, Gate, Origin, Result, Saved, Tokens, Vault,
    gate::{self, Held},
};

/// A token is renewed this long before it expires.
const EARLY: Millis = 5 * 60 * 1_000;

/// The session of a profile at one deployment.
pub struct Session {
    calls: Calls,
    vault: Arc<dyn Vault>,
    gate: Arc<dyn Gate>,
    env: Arc<dyn Env>,
    /// The access token that was last seen, and until when it is taken for good, by the
    /// clock that never jumps.
    known: Mutex<Option<(SecretString, Millis)>>,
}

/// Whether somebody is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nobody ever was, or they signed out.
    SignedOut,
    /// Somebody is.
    SignedIn,
    /// The deployment said that the session is over.
    Ended,
}

impl Session {
    /// The session whose tokens are in `vault`.
    pub fn new(
        calls: Calls,
        vault: Arc<dyn Vault>,
        gate: Arc<dyn Gate>,
        env: Arc<dyn Env>,
    ) -> Self {
        Self { calls, vault, gate, env, known: Mutex::default() }
    }

    /// The deployment.
    pub fn origin(&self) -> &Origin {
        self.calls.origin()
    }

    /// What a person calls the place of the tokens.
    ///
    /// # Errors
    /// When that cannot be told.
    pub async fn place(&self) -> Result<String> {
        self.vault.place(self.origin()).await
    }

    /// Whether somebody is signed in, without asking the deployment.
    ///
    /// # Errors
    /// When the tokens cannot be read.
    pub async fn state(&self) -> Result<State> {
        Ok(match self.vault.load(self.origin()).await? {
            None => State::SignedOut,
            Some(Saved { tokens: None, .. }) => State::Ended,
            Some(_) => State::SignedIn,
        })
    }

    /// A token that is good as far as anybody here knows.
    ///
    /// # Errors
    /// When it has to be renewed, and cannot be for now.
    pub async fn access(&self) -> Result<Option<SecretString>> {
        if let Some(token) = self.remembered() {
            return Ok(Some(token));
        }
        let Some(saved) = self.vault.load(self.origin()).await? else { return Ok(None) };
        let Some(tokens) = &saved.tokens else { return Ok(None) };
        match self.left(&saved) {
            1..=EARLY => self.next(None).await,
            // Long over, or a clock that was set forward: nobody here can tell, so the
            // deployment decides. To renew on such a clock's word would be to use a token
            // moments after it came, while an older call may still be on its way.
            left => Ok(Some(self.remember(tokens, left))),
        }
    }

    /// Another token than `refused`.
    ///
    /// # Errors
    /// When it cannot be renewed for now.
    pub async fn another(&self, refused: &SecretString) -> Result<Option<SecretString>> {
        *self.known() = None;
        self.next(Some(refused)).await
    }

    /// Makes a call that shows a token, with another one if the first is not accepted. None
    /// if nobody is signed in.
    ///
    /// # Errors
    /// What the call fails with, or when no token can be had for now.
    pub async fn with_token<T, F>(&self, call: impl Fn(SecretString) -> F) -> Result<Option<T>>
    where
        F: Future<Output = Result<Option<T>>>,
    {
        let Some(token) = self.access().await? else { return Ok(None) };
        if let Some(done) = call(token.clone()).await? {
            return Ok(Some(done));
        }
        match self.another(&token).await? {
            Some(token) => call(token).await,
            None => Ok(None),
        }
    }

    /// Keeps the tokens of a new sign-in, and ends the session that was there before.
    ///
    /// # Errors
    /// When they could not be made to last; then nothing was replaced.
    pub async fn keep(&self, tokens: Tokens) -> Result<()> {
        let _turn = self.turn().await?;
        // What cannot be read any more is replaced, too.
        let before = self.vault.load(self.origin()).await.unwrap_or_default();
        self.vault.save(self.origin(), &Saved::now(tokens, self.env.wall())).await?;
        *self.known() = None;
        if let Some(before) = before.and_then(|it| it.tokens) {
            self.end(&before).await;
        }
        Ok(())
    }

    /// Forgets the tokens here, then ends the session there. Returns whether the
    /// deployment was told; where it was not, the session ends by itself.
    ///
    /// # Errors
    /// When the tokens may still be here.
    pub async fn sign_out(&self) -> Result<bool> {
        let _turn = self.turn().await?;
        let before = self.vault.load(self.origin()).await.unwrap_or_default();
        self.vault.remove(self.origin()).await?;
        *self.known() = None;
        match before.and_then(|it| it.tokens) {
            Some(tokens) => Ok(self.end(&tokens).await),
            None => Ok(true),
        }
    }

    /// Ends a session whose tokens are kept nowhere any more. Ending needs a token that
    /// has not expired, so the pair is renewed first, for the last time.
    pub async fn end(&self, tokens: &Tokens) -> bool {
        match self.calls.refresh(tokens).await {
            Ok(Some(last)) => self.calls.sign_out(&last).await.is_ok(),
            Ok(None) => true,
            Err(_) => self.calls.sign_out(tokens).await.is_ok(),
        }
    }

    /// Renews, unless another process has done so while this one waited.
    async fn next(&self, refused: Option<&SecretString>) -> Result<Option<SecretString>> {
        let _turn = self.turn().await?;
        let Some(saved) = self.vault.load(self.origin()).await? else { return Ok(None) };
        let Some(tokens) = &saved.tokens else { return Ok(None) };
        let left = self.left(&saved);
        let is_wanted = match refused {
            None => !(1..=EARLY).contains(&left),
            Some(it) if it.expose_secret() == tokens.access.expose_secret() => false,
            // Another process renewed it, but perhaps long ago: the machine may have slept.
            Some(_) => left > 0 || self.calls.accepts(&tokens.access).await?,
        };
        if is_wanted {
            return Ok(Some(self.remember(tokens, left)));
        }
        match self.calls.refresh(tokens).await {
            Ok(Some(new)) => {
                self.vault.save(self.origin(), &Saved::now(new.clone(), self.env.wall())).await?;
                tracing::debug!(origin = %self.origin(), "the sign-in was renewed");
                Ok(Some(self.remember(&new, new.life())))
            }
            Ok(None) => {
                self.vault.save(self.origin(), &Saved::ended(self.env.wall())).await?;
                tracing::warn!(origin = %self.origin(), "the session is over; sign in again");
                Ok(None)
            }
            // The old one is still good for a while, as far as anybody here knows.
            Err(error) if refused.is_none() && left > 0 && error.is_transient() => {
                tracing::debug!(code = error.code(), "the sign-in could not be renewed yet");
                Ok(Some(tokens.access.clone()))
            }
            Err(error) => Err(error),
        }
    }

    async fn turn(&self) -> Result<Held> {
        gate::enter(&*self.gate, &*self.env).await
    }

    /// How long a kept token is taken for good; nothing if only the deployment can say.
    /// A clock that was set back since it came makes it look new, and one that was set
    /// forward makes it look old: neither makes anybody renew or signs anybody out.
    fn left(&self, saved: &Saved) -> Millis {
        saved.life.saturating_sub(self.env.wall().saturating_sub(saved.received))
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Option<(SecretString, Millis)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remembered(&self) -> Option<SecretString> {
        let known = self.known();
        let (token, until) = known.as_ref()?;
        (self.env.monotonic() < *until).then(|| token.clone())
    }

    fn remember(&self, tokens: &Tokens, left: Millis) -> SecretString {
        let until = self.env.monotonic().saturating_add(left.saturating_sub(EARLY));
        *self.known() = Some((tokens.access.clone(), until));
        tokens.access.clone()
    }
}

#[async_trait]
impl TokenSource for Session {
    async fn token(&self, origin: &str) -> driftline_core::Result<Option<SecretString>> {
        if !self.is_at(origin) {
            return Ok(None);
        }
        self.access().await.map_err(Error::into)
    }

    async fn renew(
        &self,
        origin: &str,
        refused: &SecretString,
    ) -> driftline_core::Result<Option<SecretString>> {
        if !self.is_at(origin) {
            return Ok(None);
        }
        self.another(refused).await.map_err(Error::into)
    }
}

impl Session {
    /// Whether `origin` is this deployment. Tokens are for no other.
    fn is_at(&self, origin: &str) -> bool {
        Origin::parse(origin).is_ok_and(|it| it == *self.origin())
    }
}
