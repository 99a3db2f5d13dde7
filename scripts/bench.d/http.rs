//! One keep-alive connection to the node, as any program would hold it.

use std::net::SocketAddr;

use anyhow::Context;
use bytes::Bytes;
use http_body_util::BodyExt;
use http_body_util::Full;
use hyper::Request;
use hyper::client::conn::http1::SendRequest;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// A connection, and who speaks over it.
pub(crate) struct Client {
    sender: SendRequest<Full<Bytes>>,
    host: String,
    authorization: Option<String>,
    /// Drives the connection; ends with the client.
    _driver: JoinSet<()>,
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn is_good(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The answer's JSON; a refusal is an error that quotes it.
    pub(crate) fn json(&self) -> anyhow::Result<Value> {
        let text = String::from_utf8_lossy(&self.body);
        anyhow::ensure!(self.is_good(), "the node answered {}: {text}", self.status);
        serde_json::from_slice(&self.body).with_context(|| format!("no JSON: {text}"))
    }
}

impl Client {
    pub(crate) async fn connect(address: SocketAddr, token: Option<&str>) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        let mut driver = JoinSet::new();
        driver.spawn(async move { drop(connection.await) });
        Ok(Self {
            sender,
            host: address.to_string(),
            authorization: token.map(|token| format!("Bearer {token}")),
            _driver: driver,
        })
    }

    pub(crate) async fn post(&mut self, path: &str, body: &Value) -> anyhow::Result<Answer> {
        self.ask("POST", path, ("content-type", "application/json"), body.to_string()).await
    }

    pub(crate) async fn get(&mut self, path: &str, encoding: &str) -> anyhow::Result<Answer> {
        self.ask("GET", path, ("accept-encoding", encoding), String::new()).await
    }

    async fn ask(
        &mut self,
        method: &str,
        path: &str,
        header: (&str, &str),
        body: String,
    ) -> anyhow::Result<Answer> {
        let mut request = Request::builder().method(method).uri(path).header("host", &self.host);
        request = request.header(header.0, header.1);
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        let request = request.body(Full::new(Bytes::from(body)))?;
        self.sender.ready().await?;
        let answer = self.sender.send_request(request).await?;
        let status = answer.status().as_u16();
        Ok(Answer { status, body: answer.into_body().collect().await?.to_bytes() })
    }
}
