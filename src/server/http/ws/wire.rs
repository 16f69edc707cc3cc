//! The writing side of a socket: frames are put together and sent in bursts of bounded size, and a client
//! that takes nothing is given up.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use futures_util::{SinkExt, StreamExt};
use metrics::counter;

use crate::server::live::Text;
use crate::server::live::closing::Closing;
use crate::server::live::session::Input;
use crate::server::telemetry::Metric;

/// A client that takes nothing for so long is given up.
const PATIENCE: Duration = Duration::from_secs(30);
/// So much is put together before it must be on its way.
const BURST: usize = 64 * 1_024;
/// For the last words.
const FAREWELL: Duration = Duration::from_secs(2);

/// A socket cannot be written to any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// The peer is gone.
    Gone,
    /// The peer takes nothing.
    Stuck,
}

/// What came in.
pub enum Incoming {
    /// Something for the session.
    Input(Input),
    /// Nothing for anybody: the library answers these itself.
    Nothing,
    /// The peer is gone.
    Gone,
}

/// A socket.
pub struct Wire {
    socket: WebSocket,
    pending: usize,
    /// What follows in the stream is no frame any more.
    is_out_of_step: bool,
}

impl Wire {
    /// A socket that was just established.
    pub fn new(socket: WebSocket) -> Self {
        Self {
            socket,
            pending: 0,
            is_out_of_step: false,
        }
    }

    /// What the client sends next. May be dropped and called again: nothing is lost by it.
    pub async fn next(&mut self) -> Incoming {
        match self.socket.next().await {
            Some(Ok(Message::Text(text))) => Incoming::Input(Input::Text(text)),
            Some(Ok(Message::Binary(_))) => Incoming::Input(Input::Binary),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Incoming::Input(Input::SignOfLife),
            // The library has its answer ready; reading on sends it.
            Some(Ok(Message::Close(_))) => Incoming::Nothing,
            Some(Err(error)) => self.broken(error),
            None => Incoming::Gone,
        }
    }

    fn broken(&mut self, error: axum::Error) -> Incoming {
        let error = error.into_inner().downcast::<tungstenite::Error>();
        let is_too_large = error.is_ok_and(|error| matches!(*error, tungstenite::Error::Capacity(_)));
        if !is_too_large {
            return Incoming::Gone;
        }
        self.is_out_of_step = true;
        Incoming::Input(Input::TooLarge)
    }

    /// Puts a frame on its way; sends when enough has come together.
    pub async fn put(&mut self, text: Text) -> Result<(), Broken> {
        counter!(Metric::WsFrames.name()).increment(1);
        self.feed(Message::Text(text)).await
    }

    /// Puts a protocol ping on its way.
    pub async fn ping(&mut self) -> Result<(), Broken> {
        self.feed(Message::Ping(Vec::new().into())).await
    }

    async fn feed(&mut self, message: Message) -> Result<(), Broken> {
        self.pending += match &message {
            Message::Text(text) => text.len(),
            _ => 0,
        };
        in_time(PATIENCE, self.socket.feed(message)).await?;
        if self.pending >= BURST {
            self.send().await?;
        }
        Ok(())
    }

    /// Sends what was put on its way.
    pub async fn send(&mut self) -> Result<(), Broken> {
        in_time(PATIENCE, self.socket.flush()).await?;
        self.pending = 0;
        Ok(())
    }

    /// Says why it ends, and waits a little for the client to have heard it: closing at once would tear down
    /// what is still on its way.
    pub async fn close(mut self, closing: Closing) {
        counter!(Metric::WsCloses.name(), "code" => closing.code().to_string()).increment(1);
        let frame = CloseFrame {
            code: closing.code(),
            reason: closing.reason().into(),
        };
        let said = in_time(FAREWELL, self.socket.send(Message::Close(Some(frame)))).await;
        if said.is_err() {
            return;
        }
        if self.is_out_of_step {
            tokio::time::sleep(FAREWELL / 4).await;
            return;
        }
        let rest = async { while let Some(Ok(_)) = self.socket.next().await {} };
        // It need not answer.
        let _ = tokio::time::timeout(FAREWELL, rest).await;
    }
}

async fn in_time<E>(patience: Duration, work: impl Future<Output = Result<(), E>>) -> Result<(), Broken> {
    match tokio::time::timeout(patience, work).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(Broken::Gone),
        Err(_) => Err(Broken::Stuck),
    }
}
