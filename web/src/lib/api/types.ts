// The HTTP contract as types. All paths stand under /api/v1; errors are application/problem+json.
// `*_ms` = Unix milliseconds on the node's corrected clock. Ids are base64url text; a client_id has
// 16 characters (12 random bytes), made when the person taps send.

export interface Problem {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
  retry_after_s?: number;
  id?: string;
}
// codes: login_failed login_locked session_ended not_allowed not_found bad_request client_id_reused photo_too_big photo_broken not_image
//        photo_unsupported photo_too_many_pixels disk_nearly_full disk_full busy withdraw_too_late bulletin_superseded room_unknown text_too_long
//        text_empty origin_refused unknown_file too_many_photos https_required unexpected ...   `detail` is a ready sentence in the request's language.
// 503/429/507 + Retry-After: keep the item in the outbox. Every answer carries header Noroshi-Node: <node id>.

export type Role = 'admin' | 'publisher' | 'shelter' | 'field'; // 管理 / 本部(発信できる人) / 避難所 / 現場
export type NodeRole = 'hq' | 'shelter' | 'relay';
export type LinkState = 'self' | 'up' | 'stalled' | 'down' | 'never'; // self = this node IS headquarters

// GET /node  (public, no login)
export interface NodeInfo {
  id: string;
  name: string;
  org_name: string;
  role: NodeRole;
  version: string;
  now_ms: number;
  clock: 'trusted' | 'holdover' | 'untrusted';
  demo: boolean;
  drill: boolean;
  languages: string[];
  secure_hint: string | null; // address that works when headquarters' screens refuse plain http
  demo_login: { password: string; accounts: { login: string; name: string; role: Role }[] } | null; // demo only: who can log in HERE
}
// POST /session {login,password,program?} -> Session ; GET /session -> Session ; DELETE /session -> 204
export interface Session {
  me: Me;
  token: string | null;
}
export interface Me {
  account: number;
  login: string;
  name: string;
  role: Role;
  node: string;
  node_name: string;
  node_role: NodeRole;
  asked_safety: boolean;
}

// GET /home
export interface Home {
  tasks: HomeTask[]; // in order: safety, must-read bulletins, …
  alert: { level: number; word: string; title: string; bulletin: string; since_ms: number } | null; // highest level in force
  news: {
    room: string;
    room_name: string;
    author: string;
    text: string;
    at_ms: number;
    unread: number;
  }[]; // at most 3
  done: { kind: 'safety' | 'ack'; title: string; at_ms: number }[]; // what I did last, at most 3
  counts: Counts;
}
export interface Counts {
  home: number;
  talk: number;
  bulletins: number;
  reports: number;
  safety: number;
} // things for ME
export type HomeTask =
  | {
      kind: 'safety';
      check: string;
      no: number;
      text: string;
      opened_ms: number;
      deadline_ms: number;
      drill: boolean;
    }
  | {
      kind: 'bulletin';
      bulletin: string;
      no: number;
      title: string;
      level: number | null;
      due_ms: number | null;
      issued_ms: number;
      drill: boolean;
    };

// GET /link
export interface Link {
  hq: HqLink;
  waiting: Waiting;
  estimate_text_s: number | null;
  estimate_photo_s: number | null;
  cut_sites: number;
  connected_sites: number; // headquarters: shelters cut / connected
}
export interface HqLink {
  state: LinkState;
  last_exchange_ms: number | null;
  since_ms: number | null;
} // since_ms: when this state began
export interface Waiting {
  total: number;
  messages: number;
  answers: number;
  reports: number;
  marks: number;
  photos: number;
  photo_bytes: number;
}
// GET /nodes (publisher, admin)
export interface NodeRow {
  id: string;
  name: string;
  role: NodeRole;
  site: { name: string; capacity: number | null } | null;
  link: HqLink;
  out: Waiting;
  in: { photos: number; photo_bytes: number }; // towards the node / expected from it
  open_must_reads: number;
  people: number; // people = accounts that may log in there
  contact: { name: string; phone: string | null } | null; // 責任者
}
// POST /nodes/invitations {client_id,name,role} -> {ticket:"NRS1…", expires_ms} (admin) ; POST /join (token)

// GET /rooms -> {rooms: Room[]}; POST /rooms {client_id,name,members:number[]} -> Room
export interface Room {
  id: string;
  name: string;
  all: boolean;
  local: boolean;
  members: Person[];
  unread: number;
  pinned: boolean;
  place_role: Role; // place_role: glyph colour
  last: {
    text: string;
    author: string;
    at_ms: number;
    photo: boolean;
    mine: boolean;
    read_count: number;
    withdrawn: boolean;
  } | null;
}
export interface Person {
  account: number;
  name: string;
  role: Role;
  node_name: string;
}
// GET /rooms/{room}/messages?limit=50&before=<message id> (newest page / older) or ?after=<cursor> (arrived since)
export interface MessagePage {
  room: Room;
  messages: Message[] /* display order, oldest first */;
  cursor: number;
  more_before: boolean;
  first_unread: string | null;
  lines: LineNote[];
}
export interface LineNote {
  at_ms: number;
  kind: 'cut' | 'back';
  arrived: number;
} // 「14:04 回線が切れました」
export interface Message {
  id: string;
  client_id: string;
  room: string;
  author: Person;
  mine: boolean;
  text: string;
  photo: Photo | null;
  reply_to: { id: string; author: string; text: string } | null;
  at_ms: number;
  written_ms: number | null;
  time_doubtful: boolean;
  withdrawn: boolean;
  can_withdraw_until_ms: number | null;
  delivery: Delivery;
  read_count: number;
  reader_total: number;
  cursor: number;
}
// At a shelter: hq says whether headquarters has it. At headquarters: reached/total shelters, place = name if there is just one.
export interface Delivery {
  hq: boolean;
  reached: number;
  total: number;
  place: string | null;
  local: boolean;
}
// POST /rooms/{room}/messages {client_id,text,photo?:hash,reply_to?:id,written_ms?} -> 201 Message (a retry with the same client_id: the same answer, 200)
// POST /rooms/{room}/read {client_id, upto: cursor} -> 204 ; POST /messages/{id}/withdraw {client_id} -> Message
// GET /messages/{id}/delivery
export interface DeliveryDetail {
  text: string;
  photo: boolean;
  written_ms: number | null;
  stored_ms: number;
  stored_at: string;
  nodes: {
    name: string;
    role: NodeRole;
    reached: boolean;
    reached_ms: number | null;
    link: HqLink;
  }[];
  readers: (Person & { at_ms: number })[];
  unread: (Person & { delivered: boolean })[];
}

// GET /bulletins -> {bulletins: Bulletin[]} newest first; GET /bulletins/{id} -> BulletinDetail
export interface Bulletin {
  id: string;
  no: number;
  correction: number /* 0 = original, 1 = 訂正1 … */;
  kind: 'confirmed' | 'notice';
  title: string;
  level: number | null;
  level_word: string | null;
  must_read: boolean;
  drill: boolean;
  public: boolean;
  issued_ms: number;
  arrived_ms: number;
  due_ms: number | null;
  issuer: string;
  recipients: { all: boolean; names: string[] };
  state: 'current' | 'superseded' | 'withdrawn';
  successor: string | null;
  concurrent: boolean /* 同時に改訂 */;
  read_ms: number | null;
  acked_ms: number | null;
  asked_me: boolean /* 了解 is asked of me */;
  totals: BulletinTotals | null /* publisher: everybody; shelter staff: own shelter; else null */;
}
export interface BulletinTotals {
  total: number;
  acked: number;
  read_only: number;
  unread: number;
  not_delivered: number;
  nodes_not_delivered: number;
}
export interface BulletinDetail extends Bulletin {
  points: string[];
  correction_from: { id: string; no: number; title: string; points: string[] } | null;
  withdrawn_reason: string | null;
  here: {
    acked: (Person & { at_ms: number })[];
    read_only: PersonPhone[];
    unread: PersonPhone[];
  } | null; // this shelter, for its staff
}
export interface PersonPhone extends Person {
  phone: string | null;
}
// POST /bulletins and POST /bulletins/{id}/supersede
export interface NewBulletin {
  client_id: string;
  kind: 'confirmed' | 'notice';
  title: string;
  points: string[];
  level: number | null;
  must_read: boolean;
  due_minutes: number | null;
  public: boolean;
  drill: boolean;
  nodes: string[] | null; /* null = all */
}
// POST /bulletins/{id}/withdraw {client_id,reason} ; /read {client_id} -> 204 ; /ack {client_id, undo:boolean} -> Bulletin ; /phoned {client_id,account} -> 204
// GET /bulletins/{id}/status (publisher; shelter staff: own row)
export interface BulletinStatus {
  bulletin: BulletinDetail;
  totals: BulletinTotals;
  nodes: BulletinNodeStatus[];
}
export interface BulletinNodeStatus {
  node: string;
  name: string;
  delivered: boolean;
  delivered_ms: number | null;
  link: HqLink;
  total: number;
  acked: number;
  read_only: number;
  unread: number;
  responsible: { acked_ms: number | null; phoned_ms: number | null } | null;
  people: {
    account: number;
    name: string;
    role: Role;
    state: 'acked' | 'read' | 'unread' | 'not_delivered';
    at_ms: number | null;
    phone: string | null;
    phoned: { at_ms: number; by: string } | null;
  }[];
}

// GET /safety -> {checks: SafetyCheck[]} newest first; POST /safety {client_id,text,minutes(1..60, default 5),drill,nodes:null|string[]} -> SafetyDetail
export type SafetyAnswer = 'safe' | 'hurt' | 'help';
export interface SafetyCheck {
  id: string;
  no: number;
  text: string;
  issuer: string;
  opened_ms: number;
  deadline_ms: number;
  closed_ms: number | null;
  drill: boolean;
  asked_me: boolean;
  mine: {
    answer: SafetyAnswer;
    note: string;
    at_ms: number;
    late: boolean;
    hq: boolean; /* arrived at headquarters */
  } | null;
  totals: SafetyTotals | null; // publisher: all; shelter staff: own shelter
}
export interface SafetyTotals {
  total: number;
  answered: number;
  safe: number;
  hurt: number;
  help: number;
  unanswered: number;
  not_delivered: number;
}
// GET /safety/{id}
export interface SafetyDetail extends SafetyCheck {
  people: SafetyPerson[];
} // publisher: all; staff: own shelter; field: []
export interface SafetyPerson extends Person {
  phone: string | null;
  answer: SafetyAnswer | null;
  note: string;
  at_ms: number | null;
  late: boolean;
  by_proxy: string | null;
  state: 'answered' | 'not_delivered' | 'delivered' | 'read';
  history: { answer: SafetyAnswer | 'withdrawn'; at_ms: number; by: string }[];
}
// POST /safety/{id}/answer {client_id, answer: SafetyAnswer|'withdrawn', note?, written_ms?} -> SafetyCheck ; /deadline {client_id, add_minutes} ; /close {client_id} -> SafetyDetail
// GET /safety/{id}/calls (publisher; staff: own)
export interface CallList {
  check: SafetyCheck;
  passed: boolean;
  rows: CallRow[];
  help: HelpRow[];
}
export interface CallRow extends Person {
  phone: string | null;
  state: 'not_delivered' | 'delivered' | 'read';
  call: {
    mark: 'calling' | 'reached' | 'not_reached' | 'wrong_number';
    answer: SafetyAnswer | null;
    by: string;
    by_me: boolean;
    at_ms: number;
    tries: number;
  } | null;
}
export interface HelpRow extends Person {
  note: string;
  at_ms: number;
  taken_by: string | null;
  taken_ms: number | null;
  phone: string | null;
}
// POST /safety/{id}/calls/{account} {client_id, mark:'calling'|'reached'|'not_reached'|'wrong_number'|'takes_care'|'clear', answer?: SafetyAnswer} -> CallList

// POST /photos (raw bytes, Content-Type image/*, header X-File-Name optional) -> 201 PhotoSeen
export interface PhotoSeen {
  hash: string;
  bytes: number;
  format: 'jpeg' | 'png' | 'webp' | 'heic';
  width: number;
  height: number;
  taken: { civil: string; offset_minutes: number | null; doubtful: boolean } | null;
  position: { lat: number; lon: number; accuracy_m: number | null } | null;
  has_preview: boolean;
}
// GET /photos/{hash}/thumbnail | preview | original  -> bytes (404 problem code not_here with arriving percent in detail when still on its way)
export interface Photo extends PhotoSeen {
  thumbnail: boolean;
  preview: boolean;
  original: 'here' | 'arriving' | 'away';
  arriving_percent: number;
} // what THIS node has now
// GET /reports -> {reports: Report[]} newest first (publisher: all; staff: own shelter; field: own shelter + mine first); POST /reports NewReport -> 201 Report
export type What = 'flood' | 'river' | 'slide' | 'other';
export interface NewReport {
  client_id: string;
  photos: string[];
  what: What;
  depth: 0 | 1 | 2 | 3 | 4 | null;
  place: { lat: number; lon: number; name: string; source: 'photo' | 'list' | 'finger' } | null;
  remark: string;
  written_ms?: number;
  drill?: boolean;
}
export interface Report {
  id: string;
  client_id: string;
  no: number;
  author: Person;
  mine: boolean;
  photos: Photo[];
  what: What;
  depth: number | null;
  place: {
    lat: number;
    lon: number;
    name: string;
    source: 'photo' | 'list' | 'finger' | 'hq';
    nearest: { name: string; distance_m: number } | null;
  } | null;
  remark: string;
  at_ms: number;
  written_ms: number | null;
  time_doubtful: boolean;
  drill: boolean;
  seen: { by: string; at_ms: number } | null;
  hq: boolean /* arrived at headquarters */;
}
// POST /reports/{id}/status {client_id, seen:true} -> Report ; /place {client_id,lat,lon,name} -> Report ; /original {client_id} -> Report (asks for originals)

// GET /shelters -> {sites: Site[]}
export interface Site {
  key: string;
  name: string;
  kana: string | null;
  address: string;
  lat: number | null;
  lon: number | null;
  phone: string | null;
  capacity: number | null;
  hazards: string[];
  node: string | null;
}
// POST /shelters/import?dry_run=true|false&municipality=062014  raw file bytes -> ImportDifference
export interface ImportDifference {
  applied: boolean;
  file_rows: number;
  counts: {
    added: number;
    changed: number;
    repaired: number;
    unreadable: number;
    missing: number;
    unchanged: number;
  };
  rows: {
    what: 'added' | 'changed' | 'repaired' | 'unreadable' | 'missing';
    row: number | null;
    site: string;
    field: string | null;
    before: string | null;
    after: string | null;
    reason: string;
  }[];
  notes: string[];
  encoding: string;
  truncated: boolean;
}
// Admin: GET /accounts -> {accounts: AccountRow[]}; POST /accounts {client_id,login,name,role,nodes:string[],phone} ; POST /accounts/{n}/credential {client_id} -> {password} once ; POST /accounts/{n}/disable {client_id}
export interface AccountRow extends Person {
  login: string;
  nodes: string[];
  phone: string | null;
  disabled: boolean;
  pending_nodes: string[]; /* not yet there: works after the next exchange */
}
// GET /devices -> {devices:{login,name,created_ms,last_said_ms}[]}; POST /devices {client_id,login,name} -> {login,password} once

// GET /demo (demo only, else 404): POST /demo/lines/{node} {up:boolean} -> DemoState
export interface DemoState {
  lines: { node: string; name: string; up: boolean; since_ms: number; out: number; in: number }[];
  addresses: { name: string; url: string }[];
}

// WebSocket /live. Server → page every 5 s: Beat; page answers {"type":"beat"}. Ticks say what to refetch; new messages come whole.
export type LiveEvent =
  | {
      type: 'beat';
      now_ms: number;
      hq: HqLink;
      waiting: number;
      cut_sites: number;
      connected_sites: number;
      counts: Counts;
    }
  | { type: 'message'; room: string; message: Message }
  | { type: 'changed'; topics: string[] }; // "rooms" "room:<id>" "bulletins" "bulletin:<id>" "safety" "safety:<id>" "reports" "link" "nodes" "shelters" "accounts"
