//! A client of the sockets. It waits for what it expects, never for time to pass.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::{Bytes, Error, Message};

/// Whoever waits longer for a frame waits for nothing.
const PATIENCE: Duration = Duration::from_mins(1);

/// An open socket.
pub struct Socket {
    stream: WebSocketStream<TcpStream>,
}

/// How a socket ended: what still came, and the code of the close frame.
#[derive(Debug)]
pub struct End {
    pub frames: Vec<Value>,
    pub code: Option<u16>,
}

fn request(address: SocketAddr, path: &str, headers: &[(&'static str, &str)]) -> Request {
    let mut request = format!("ws://{address}{path}").into_client_request().unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    request
}

impl Socket {
    /// Opens a socket as nobody in particular.
    pub async fn open(address: SocketAddr, path: &str) -> Self {
        Self::open_with(address, path, &[]).await
    }

    /// Opens a socket with the bearer token of somebody.
    pub async fn open_as(address: SocketAddr, path: &str, token: &str) -> Self {
        let bearer = format!("Bearer {token}");
        Self::open_with(address, path, &[("authorization", &bearer)]).await
    }

    pub async fn open_with(address: SocketAddr, path: &str, headers: &[(&'static str, &str)]) -> Self {
        match Self::try_open(address, path, headers).await {
            Ok(socket) => socket,
            Err(error) => panic!("{path} was not opened: {error}"),
        }
    }

    /// The HTTP status with which the handshake was refused.
    pub async fn refused(address: SocketAddr, path: &str, headers: &[(&'static str, &str)]) -> u16 {
        match Self::try_open(address, path, headers).await {
            Err(Error::Http(response)) => response.status().as_u16(),
            Err(error) => panic!("{path}: {error}"),
            Ok(_) => panic!("{path} was opened"),
        }
    }

    /// The same, of somebody who is signed in.
    pub async fn refused_as(address: SocketAddr, path: &str, token: &str) -> u16 {
        Self::refused(address, path, &[("authorization", &format!("Bearer {token}"))]).await
    }

    async fn try_open(
        address: SocketAddr,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, Error> {
        let tcp = TcpSocket::new_v4()?;
        // A small window, so that who does not read is noticed soon.
        tcp.set_recv_buffer_size(16 * 1_024)?;
        let tcp = tcp.connect(address).await?;
        let request = request(address, path, headers);
        let (stream, _) = tokio_tungstenite::client_async(request, tcp).await?;
        Ok(Self { stream })
    }

    /// The next frame that is no heartbeat: those come by the clock of the wall.
    pub async fn next(&mut self) -> Value {
        loop {
            let frame = self.next_of_all().await;
            if frame["type"] != "heartbeat" {
                return frame;
            }
        }
    }

    /// The next frame of this type; others are let go.
    pub async fn next_of(&mut self, kind: &str) -> Value {
        loop {
            let frame = self.next_of_all().await;
            if frame["type"] == kind {
                return frame;
            }
        }
    }

    async fn next_of_all(&mut self) -> Value {
        match self.receive().await {
            Ok(frame) => frame,
            Err(code) => panic!("closed with {code:?}"),
        }
    }

    /// The next `count` frames.
    pub async fn take(&mut self, count: usize) -> Vec<Value> {
        let mut frames = Vec::with_capacity(count);
        for _ in 0..count {
            frames.push(self.next().await);
        }
        frames
    }

    /// Everything up to the answer to a ping that is sent now: what was to come before it has come.
    pub async fn settle(&mut self) -> Vec<Value> {
        let mark = rand::random::<u32>();
        self.say(serde_json::json!({"type": "ping", "timestamp": mark}))
            .await;
        let mut frames = Vec::new();
        loop {
            let frame = self.next().await;
            if frame["type"] == "pong" && frame["timestamp"] == mark {
                return frames;
            }
            frames.push(frame);
        }
    }

    /// What still comes until the server closes.
    pub async fn end(mut self) -> End {
        let mut frames = Vec::new();
        loop {
            match self.receive().await {
                Ok(frame) => frames.push(frame),
                Err(code) => return End { frames, code },
            }
        }
    }

    async fn receive(&mut self) -> Result<Value, Option<u16>> {
        loop {
            let message = tokio::time::timeout(PATIENCE, self.stream.next()).await;
            match message.expect("nothing came") {
                Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(frame))) => return Err(frame.map(|frame| frame.code.into())),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(None),
            }
        }
    }

    pub async fn say(&mut self, message: Value) {
        self.say_text(&message.to_string()).await;
    }

    pub async fn say_text(&mut self, text: &str) {
        // A server that refuses may have closed already.
        let _ = self.stream.send(Message::text(text)).await;
    }

    pub async fn say_bytes(&mut self, bytes: &'static [u8]) {
        let _ = self.stream.send(Message::Binary(Bytes::from_static(bytes))).await;
    }
}
