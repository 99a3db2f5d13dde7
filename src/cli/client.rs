//! A small HTTP/1.1 client: for joining over TCP, and for commands over the control socket.

use anyhow::Context;
use anyhow::bail;
use bytes::Bytes;
use http_body_util::BodyExt;
use http_body_util::Full;
use hyper::Method;
use hyper::Request;
use hyper_util::rt::TokioIo;
use tokio::io::AsyncRead;
use tokio::io::AsyncWrite;

/// What is asked.
pub(crate) struct Ask<'a> {
    pub(crate) method: Method,
    pub(crate) path: &'a str,
    pub(crate) content_type: &'a str,
    pub(crate) body: Vec<u8>,
}

/// Asks over an open connection; answers with status and body.
pub(crate) async fn ask<S>(stream: S, host: &str, ask: Ask<'_>) -> anyhow::Result<(u16, Bytes)>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let request = Request::builder()
        .method(ask.method)
        .uri(ask.path)
        .header("Host", host)
        .header("Content-Type", ask.content_type)
        .body(Full::new(Bytes::from(ask.body)))?;
    let exchange = async {
        let answer = sender.send_request(request).await?;
        let status = answer.status().as_u16();
        Ok::<_, anyhow::Error>((status, answer.into_body().collect().await?.to_bytes()))
    };
    tokio::select! {
        answer = exchange => answer,
        _ = connection => bail!("the connection ended before the answer; try again"),
    }
}

/// Asks `http://host:port/…` over TCP.
pub(crate) async fn ask_url(base: &str, path: &str, body: Vec<u8>) -> anyhow::Result<(u16, Bytes)> {
    let host = base
        .strip_prefix("http://")
        .with_context(|| {
            format!("{base} must begin with http:// (the request is encrypted by itself)")
        })?
        .trim_end_matches('/');
    let address = if host.rsplit(':').next().is_some_and(|port| port.parse::<u16>().is_ok()) {
        host.to_owned()
    } else {
        format!("{host}:80")
    };
    let within = std::time::Duration::from_secs(10);
    let stream = tokio::time::timeout(within, tokio::net::TcpStream::connect(&address))
        .await
        .with_context(|| format!("{address} does not answer: check address and line"))?
        .with_context(|| format!("cannot reach {address}: check address and line"))?;
    let what = Ask { method: Method::POST, path, content_type: "application/octet-stream", body };
    ask(stream, host, what).await
}
