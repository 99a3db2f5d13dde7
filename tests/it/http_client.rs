//! Somebody with an account at a node: HTTP and the live socket as any program outside would use them.
//!
//! Every request opens its own connection, so that a node that was killed costs one request and no client.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use data_encoding::BASE64URL_NOPAD;
use futures_util::StreamExt;
use http_body_util::BodyExt;
use http_body_util::Full;
use hyper::HeaderMap;
use hyper::Method;
use hyper::Request;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use serde_json::json;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::MaybeTlsStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

/// A node that takes longer has hung.
const PATIENCE: Duration = Duration::from_secs(15);

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Bytes,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }

    /// `name=value` of the cookie that the answer sets.
    pub fn cookie(&self) -> String {
        let set = self.headers.get("set-cookie").expect("the answer sets a cookie");
        set.to_str().unwrap().split(';').next().unwrap().to_owned()
    }
}

/// One request; the error says how the connection was lost.
pub async fn ask(
    address: SocketAddr,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: Vec<u8>,
) -> Result<Answer, String> {
    let exchange = async {
        let stream = TcpStream::connect(address).await.map_err(|error| error.to_string())?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| error.to_string())?;
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header("Host", address.to_string());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(Bytes::from(body))).unwrap();
        let answer = async {
            let answer = sender.send_request(request).await.map_err(|error| error.to_string())?;
            let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
            let bytes = answer.into_body().collect().await.map_err(|error| error.to_string())?;
            Ok(Answer { status, headers, bytes: bytes.to_bytes() })
        };
        tokio::pin!(answer);
        tokio::select! {
            biased;
            answer = &mut answer => answer,
            ended = connection => match ended {
                // The node closed in order; what it had said is still to be read.
                Ok(()) => answer.await,
                Err(error) => Err(error.to_string()),
            },
        }
    };
    timeout(PATIENCE, exchange).await.unwrap_or_else(|_| Err(format!("no answer in {PATIENCE:?}")))
}

/// 16 characters that no other write has.
pub fn client_id() -> String {
    let mut bytes = [0; 12];
    getrandom::fill(&mut bytes).unwrap();
    BASE64URL_NOPAD.encode(&bytes)
}

/// Somebody who is logged in at one node.
#[derive(Debug, Clone)]
pub struct Person {
    pub address: SocketAddr,
    pub me: Value,
    bearer: String,
}

impl Person {
    pub async fn try_log_in(
        address: SocketAddr,
        login: &str,
        password: &str,
    ) -> Result<Self, String> {
        let given = json!({ "login": login, "password": password, "program": true });
        let headers = [("Content-Type", "application/json")];
        let path = "/session";
        let answer = ask(address, Method::POST, path, &headers, given.to_string().into()).await?;
        let session = answer.json();
        let token = session["token"].as_str().ok_or_else(|| format!("{login}: {session}"))?;
        Ok(Self { address, me: session["me"].clone(), bearer: format!("Bearer {token}") })
    }

    pub async fn log_in(address: SocketAddr, login: &str, password: &str) -> Self {
        let session = Self::try_log_in(address, login, password).await;
        session.unwrap_or_else(|why| panic!("{login} can't log in at {address}: {why}"))
    }

    /// Number of the account.
    pub fn account(&self) -> u64 {
        self.me["account"].as_u64().unwrap()
    }

    pub fn name(&self) -> &str {
        self.me["name"].as_str().unwrap()
    }

    pub async fn send(&self, method: Method, path: &str, body: &Value) -> Result<Answer, String> {
        let headers =
            [("Authorization", self.bearer.as_str()), ("Content-Type", "application/json")];
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        ask(self.address, method, path, &headers, body).await
    }

    /// What is read must be there.
    pub async fn get(&self, path: &str) -> Value {
        let answer = self.send(Method::GET, path, &Value::Null).await.unwrap();
        assert_eq!(answer.status, 200, "GET {path}: {}", answer.json());
        answer.json()
    }

    pub async fn get_bytes(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &Value::Null).await.unwrap()
    }

    /// A write that must succeed; a client id is added where there is none.
    pub async fn post(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.try_post(path, body).await.unwrap();
        assert!((200..300).contains(&status), "POST {path}: {status} {answer}");
        answer
    }

    pub async fn try_post(&self, path: &str, mut body: Value) -> Result<(u16, Value), String> {
        if body["client_id"].is_null() {
            body["client_id"] = client_id().into();
        }
        let answer = self.send(Method::POST, path, &body).await?;
        Ok((answer.status, answer.json()))
    }

    pub async fn upload(&self, mime: &str, bytes: Vec<u8>) -> (u16, Value) {
        let headers = [("Authorization", self.bearer.as_str()), ("Content-Type", mime)];
        let answer = ask(self.address, Method::POST, "/photos", &headers, bytes).await.unwrap();
        (answer.status, answer.json())
    }

    /// The id of a room by its name.
    pub async fn room(&self, name: &str) -> String {
        let rooms = self.get("/rooms").await;
        let found = rooms["rooms"].as_array().unwrap().iter().find(|room| room["name"] == name);
        let found = found.unwrap_or_else(|| panic!("{} has no room {name}: {rooms}", self.name()));
        found["id"].as_str().unwrap().to_owned()
    }

    pub async fn say(&self, room: &str, text: &str) -> Value {
        self.post(&format!("/rooms/{room}/messages"), json!({ "text": text })).await
    }

    /// All messages of a room in the order of the screen, oldest first.
    pub async fn messages(&self, room: &str) -> Vec<Value> {
        let (mut all, mut before) = (Vec::new(), String::new());
        loop {
            let page = self.get(&format!("/rooms/{room}/messages?limit=50{before}")).await;
            let mut older = page["messages"].as_array().unwrap().clone();
            let first = older.first().map(|message| message["id"].as_str().unwrap().to_owned());
            older.append(&mut all);
            all = older;
            match first.filter(|_| page["more_before"] == true) {
                Some(id) => before = format!("&before={id}"),
                None => return all,
            }
        }
    }

    pub async fn live(&self) -> Live {
        let url = format!("ws://{}/api/v1/live", self.address);
        let mut request = url.into_client_request().unwrap();
        request.headers_mut().insert("authorization", self.bearer.parse().unwrap());
        let (socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
        Live { socket }
    }
}

/// The live socket of a page.
pub struct Live {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Live {
    /// The next event that fits; others pass.
    pub async fn next(&mut self, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let wait = async {
            while let Some(Ok(said)) = self.socket.next().await {
                let Message::Text(text) = said else { continue };
                let event: Value = serde_json::from_str(&text).unwrap();
                if fits(&event) {
                    return event;
                }
            }
            panic!("the socket ended before {what}");
        };
        let found = timeout(PATIENCE, wait).await;
        found.unwrap_or_else(|_| panic!("the live socket did not tell {what} within {PATIENCE:?}"))
    }
}
