//! The tables, by version. Each step from one version to the next is a file of SQL; all that
//! are needed run in one transaction under a lock. A database of a newer version is left
//! alone: what an older program would write there is not known to be right.

use driftline_core::Env;
use tokio_postgres::types::{ToSql, Type};

use crate::{
    fault::{Fault, Result},
    session::{Session, one},
};

/// What leads to each version from the one before.
const STEPS: [&str; 2] = [include_str!("sql/1.sql"), include_str!("sql/2.sql")];
/// The version that this program reads and writes.
const VERSION: i32 = 2;

const LOOK: &str = "SELECT version, name FROM driftline._version";

/// Makes sure that the tables are there, in this version, and learns the database's name.
/// Returns whether it made or changed them.
pub(crate) async fn ready(session: &mut Session, env: &dyn Env) -> Result<bool> {
    if is_ready(session).await? {
        return Ok(false);
    }
    session.client.batch_execute("BEGIN").await?;
    let done = match migrate(session, env).await {
        Ok(()) => session.client.batch_execute("COMMIT").await.map_err(Fault::from),
        Err(fault) => Err(fault),
    };
    match done {
        Ok(()) => {
            // Whoever made or changed them owns them.
            (session.has_tables, session.is_owner) = (true, true);
            look(session).await?;
            Ok(true)
        }
        Err(fault) => {
            session.client.batch_execute("ROLLBACK").await?;
            if let Fault::Overtaken(_) = fault
                && look(session).await? == VERSION
            {
                session.has_tables = true;
                return Ok(false);
            }
            Err(told(session, fault).await)
        }
    }
}

/// Whether the tables are there, in this version.
pub(crate) async fn is_ready(session: &mut Session) -> Result<bool> {
    Ok(session.has_tables && look(session).await? == VERSION)
}

/// Which version is there. Learns the database's name.
async fn look(session: &mut Session) -> Result<i32> {
    let row = one(session.client.query_typed(LOOK, &[]).await?)?;
    let version = row.try_get(0)?;
    if version > VERSION {
        return Err(Fault::mend(
            format!("its tables are of version {version}, and this program knows {VERSION}"),
            "update this program",
        ));
    }
    session.database = row.try_get(1)?;
    Ok(version)
}

/// Runs the steps that are lacking, inside a transaction that the caller ends.
pub(crate) async fn migrate(session: &mut Session, env: &dyn Env) -> Result<()> {
    let mut version = 0;
    if session.has_tables {
        session.client.batch_execute("LOCK TABLE driftline._version IN EXCLUSIVE MODE").await?;
        version = look(session).await?;
    }
    let done = usize::try_from(version).unwrap_or_default();
    for step in STEPS.iter().skip(done) {
        session.client.batch_execute(step).await?;
    }
    let version = (&VERSION as &(dyn ToSql + Sync), Type::INT4);
    if session.has_tables {
        const PUT: &str = "UPDATE driftline._version SET version = $1";
        session.client.execute_typed(PUT, &[version]).await?;
    } else {
        const PUT: &str = "INSERT INTO driftline._version (version, name) VALUES ($1, $2)";
        session.client.execute_typed(PUT, &[version, (&drawn(env), Type::TEXT)]).await?;
    }
    Ok(())
}

/// A random name.
pub(crate) fn drawn(env: &dyn Env) -> String {
    format!("{:016x}{:016x}", env.random(), env.random())
}

/// A missing right, said so that a person knows who has it. Outside of a transaction.
pub(crate) async fn told(session: &Session, fault: Fault) -> Fault {
    let Fault::Mend(what, _) = &fault else { return fault };
    if !what.contains("42501") {
        return fault;
    }
    const OWNERS: &str = "SELECT pg_get_userbyid(datdba)::text, (SELECT pg_get_userbyid(nspowner)::text \
        FROM pg_namespace WHERE nspname = 'driftline') FROM pg_database \
        WHERE datname = current_database()";
    let Ok(rows) = session.client.query_typed(OWNERS, &[]).await else { return fault };
    let role = &session.role;
    let get = |at| rows.first()?.try_get::<_, Option<String>>(at).ok()?;
    match (get(0), get(1)) {
        (_, Some(owner)) => Fault::mend(
            format!("its tables are of an older version, and `{role}` may not change them"),
            format!("let `{owner}`, who owns them, connect with this version of the program once"),
        ),
        (Some(owner), None) => Fault::mend(
            format!("`{role}` may not make the schema `driftline` there"),
            format!(
                "let `{owner}` run: GRANT CREATE ON DATABASE ... TO {role}; or connect as \
                 `{owner}` once"
            ),
        ),
        (None, None) => fault,
    }
}
