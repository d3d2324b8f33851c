//! The client that people use, called from a schedule: the suite runs devices in one
//! thread without a runtime, on a clock of its own, and the client needs both.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use async_trait::async_trait;
use driftline_convex::{Convex, Origin};
use driftline_core::{
    Answers, Backend, Env, Limits, Millis, Page, Pull, Push, Result, Schema, Simulated,
};
use futures_util::future::{BoxFuture, FutureExt};
use tokio::runtime::Runtime;

use crate::{key::OneKey, node::Node};

/// The deployment as a schedule calls it.
pub(crate) struct Door {
    convex: Convex,
    node: Arc<Node>,
    env: Arc<Simulated>,
    runtime: Arc<Runtime>,
}

impl Door {
    pub(crate) fn open(
        node: Arc<Node>,
        runtime: Arc<Runtime>,
        env: Arc<Simulated>,
    ) -> Result<Self> {
        let origin = Origin::of_deployment(node.deployment.url())?;
        let real = RealTime { shown: env.clone(), random: AtomicU64::new(env.random()) };
        let convex = Convex::new(origin, Arc::new(real), Some(node.clone()))?;
        Ok(Self { convex, node, env, runtime })
    }

    /// The same, with rows that are sealed.
    pub(crate) fn sealed(self, schema: &Schema, key: Arc<OneKey>) -> Self {
        Self { convex: self.convex.sealed(Some(true), schema, key), ..self }
    }

    fn run<T>(&self, call: impl Future<Output = Result<T>>) -> Result<T> {
        self.runtime.block_on(async {
            self.node.set_clock(self.env.wall()).await?;
            call.await
        })
    }
}

#[async_trait]
impl Backend for Door {
    fn name(&self) -> String {
        self.convex.name()
    }

    fn limits(&self) -> Limits {
        self.convex.limits()
    }

    async fn pull(&self, request: Pull) -> Result<Page> {
        self.run(self.convex.pull(request))
    }

    async fn push(&self, request: Push) -> Result<Answers> {
        self.run(self.convex.push(request))
    }
}

/// The schedule's clock, but deadlines in real time: answers come over a real socket.
struct RealTime {
    shown: Arc<Simulated>,
    random: AtomicU64,
}

impl Env for RealTime {
    fn wall(&self) -> Millis {
        self.shown.wall()
    }

    fn monotonic(&self) -> Millis {
        self.shown.monotonic()
    }

    fn random(&self) -> u64 {
        // Only tells one call from another; the schedule's own randomness is left alone.
        self.random.fetch_add(1, Ordering::Relaxed)
    }

    fn sleep(&self, length: Millis) -> BoxFuture<'static, ()> {
        tokio::time::sleep(std::time::Duration::from_millis(length)).boxed()
    }
}
