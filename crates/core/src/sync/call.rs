//! A call that is under way while this device does something else.

use std::{future, task::Poll};

use futures_util::future::BoxFuture;

/// A call. It begins when it is waited for, or before.
pub(super) struct Call<'a, T>(BoxFuture<'a, T>);

impl<'a, T: Send + 'a> Call<'a, T> {
    /// One that has not begun.
    pub(super) fn new(call: impl Future<Output = T> + Send + 'a) -> Self {
        Self(Box::pin(call))
    }

    /// Begins it, and waits for nothing.
    pub(super) async fn begun(mut self) -> Self {
        let call = &mut self.0;
        let done = future::poll_fn(|context| Poll::Ready(call.as_mut().poll(context))).await;
        if let Poll::Ready(done) = done {
            self.0 = Box::pin(future::ready(done));
        }
        self
    }

    /// Waits for the answer.
    pub(super) async fn answer(self) -> T {
        self.0.await
    }
}
