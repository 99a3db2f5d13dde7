//! A node with its HTTP door open, and a client that sees every byte: what the tests of the web's safety need.
//!
//! The client is written by hand, because browsers' rules (Origin, cookies) must be broken here on purpose.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use noroshi::app::App;
use noroshi::app::Parts;
use noroshi::app::bulletin::ClientIdOnly;
use noroshi::app::org;
use noroshi::app::org::NewAccount;
use noroshi::http::HttpOptions;
use noroshi::identity::keys::NodeKeys;
use noroshi::media::PhotoLimits;
use noroshi::observe::Observe;
use noroshi::store::Store;
use tempfile::TempDir;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::town;
use crate::town::Town;

/// Nothing in these tests may take longer.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

/// A node that serves HTTP on loopback.
pub(crate) struct Door {
    pub(crate) address: SocketAddr,
    pub(crate) app: App,
    pub(crate) observe: Observe,
    pub(crate) stop: CancellationToken,
    pub(crate) served: JoinHandle<std::io::Result<()>>,
    _dir: TempDir,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("no JSON ({error}) in {}{}", self.head, self.text()))
    }

    pub(crate) fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    /// `name=value` of the cookie that the answer sets.
    pub(crate) fn cookie(&self) -> String {
        let set = self.header("set-cookie").unwrap_or_else(|| panic!("no cookie: {}", self.head));
        set.split(';').next().unwrap().to_owned()
    }
}

pub(crate) fn app_of(store: Store) -> App {
    let keys = NodeKeys::generate(&mut |bytes| bytes.fill(9));
    let (exchange, peers) = tokio::sync::watch::channel(Vec::new());
    // An exchange that is gone would mean that the node stops.
    std::mem::forget(exchange);
    App::new(Parts {
        store,
        root: keys.signing_public(),
        keys: Arc::new(keys),
        peers,
        base_url: "http://127.0.0.1".to_owned(),
        mqtt_address: "127.0.0.1:1884".to_owned(),
        demo: None,
        photos: PhotoLimits::default(),
    })
}

impl Door {
    pub(crate) async fn open(store: Store, dir: TempDir, options: HttpOptions) -> Self {
        let app = app_of(store);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (observe, stop) = (Observe::default(), CancellationToken::new());
        let serving =
            noroshi::http::serve(app.clone(), observe.clone(), listener, stop.clone(), options);
        let served = tokio::spawn(serving);
        Self { address, app, observe, stop, served, _dir: dir }
    }

    /// Scheme, host and port, as a browser's `Origin` has them.
    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) async fn send(
        &self,
        verb: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let mut lines = vec![format!("{verb} {path} HTTP/1.1"), "Connection: close".to_owned()];
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            lines.push(format!("Host: {}", self.address));
        }
        lines.extend(headers.iter().map(|(name, value)| format!("{name}: {value}")));
        if !body.is_empty() {
            lines.push(format!("Content-Length: {}", body.len()));
        }
        let request = lines.join("\r\n") + "\r\n\r\n";
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        exchange(&mut stream, &[request.as_bytes(), body].concat(), &format!("{verb} {path}")).await
    }

    pub(crate) async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send("GET", path, headers, b"").await
    }

    pub(crate) async fn post_json(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let json = [&[("Content-Type", "application/json")], headers].concat();
        self.send("POST", path, &json, body.as_bytes()).await
    }

    /// Logs in as a program and answers with its header.
    pub(crate) async fn token(&self, login: &str, password: &str) -> String {
        let body = format!(r#"{{"login":"{login}","password":"{password}","program":true}}"#);
        let answer = self.post_json("/api/v1/session", &[], &body).await;
        assert_eq!(answer.status, 200, "{login} can't log in: {}", answer.text());
        format!("Bearer {}", answer.json()["token"].as_str().unwrap())
    }

    /// Logs in as a browser and answers with its cookie.
    pub(crate) async fn browser(&self, login: &str, password: &str) -> String {
        let body = format!(r#"{{"login":"{login}","password":"{password}"}}"#);
        let answer = self.post_json("/api/v1/session", &[("Origin", &self.origin())], &body).await;
        assert_eq!(answer.status, 200, "{login} can't log in: {}", answer.text());
        answer.cookie()
    }
}

/// Sends bytes and reads the answer until the other side closes.
pub(crate) async fn exchange<S>(stream: &mut S, request: &[u8], what: &str) -> Answer
where
    S: AsyncReadExt + AsyncWriteExt + Unpin,
{
    let mut bytes = Vec::new();
    let talk = async {
        stream.write_all(request).await?;
        stream.read_to_end(&mut bytes).await
    };
    let done = tokio::time::timeout(DEADLINE, talk).await;
    let done = done.unwrap_or_else(|_| panic!("{what}: no end of the answer within {DEADLINE:?}"));
    done.unwrap_or_else(|error| panic!("{what}: {error}"));
    let at = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    let at = at.unwrap_or_else(|| panic!("{what}: no head in {}", String::from_utf8_lossy(&bytes)));
    let head = String::from_utf8_lossy(&bytes[..at]).into_owned();
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap();
    Answer { status, head, body: bytes[at + 4..].to_vec() }
}

/// Someone who can log in.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) login: &'static str,
    pub(crate) password: String,
}

/// Headquarters and one shelter, each with its people; what headquarters knows has reached the shelter.
pub(crate) struct House {
    pub(crate) hq: Door,
    pub(crate) shelter: Door,
    pub(crate) admin: Person,
    pub(crate) publisher: Person,
    pub(crate) staff: Person,
    pub(crate) field: Person,
}

impl House {
    pub(crate) async fn open(options: HttpOptions) -> Self {
        let town = Town::new(1);
        let (hq_dir, shelter_dir) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let hq = town.open(&town.hq, &hq_dir);
        let shelter = town.open(&town.shelters[0], &shelter_dir);
        town.found(&hq).await;
        let (at_hq, at_shelter) = (town.hq.node.to_string(), town.shelters[0].node.to_string());
        let app = app_of(hq.clone());
        let mut people = Vec::new();
        for (login, role, node) in [
            ("kanri", "admin", &at_hq),
            ("honbu", "publisher", &at_hq),
            ("uketsuke", "shelter", &at_shelter),
            ("genba", "field", &at_shelter),
        ] {
            people.push(person(&app, login, role, node).await);
        }
        shelter.trust(vec![town.hq.issue.clone()]).await.unwrap();
        town::carry(&hq, &shelter, |_| true).await;
        let [admin, publisher, staff, field] = people.try_into().unwrap();
        let hq = Door::open(hq, hq_dir, options.clone()).await;
        let shelter = Door::open(shelter, shelter_dir, options).await;
        Self { hq, shelter, admin, publisher, staff, field }
    }
}

async fn person(app: &App, login: &'static str, role: &str, node: &str) -> Person {
    let client_id = |end: &str| format!("{:A<16}", format!("{login}{end}"));
    let new = NewAccount {
        client_id: client_id("1"),
        login: login.to_owned(),
        name: login.to_owned(),
        role: role.to_owned(),
        nodes: vec![node.to_owned()],
        phone: None,
        responsible: false,
    };
    let row = org::create(app, &app.operator(), new).await.unwrap();
    let ask = ClientIdOnly { client_id: client_id("2") };
    let given = org::credential(app, &app.operator(), row.person.account, ask).await.unwrap();
    Person { login, password: given.password }
}
