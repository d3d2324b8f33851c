//! One changed row from a device to another, through a database.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use tokio_postgres::{Client, NoTls, types::Type};
use xtask_bench::{data, median, reading::Reading, seconds};

use super::{FILLED, PLAIN, in_use, line::Line, open, server};
use crate::{
    device::{Device, environment},
    stage::{Stage, runtime},
};

/// How often one change is measured in a run.
const TRIPS: u64 = 10;
/// How many changes go before, which are not measured.
const WARM: u64 = 2;

/// One change after the other, with answers that take `latency` milliseconds: seconds for one,
/// and how often it waited.
pub(super) fn trips(stage: &Stage, latency: u64) -> Result<(Reading, Reading)> {
    let one = Device::open(&stage.world("one"))?;
    let other = Device::open(&stage.world("other"))?;
    let (line, runtime) = (line(stage, latency)?, runtime()?);
    let there = match &line {
        Some(line) => format!("postgres://postgres@127.0.0.1:{}/{FILLED}", line.port),
        None => server::address(stage.server()?, FILLED),
    };
    let (from, to) = (in_use(open(&there)?)?, in_use(open(&there)?)?);
    runtime.block_on(async {
        one.sync(&from).await?;
        other.sync(&to).await
    })?;
    each_trip(stage, line.as_ref(), |session, note| {
        one.note(session, note)?;
        seconds(|| {
            runtime.block_on(async {
                let sent = one.send(&from).await?;
                let received = other.sync(&to).await?;
                let calls = (sent.sent, received.received, sent.calls, received.calls);
                ensure!(calls == (1, 1, 1, 1), "one change took more: {calls:?}");
                Ok(())
            })
        })
    })
}

pub(super) fn bare_trips(stage: &Stage, latency: u64) -> Result<(Reading, Reading)> {
    let (line, runtime) = (line(stage, latency)?, runtime()?);
    let (one, other) = runtime.block_on(async {
        anyhow::Ok((plain(stage, line.as_ref()).await?, plain(stage, line.as_ref()).await?))
    })?;
    each_trip(stage, line.as_ref(), |session, note| {
        let id = data::session(session).id.to_bytes().to_vec();
        let of = (&id as &(dyn tokio_postgres::types::ToSql + Sync), Type::BYTEA);
        seconds(|| {
            runtime.block_on(async {
                let update = "UPDATE sessions SET note = $2 WHERE id = $1";
                one.execute_typed(update, &[of.clone(), (&note, Type::TEXT)]).await?;
                let select = "SELECT note FROM sessions WHERE id = $1";
                let found = other.query_typed(select, &[of]).await?;
                let found: &str = found.first().context("a session is missing")?.try_get(0)?;
                ensure!(found == note, "another note is there: {found}");
                Ok(())
            })
        })
    })
}

/// A connection to the plain tables.
async fn plain(stage: &Stage, line: Option<&Line>) -> Result<Client> {
    let Some(line) = line else { return server::client(stage.server()?, PLAIN).await };
    let config = format!("host=127.0.0.1 port={} user=postgres dbname={PLAIN}", line.port);
    let (client, connection) = tokio_postgres::connect(&config, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// A line on which an answer takes so many milliseconds, if it takes any.
fn line(stage: &Stage, latency: u64) -> Result<Option<Line>> {
    let socket = server::socket(stage.server()?);
    let each_way = Duration::from_millis(latency) / 2;
    (latency > 0).then(|| Line::to(socket, each_way)).transpose()
}

/// Changes one session after the other. The first ones are for what is looked up once.
fn each_trip(
    stage: &Stage,
    line: Option<&Line>,
    mut change: impl FnMut(u64, &str) -> Result<f64>,
) -> Result<(Reading, Reading)> {
    // No two parts may write the same note: it would be no change.
    let drawn = environment()?.random();
    let (mut times, mut waits) = (Vec::new(), Vec::new());
    for number in 0..TRIPS + WARM {
        let note = format!("Note {number} of run {}, {:016x}", stage.run, drawn);
        if let Some(line) = line {
            line.trips();
        }
        let time = change(number % stage.sessions(), &note)?;
        if number >= WARM {
            times.push(time);
            waits.push(line.map_or(0, Line::trips) as f64);
        }
    }
    Ok((median(times).into(), median(waits).into()))
}
