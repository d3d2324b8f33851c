//! Looking a database over. Nothing is made or changed there, tables and rows included.

use async_trait::async_trait;
use driftline_core::{Examine, Examined, Result};
use driftline_sealing::Key;

use crate::{
    Postgres,
    fault::{self, Fault},
    migrate, pull,
    session::{Session, within},
};

/// The longest that looking takes once it is connected.
const LOOK: u64 = 60_000;

#[async_trait]
impl Examine for Postgres {
    async fn examine(&self) -> Examined {
        let mut all = Examined::default();
        let session = self.door.connect().await.map_err(|it| it.error(&self.name));
        let words = |it: &Session| {
            let version = it.server_version / 10_000;
            format!("{}, PostgreSQL {version}, as the role `{}`", self.name, it.role)
        };
        if let Some(mut session) = all.add("remote", session, words) {
            let looks = self.look(&mut all, &mut session);
            if let Err(fault) = within(&*self.door.env, LOOK, looks).await {
                let slow: Result<()> = Err(fault.error(&self.name));
                all.add("answers", slow, |()| String::new());
            }
        }
        all
    }
}

impl Postgres {
    async fn look(&self, all: &mut Examined, session: &mut Session) {
        let told = |fault: Fault| fault.error(&self.name);
        let took = self.round_trip(session).await.map_err(told);
        let time = pull::time(session).await.map_err(told);
        match took.and_then(|took| Ok((took, time?))) {
            Ok((took, time)) => {
                all.round_trip = Some(took);
                all.times = Some((self.time().unwrap_or(time), self.door.env.wall()));
            }
            Err(error) => {
                all.add("answers", Err::<(), _>(error), |()| String::new());
                return;
            }
        }
        if session.is_above {
            let text = "it is above row security, and sees the rows of everybody in this database";
            all.add("role", Ok(()), |()| text.into());
        }
        let tables = self.tables(session).await.map_err(told);
        let is_ready = all.add("tables", tables, |is_ready| match is_ready {
            true => "of this version".into(),
            false => "of an older version, which the next sync changes".into(),
        });
        if is_ready.is_none() {
            return;
        }
        let key = session.sealing.key.as_ref().map(Key::id);
        let state = pull::state(session).await.map_err(told);
        let state = all.add("changes", state, |state| match state {
            Some(state) => format!("{} so far", state.at().head),
            None => "no rows of this role have been sent yet".into(),
        });
        if state.is_some() {
            all.add("key", Ok(key), |key| match key {
                Some(id) => format!("kept here: {id}"),
                None => "none: whoever administers the server can read all rows".into(),
            });
        }
        all.identity = state.flatten().map(|it| it.identity);
    }

    async fn tables(&self, session: &mut Session) -> fault::Result<bool> {
        if !session.has_tables {
            let what = "nothing of Driftline is in this database";
            let help =
                "is it the right one? If it is new, or was emptied on purpose, connect again";
            return Err(Fault::mend(what, help));
        }
        migrate::is_ready(session).await
    }
}
