// One room while it is open: its messages, what of mine waits on this device, reading older ones,
// and what a person can do in it. Used by the phone's room and by the desk's.
// Not here: how it looks (Room.svelte, DeskTalk), and the drafts (drafts.ts).
import type { App } from '../../app/context';
import type { OutboxItem } from '../../app/outbox.svelte';
import { ApiProblem, Unreachable } from '../../lib/api/client';
import type { LiveEvent, Message, MessagePage, Room } from '../../lib/api/types';
import { leavesHole, merged } from './merge';
import { logRows } from './rows';
import type { LogRow } from './rows';

/** Messages of one page. */
const PAGE = 50;
/** So long shapes stand before the last known messages are shown, in milliseconds. */
const PATIENCE_MS = 3000;
/** Messages kept on this device for a start without the box. */
const KEPT = 40;

/** What a person writes and sends. */
export interface Words {
  text: string;
  photo: File | null;
  replyTo: Message | null;
}

export class RoomState {
  room = $state.raw<Room | null>(null);
  messages = $state.raw<readonly Message[]>([]);
  problem = $state.raw<ApiProblem | Unreachable | null>(null);
  /** Nothing has come yet, and it is too early to say so. */
  waiting = $state(true);
  /** When the shown messages came, if they are old ones of this device. */
  receivedMs = $state<number | null>(null);
  moreBefore = $state(false);
  firstUnread = $state<string | null>(null);
  #lines = $state.raw<MessagePage['lines']>([]);
  /** Pictures of what was just written, by client id: the node has none yet. */
  #pictures = $state.raw<Readonly<Record<string, string>>>({});
  #opened = false;
  #loading = false;
  #again = false;
  #older = false;
  #readUpTo = 0;

  constructor(
    private readonly app: App,
    readonly id: string,
  ) {}

  /** What of mine waits for this room on this device. */
  readonly pending = $derived.by((): OutboxItem[] =>
    this.app.outbox.items.filter(
      (item) => item.kind === 'message' && item.key === `room:${this.id}`,
    ),
  );

  /** The log, top to bottom. */
  readonly rows = $derived.by((): LogRow[] =>
    logRows({
      messages: this.messages,
      lines: this.#lines,
      waiting: this.pending,
      firstUnread: this.firstUnread,
    }),
  );

  /** Opens the room; gives back what leaves it. */
  attach(): () => void {
    const stop = this.app.live.on(`room:${this.id}`, (event) => this.#heard(event));
    const stopSent = this.app.outbox.onSent((item, answer) => this.#sent(item, answer));
    const patience = setTimeout(() => this.#recall(), PATIENCE_MS);
    if (this.app.live.state === 'off') {
      // Nobody will answer soon: what is known stands at once.
      this.#recall();
    }
    void this.load();
    return () => {
      stop();
      stopSent();
      clearTimeout(patience);
      for (const url of Object.values(this.#pictures)) {
        URL.revokeObjectURL(url);
      }
    };
  }

  /** Loads the newest page, and only that. */
  async load(): Promise<void> {
    if (this.#loading) {
      this.#again = true;
      return;
    }
    this.#loading = true;
    try {
      do {
        this.#again = false;
        this.#take(await this.#page(''));
      } while (this.#askedAgain());
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#loading = false;
    }
  }

  /** Loads what is older than the oldest shown message. */
  async older(): Promise<void> {
    const oldest = this.messages[0];
    if (!this.moreBefore || this.#older || oldest === undefined || this.receivedMs !== null) {
      return;
    }
    this.#older = true;
    try {
      const page = await this.#page(`&before=${encodeURIComponent(oldest.id)}`);
      this.messages = merged(this.messages, page.messages);
      this.#lines = [...page.lines, ...this.#lines.filter((line) => !page.lines.includes(line))];
      this.moreBefore = page.more_before;
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#older = false;
    }
  }

  /** Puts a message into the outbox; it is in the log from then on. */
  async send(words: Words): Promise<void> {
    const reply = words.replyTo === null ? {} : { reply_to: words.replyTo.id };
    const id = await this.app.outbox.add({
      kind: 'message',
      key: `room:${this.id}`,
      path: `/rooms/${encodeURIComponent(this.id)}/messages`,
      body: { text: words.text, ...reply },
      ...(words.photo === null ? {} : { blobs: [words.photo] }),
    });
    if (words.photo !== null) {
      this.#pictures = { ...this.#pictures, [id]: URL.createObjectURL(words.photo) };
    }
  }

  /** Takes a message back, as long as the node allows it. The line that says so stays. */
  async withdraw(message: Message): Promise<void> {
    await this.app.outbox.add({
      kind: 'withdraw',
      key: `room:${this.id}`,
      path: `/messages/${encodeURIComponent(message.id)}/withdraw`,
      body: {},
    });
  }

  /** The end of the log is being looked at: everything up to it is read. */
  async markRead(): Promise<void> {
    const newest = this.messages.reduce((most, message) => Math.max(most, message.cursor), 0);
    if (this.receivedMs !== null || newest <= this.#readUpTo) {
      return;
    }
    const known = this.#readUpTo > 0 || (this.room?.unread ?? 0) > 0;
    this.#readUpTo = newest;
    const others = this.messages.some((message) => !message.mine && message.cursor <= newest);
    if (known && others) {
      await this.app.outbox.add({
        kind: 'read',
        key: `read:${this.id}`,
        path: `/rooms/${encodeURIComponent(this.id)}/read`,
        body: { upto: newest },
      });
    }
  }

  /** The picture of something that waits, or null if this page didn't see it being chosen. */
  picture(id: string): string | null {
    return this.#pictures[id] ?? null;
  }

  #page(more: string): Promise<MessagePage> {
    return this.app.api.get<MessagePage>(
      `/rooms/${encodeURIComponent(this.id)}/messages?limit=${PAGE}${more}`,
    );
  }

  #take(page: MessagePage): void {
    const known = this.receivedMs === null ? this.messages : [];
    if (!this.#opened) {
      this.#opened = true;
      this.firstUnread = page.first_unread;
    }
    const hole = leavesHole(known, page);
    this.moreBefore = hole || known.length === 0 ? page.more_before : this.moreBefore;
    this.messages = merged(hole ? [] : known, page.messages);
    this.#lines = page.lines;
    this.room = page.room;
    this.receivedMs = null;
    this.problem = null;
    this.waiting = false;
    this.app.keep.write(
      this.#key(),
      JSON.stringify({
        at: this.app.now(),
        page: { ...page, messages: this.messages.slice(-KEPT) },
      }),
    );
  }

  /** Somebody asked while the last answer was on its way. */
  #askedAgain(): boolean {
    return this.#again;
  }

  #heard(event: LiveEvent): void {
    switch (event.type) {
      case 'message':
        if (this.#opened) {
          this.messages = merged(this.messages, [event.message]);
        }
        break;
      case 'changed':
        void this.load();
        break;
      case 'beat':
        break;
    }
  }

  /** The node has taken one of mine: its answer takes the waiting bubble's place at once. */
  #sent(item: OutboxItem, answer: unknown): void {
    const here = item.key === `room:${this.id}`;
    if (here && this.#opened && (item.kind === 'message' || item.kind === 'withdraw')) {
      // Both writes are answered with the message as it now stands.
      this.messages = merged(this.messages, [answer as Message]);
    }
  }

  #fail(error: unknown): void {
    if (!(error instanceof ApiProblem) && !(error instanceof Unreachable)) {
      throw error;
    }
    this.problem = error;
    this.#recall();
  }

  #key(): string {
    const me = this.app.session.me;
    return `room.${me?.node ?? ''}.${me?.account ?? 0}.${this.id}`;
  }

  #recall(): void {
    this.waiting = false;
    if (this.room !== null) {
      return;
    }
    const text = this.app.keep.read(this.#key());
    if (text !== null) {
      // Written by `#take` of this app: the same shape comes back.
      const kept = JSON.parse(text) as { at: number; page: MessagePage };
      this.room = kept.page.room;
      this.messages = kept.page.messages;
      this.#lines = kept.page.lines;
      this.receivedMs = kept.at;
    }
  }
}
