//! The bytes of MQTT 3.1.1: strictly what a client may send, and the few answers we give.
//! Not here: MQTT 5, PUBACK and the like from clients (nothing above QoS 0 goes out, so there is
//! nothing they could acknowledge), topic rules (`topic`).
//! Invariant: nothing is allocated for a packet before its announced size was found small enough.

use bytes::Buf;
use bytes::Bytes;
use bytes::BytesMut;

/// One packet from a client.
#[derive(Debug)]
pub(super) enum In {
    Connect(Box<Connect>),
    Publish(Publish),
    PubRel(u16),
    Subscribe { id: u16, filters: Vec<String> },
    Unsubscribe { id: u16, filters: Vec<String> },
    Ping,
    Disconnect,
}

#[derive(Debug)]
pub(super) struct Publish {
    pub(super) topic: String,
    pub(super) payload: Bytes,
    pub(super) delivery: Delivery,
    pub(super) retain: bool,
}

/// The client's side of the quality of service, with the packet id where there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Delivery {
    Qos0,
    Qos1(u16),
    Qos2(u16),
}

#[derive(Debug)]
pub(super) struct Connect {
    pub(super) client_id: String,
    pub(super) clean: bool,
    /// Seconds; 0 means that the client promises nothing.
    pub(super) keepalive_s: u16,
    pub(super) will: Option<Will>,
    pub(super) user: Option<String>,
    pub(super) password: Option<Vec<u8>>,
}

#[derive(Debug)]
pub(super) struct Will {
    pub(super) topic: String,
    pub(super) payload: Bytes,
    pub(super) retain: bool,
}

/// Why the bytes are no packet for us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bad {
    /// Not what 3.1.1 allows a client to send.
    Malformed,
    /// Announced larger than the limit.
    TooLarge,
    /// Another protocol level in CONNECT: answered with CONNACK 1.
    Level,
}

/// Takes one packet off `buffer`; `None` while it is not complete. `bytes_max` is the limit for
/// what follows the length field.
pub(super) fn take(buffer: &mut BytesMut, bytes_max: usize) -> Result<Option<In>, Bad> {
    let (Some(&first), Some((length_bytes, body_bytes))) = (buffer.first(), length(buffer)?) else {
        return Ok(None);
    };
    if body_bytes > bytes_max {
        return Err(Bad::TooLarge);
    }
    if buffer.len() < 1 + length_bytes + body_bytes {
        return Ok(None);
    }
    buffer.advance(1 + length_bytes);
    // A copy, so that a small payload never keeps a large read buffer alive.
    let mut body = Bytes::copy_from_slice(&buffer.split_to(body_bytes));
    let packet = packet(first >> 4, first & 0x0f, &mut body)?;
    if body.is_empty() { Ok(Some(packet)) } else { Err(Bad::Malformed) }
}

/// The size of the length field and the length it states; `None` while it is not complete.
fn length(buffer: &BytesMut) -> Result<Option<(usize, usize)>, Bad> {
    let mut body_bytes = 0_usize;
    for (at, byte) in buffer.iter().skip(1).take(4).enumerate() {
        body_bytes |= usize::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Ok(Some((at + 1, body_bytes)));
        }
    }
    if buffer.len() > 4 { Err(Bad::Malformed) } else { Ok(None) }
}

fn packet(kind: u8, flags: u8, body: &mut Bytes) -> Result<In, Bad> {
    let wanted_flags = match kind {
        3 => flags,
        6 | 8 | 10 => 2,
        1 | 12 | 14 => 0,
        _ => return Err(Bad::Malformed),
    };
    if flags != wanted_flags {
        return Err(Bad::Malformed);
    }
    match kind {
        1 => Ok(In::Connect(Box::new(connect(body)?))),
        3 => Ok(In::Publish(publish(flags, body)?)),
        6 => Ok(In::PubRel(packet_id(body)?)),
        8 => {
            let id = packet_id(body)?;
            let filters = many(body, |body| {
                let filter = string(body)?;
                if byte(body)? > 2 { Err(Bad::Malformed) } else { Ok(filter) }
            })?;
            Ok(In::Subscribe { id, filters })
        }
        10 => Ok(In::Unsubscribe { id: packet_id(body)?, filters: many(body, string)? }),
        12 => Ok(In::Ping),
        14 => Ok(In::Disconnect),
        _ => Err(Bad::Malformed),
    }
}

fn publish(flags: u8, body: &mut Bytes) -> Result<Publish, Bad> {
    let duplicate = flags & 8 != 0;
    let topic = string(body)?;
    let delivery = match (flags >> 1) & 3 {
        0 if !duplicate => Delivery::Qos0,
        1 => Delivery::Qos1(packet_id(body)?),
        2 => Delivery::Qos2(packet_id(body)?),
        _ => return Err(Bad::Malformed),
    };
    Ok(Publish { topic, delivery, retain: flags & 1 != 0, payload: std::mem::take(body) })
}

fn connect(body: &mut Bytes) -> Result<Connect, Bad> {
    match string(body)?.as_str() {
        "MQTT" => {}
        "MQIsdp" => return Err(Bad::Level), // 3.1, which deserves a clear answer.
        _ => return Err(Bad::Malformed),
    }
    if byte(body)? != 4 {
        return Err(Bad::Level);
    }
    let flags = byte(body)?;
    let is_set = |bit: u8| flags & bit != 0;
    let (will, will_qos, will_retain) = (is_set(0x04), (flags >> 3) & 3, is_set(0x20));
    let (user, password) = (is_set(0x80), is_set(0x40));
    if is_set(0x01)
        || will_qos == 3
        || (!will && (will_qos != 0 || will_retain))
        || (password && !user)
    {
        return Err(Bad::Malformed);
    }
    let keepalive_s = number(body)?;
    let client_id = string(body)?;
    let will = if will {
        Some(Will { topic: string(body)?, payload: binary(body)?, retain: will_retain })
    } else {
        None
    };
    let user = if user { Some(string(body)?) } else { None };
    let password = if password { Some(binary(body)?.to_vec()) } else { None };
    Ok(Connect { client_id, clean: is_set(0x02), keepalive_s, will, user, password })
}

/// One or more, up to the end of the packet.
fn many<T>(
    body: &mut Bytes,
    mut one: impl FnMut(&mut Bytes) -> Result<T, Bad>,
) -> Result<Vec<T>, Bad> {
    let mut all = vec![one(body)?];
    while !body.is_empty() {
        all.push(one(body)?);
    }
    Ok(all)
}

fn byte(body: &mut Bytes) -> Result<u8, Bad> {
    body.try_get_u8().or(Err(Bad::Malformed))
}

fn number(body: &mut Bytes) -> Result<u16, Bad> {
    body.try_get_u16().or(Err(Bad::Malformed))
}

fn packet_id(body: &mut Bytes) -> Result<u16, Bad> {
    match number(body)? {
        0 => Err(Bad::Malformed),
        id => Ok(id),
    }
}

fn binary(body: &mut Bytes) -> Result<Bytes, Bad> {
    let size = usize::from(number(body)?);
    if body.len() < size { Err(Bad::Malformed) } else { Ok(body.split_to(size)) }
}

fn string(body: &mut Bytes) -> Result<String, Bad> {
    let text = String::from_utf8(binary(body)?.to_vec()).or(Err(Bad::Malformed))?;
    // U+0000 is forbidden in every string (1.5.3-2).
    if text.contains('\0') { Err(Bad::Malformed) } else { Ok(text) }
}

/// The first byte of an answer that consists of a packet id only.
#[derive(Clone, Copy, Debug)]
#[repr(u8)]
pub(super) enum Answer {
    PubAck = 0x40,
    PubRec = 0x50,
    PubComp = 0x70,
    UnsubAck = 0xb0,
}

pub(super) fn put_answer(out: &mut BytesMut, answer: Answer, id: u16) {
    out.extend_from_slice(&[answer as u8, 2]);
    out.extend_from_slice(&id.to_be_bytes());
}

/// CONNACK without a kept session; `code` 0 lets the client in (3.2.2.3).
pub(super) const fn connack(code: u8) -> [u8; 4] {
    [0x20, 2, 0, code]
}

pub(super) const PINGRESP: [u8; 2] = [0xd0, 0];

/// One code per filter, in its order: 0 granted at QoS 0, 0x80 refused.
pub(super) fn put_suback(out: &mut BytesMut, id: u16, codes: &[u8]) {
    out.extend_from_slice(&[0x90]);
    put_length(out, 2 + codes.len());
    out.extend_from_slice(&id.to_be_bytes());
    out.extend_from_slice(codes);
}

/// A QoS 0 PUBLISH. A topic longer than a length field can state doesn't exist: they are checked
/// when they come in.
pub(super) fn put_publish(out: &mut BytesMut, topic: &[u8], payload: &[u8], retain: bool) {
    let Ok(topic_bytes) = u16::try_from(topic.len()) else { return };
    out.reserve(7 + topic.len() + payload.len());
    out.extend_from_slice(&[0x30 | u8::from(retain)]);
    put_length(out, 2 + topic.len() + payload.len());
    out.extend_from_slice(&topic_bytes.to_be_bytes());
    out.extend_from_slice(topic);
    out.extend_from_slice(payload);
}

/// Seven bits a byte, the lowest first; the highest bit says that more follow.
fn put_length(out: &mut BytesMut, mut rest: usize) {
    loop {
        let [low, ..] = (rest & 0x7f).to_le_bytes();
        rest >>= 7;
        let more = rest > 0;
        out.extend_from_slice(&[low | if more { 0x80 } else { 0 }]);
        if !more {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn taken(bytes: &[u8]) -> Result<Option<In>, Bad> {
        take(&mut BytesMut::from(bytes), 65_536)
    }

    #[test]
    fn a_packet_comes_whole_or_not_at_all() {
        let whole = b"\x30\x09\x00\x06\xe9\x81\xbf\xe9\x9b\xa3\x78";
        for bytes in 0..whole.len() {
            let part = taken(&whole[..bytes]);
            assert!(matches!(part, Ok(None)), "{bytes} of {} bytes gave {part:?}", whole.len());
        }
        let mut two = BytesMut::from(&[&whole[..], b"\xc0\x00"].concat()[..]);
        let first = take(&mut two, 100);
        let Ok(Some(In::Publish(publish))) = first else { panic!("no publish but {first:?}") };
        assert_eq!((publish.topic.as_str(), &publish.payload[..]), ("避難", &b"x"[..]));
        assert!(matches!(take(&mut two, 100), Ok(Some(In::Ping))), "the packet behind it is kept");
        assert!(two.is_empty());
    }

    #[test]
    fn what_a_client_may_not_send_is_refused() {
        let table: &[(&str, &[u8], Bad)] = &[
            ("a length of five bytes", b"\x30\xff\xff\xff\xff\x01", Bad::Malformed),
            ("2 MiB announced", b"\x30\xff\xff\x7f", Bad::TooLarge),
            ("kind 0", b"\x00\x00", Bad::Malformed),
            ("kind 15", b"\xf0\x00", Bad::Malformed),
            ("CONNACK from a client", b"\x20\x02\x00\x00", Bad::Malformed),
            ("PUBACK for nothing", b"\x40\x02\x00\x01", Bad::Malformed),
            ("PUBREC for nothing", b"\x50\x02\x00\x01", Bad::Malformed),
            ("SUBACK from a client", b"\x90\x03\x00\x01\x00", Bad::Malformed),
            ("QoS 3", b"\x36\x05\x00\x01t\x00\x01", Bad::Malformed),
            ("DUP with QoS 0", b"\x38\x03\x00\x01t", Bad::Malformed),
            ("QoS 1 with id 0", b"\x32\x05\x00\x01t\x00\x00", Bad::Malformed),
            ("QoS 1 without id", b"\x32\x03\x00\x01t", Bad::Malformed),
            ("topic longer than its packet", b"\x30\x03\x00\x09t", Bad::Malformed),
            ("topic not UTF-8", b"\x30\x04\x00\x02\xc3\x28", Bad::Malformed),
            ("topic with U+0000", b"\x30\x04\x00\x02a\x00", Bad::Malformed),
            ("topic with a surrogate", b"\x30\x05\x00\x03\xed\xa0\x80", Bad::Malformed),
            ("PUBREL with wrong flags", b"\x60\x02\x00\x01", Bad::Malformed),
            ("PUBREL too long", b"\x62\x03\x00\x01\x00", Bad::Malformed),
            ("SUBSCRIBE with wrong flags", b"\x80\x06\x00\x01\x00\x01t\x00", Bad::Malformed),
            ("SUBSCRIBE without filters", b"\x82\x02\x00\x01", Bad::Malformed),
            ("SUBSCRIBE with QoS 3", b"\x82\x06\x00\x01\x00\x01t\x03", Bad::Malformed),
            ("UNSUBSCRIBE without filters", b"\xa2\x02\x00\x01", Bad::Malformed),
            ("PINGREQ with a body", b"\xc0\x01\x00", Bad::Malformed),
            ("DISCONNECT with flags", b"\xe1\x00", Bad::Malformed),
            ("other protocol", b"\x10\x0c\x00\x04MQTX\x04\x02\x00\x3c\x00\x00", Bad::Malformed),
            ("MQTT 5", b"\x10\x0d\x00\x04MQTT\x05\x02\x00\x3c\x00\x00\x00", Bad::Level),
            ("MQTT 3.1", b"\x10\x0e\x00\x06MQIsdp\x03\x02\x00\x3c\x00\x00", Bad::Level),
            ("reserved flag", b"\x10\x0c\x00\x04MQTT\x04\x03\x00\x3c\x00\x00", Bad::Malformed),
            (
                "will flags without will",
                b"\x10\x0c\x00\x04MQTT\x04\x22\x00\x3c\x00\x00",
                Bad::Malformed,
            ),
            (
                "password, no user",
                b"\x10\x0e\x00\x04MQTT\x04\x42\x00\x3c\x00\x00\x00\x00",
                Bad::Malformed,
            ),
            (
                "CONNECT too long",
                b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x3c\x00\x00\x00",
                Bad::Malformed,
            ),
        ];
        for (name, bytes, want) in table {
            let got = taken(bytes);
            assert_eq!(got.as_ref().err(), Some(want), "{name}: {got:?}");
        }
    }

    #[test]
    fn connect_says_all_it_holds() {
        let bytes = b"\x10\x1b\x00\x04MQTT\x04\xe6\x00\x05\x00\x01c\x00\x01w\x00\x02hi\x00\x01u\x00\x02\xff\x00";
        let got = taken(bytes);
        let Ok(Some(In::Connect(connect))) = got else { panic!("no CONNECT but {got:?}") };
        assert_eq!(
            (connect.client_id.as_str(), connect.clean, connect.keepalive_s),
            ("c", true, 5)
        );
        assert_eq!(
            (connect.user.as_deref(), connect.password.as_deref()),
            (Some("u"), Some(&[0xff, 0][..]))
        );
        let will = connect.will.expect("the will flag is set");
        assert_eq!((will.topic.as_str(), &will.payload[..], will.retain), ("w", &b"hi"[..], true));
    }

    #[test]
    fn lengths_are_written_as_they_are_read() {
        for payload_bytes in [0, 124, 125, 16_380, 16_381, 60_000] {
            let mut buffer = BytesMut::new();
            put_publish(&mut buffer, b"t", &vec![7; payload_bytes], false);
            let got = take(&mut buffer, 65_536);
            let Ok(Some(In::Publish(publish))) = got else { panic!("{payload_bytes}: {got:?}") };
            assert_eq!((publish.payload.len(), buffer.len()), (payload_bytes, 0));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        #[test]
        fn no_bytes_make_us_panic(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let mut buffer = BytesMut::from(&bytes[..]);
            while let Ok(Some(_)) = take(&mut buffer, 64) {}
        }

        #[test]
        fn what_we_publish_is_read_again(
            topic in "[a-z/避難]{1,40}",
            payload in prop::collection::vec(any::<u8>(), 0..300),
            retain: bool,
        ) {
            let mut buffer = BytesMut::new();
            put_publish(&mut buffer, topic.as_bytes(), &payload, retain);
            let got = take(&mut buffer, 65_536);
            let Ok(Some(In::Publish(publish))) = got else { panic!("no publish but {got:?}") };
            prop_assert_eq!(publish.topic, topic);
            prop_assert_eq!(&publish.payload[..], &payload[..]);
            prop_assert_eq!(publish.retain, retain);
            prop_assert!(buffer.is_empty());
        }
    }
}
