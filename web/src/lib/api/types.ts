// The shapes of the HTTP interface, by the names that screens use. They come from the node's own
// description (generated.ts); only words with a fixed choice of values are narrowed here, because
// the description calls them plain text. A field that the node renames is a compile error.
// `*_ms` = Unix milliseconds on the node's corrected clock. Ids are base64url text; a client_id has
// 16 characters (12 random bytes), made when the person taps send.
import type { components } from './generated';

type Schemas = components['schemas'];

/** `Narrow` with fields of `Shape` replaced by narrower ones; each must exist and fit. */
type Refine<Shape, Narrow extends { [Field in keyof Narrow]: Held<Shape, Field> }> = Omit<
  Shape,
  keyof Narrow
> &
  Narrow;
type Held<Shape, Field> = Field extends keyof Shape ? Shape[Field] : never;

/** 管理, 本部 (may publish), 避難所, 現場. */
export type Role = 'admin' | 'publisher' | 'shelter' | 'field';
export type NodeRole = 'hq' | 'shelter' | 'relay';
/** `self`: this node is headquarters. */
export type LinkState = 'self' | 'up' | 'stalled' | 'down' | 'never';
export type SafetyAnswer = 'safe' | 'hurt' | 'help';
/** What a report is about. */
export type What = 'flood' | 'river' | 'slide' | 'other';
/** No water, ankle, knee, waist, chest or more. */
export type Depth = 0 | 1 | 2 | 3 | 4;
export type BulletinKind = 'confirmed' | 'notice';
export type CallMark = 'calling' | 'reached' | 'not_reached' | 'wrong_number';

export type Problem = Schemas['Problem'];
export type Waiting = Schemas['Waiting'];
export type Counts = Schemas['Counts'];
export type HomeTask = Schemas['HomeTask'];
export type Delivery = Schemas['Delivery'];
export type BulletinTotals = Schemas['BulletinTotals'];
export type SafetyTotals = Schemas['SafetyTotals'];
export type Site = Schemas['Site'];
export type DeviceRow = Schemas['DeviceRow'];
export type DemoState = Schemas['DemoState'];

export type Person = Refine<Schemas['Person'], { role: Role }>;
export type PersonPhone = Refine<Schemas['PersonPhone'], { role: Role }>;
export type AccountRow = Refine<Schemas['AccountRow'], { role: Role }>;
export type HqLink = Refine<Schemas['HqLink'], { state: LinkState }>;
export type Link = Refine<Schemas['Link'], { hq: HqLink }>;

/** GET /node: public. `demo_login` lists who can log in here, in a demo only. */
export type NodeInfo = Refine<
  Schemas['NodeInfo'],
  {
    role: NodeRole;
    clock: 'trusted' | 'holdover' | 'untrusted';
    demo_login: {
      password: string;
      accounts: Refine<Schemas['DemoAccount'], { role: Role }>[];
    } | null;
  }
>;
export type Me = Refine<Schemas['Me'], { role: Role; node_role: NodeRole }>;
export type Session = Refine<Schemas['Session'], { me: Me }>;
export type NodeRow = Refine<Schemas['NodeRow'], { role: NodeRole; link: HqLink }>;

/** Tasks in order: safety, must-reads. `alert`: the highest level in force. */
export type Home = Refine<
  Schemas['Home'],
  { done: Refine<Schemas['Done'], { kind: 'safety' | 'ack' }>[] }
>;

/** A photo as this node has it now: previews and original come one after the other. */
export type PhotoSeen = Refine<Schemas['PhotoSeen'], { format: 'jpeg' | 'png' | 'webp' | 'heic' }>;
export type Photo = Refine<
  Schemas['Photo'],
  { format: PhotoSeen['format']; original: 'here' | 'arriving' | 'away' }
>;

/** `place_role` gives the glyph its colour. */
export type Room = Refine<Schemas['Room'], { members: Person[]; place_role: Role }>;
export type Message = Refine<Schemas['Message'], { author: Person; photo: Photo | null }>;
export type LineNote = Refine<Schemas['LineNote'], { kind: 'cut' | 'back' }>;
/** Messages in display order, oldest first. `cursor` for `?after=`, message ids for `?before=`. */
export type MessagePage = Refine<
  Schemas['MessagePage'],
  { room: Room; messages: Message[]; lines: LineNote[] }
>;
export type DeliveryDetail = Refine<
  Schemas['DeliveryDetail'],
  {
    nodes: Refine<Schemas['NodeDelivery'], { role: NodeRole; link: HqLink }>[];
    readers: Refine<Schemas['Reader'], { role: Role }>[];
    unread: Refine<Schemas['NotRead'], { role: Role }>[];
  }
>;

interface BulletinWords {
  kind: BulletinKind;
  state: 'current' | 'superseded' | 'withdrawn';
}
/** `correction`: 0 is the original. `asked_me`: 了解 is asked of me. */
export type Bulletin = Refine<Schemas['Bulletin'], BulletinWords>;
/** `here`: this shelter, for its staff. */
export type BulletinDetail = Refine<
  Schemas['BulletinDetail'],
  BulletinWords & {
    here: {
      acked: Refine<Schemas['AckedBy'], { role: Role }>[];
      read_only: PersonPhone[];
      unread: PersonPhone[];
    } | null;
  }
>;
/** `nodes`: null means all. */
export type NewBulletin = Refine<Schemas['NewBulletin'], { kind: BulletinKind }>;
export type BulletinNodeStatus = Refine<
  Schemas['BulletinNodeStatus'],
  {
    link: HqLink;
    people: Refine<
      Schemas['PersonStatus'],
      { role: Role; state: 'acked' | 'read' | 'unread' | 'not_delivered' }
    >[];
  }
>;
export type BulletinStatus = Refine<
  Schemas['BulletinStatus'],
  { bulletin: BulletinDetail; nodes: BulletinNodeStatus[] }
>;

interface SafetyWords {
  mine: Refine<Schemas['MyAnswer'], { answer: SafetyAnswer }> | null;
}
export type SafetyCheck = Refine<Schemas['SafetyCheck'], SafetyWords>;
export type SafetyPerson = Refine<
  Schemas['SafetyPerson'],
  {
    role: Role;
    answer: SafetyAnswer | null;
    state: 'answered' | 'not_delivered' | 'delivered' | 'read';
    history: Refine<Schemas['Said'], { answer: SafetyAnswer | 'withdrawn' }>[];
  }
>;
export type SafetyDetail = Refine<
  Schemas['SafetyDetail'],
  SafetyWords & { people: SafetyPerson[] }
>;
export type CallRow = Refine<
  Schemas['CallRow'],
  {
    role: Role;
    state: 'not_delivered' | 'delivered' | 'read';
    call: Refine<Schemas['CallState'], { mark: CallMark; answer: SafetyAnswer | null }> | null;
  }
>;
export type HelpRow = Refine<Schemas['HelpRow'], { role: Role }>;
export type CallList = Refine<
  Schemas['CallList'],
  { check: SafetyCheck; rows: CallRow[]; help: HelpRow[] }
>;

export type NewReport = Refine<
  Schemas['NewReport'],
  {
    what: What;
    depth: Depth | null;
    place: { lat: number; lon: number; name: string; source: 'photo' | 'list' | 'finger' } | null;
    remark: string;
  }
>;
export type Report = Refine<
  Schemas['Report'],
  {
    author: Person;
    photos: Photo[];
    what: What;
    place: Refine<Schemas['ReportPlace'], { source: 'photo' | 'list' | 'finger' | 'hq' }> | null;
  }
>;

export type ImportDifference = Refine<
  Schemas['ImportDifference'],
  {
    rows: Refine<
      Schemas['ImportRow'],
      { what: 'added' | 'changed' | 'repaired' | 'doubtful' | 'unreadable' | 'missing' }
    >[];
  }
>;

type Beat = Extract<Schemas['LiveEvent'], { type: 'beat' }>;
type Arrived = Extract<Schemas['LiveEvent'], { type: 'message' }>;
type Changed = Extract<Schemas['LiveEvent'], { type: 'changed' }>;

/**
 * What the live socket says. A beat comes every 5 s and is answered by `{"type":"beat"}`; messages
 * come whole; `changed` names what to load anew: rooms, room:⟨id⟩, bulletins, bulletin:⟨id⟩,
 * safety, safety:⟨id⟩, reports, link, nodes, shelters, accounts.
 */
export type LiveEvent =
  Refine<Beat, { hq: HqLink }> | Refine<Arrived, { message: Message }> | Changed;
