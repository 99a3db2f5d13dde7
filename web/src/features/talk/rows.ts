// The lines of a room in their order: days, where the new messages begin, cuts of the line, messages
// of the node, and below them what only this device holds.
import type { OutboxItem } from '../../app/outbox.svelte';
import type { LineNote, Message } from '../../lib/api/types';
import { dayKey } from '../../lib/time';

/** One line of the log. `author` is null where it is the same as above. */
export type LogRow =
  | { key: string; kind: 'date'; ms: number }
  | { key: 'new'; kind: 'new' }
  | { key: string; kind: 'line'; note: LineNote }
  | { key: string; kind: 'message'; message: Message; author: string | null }
  | { key: string; kind: 'waiting'; item: OutboxItem };

/** What goes into the log. */
export interface LogParts {
  messages: readonly Message[];
  lines: readonly LineNote[];
  /** Items of the outbox for this room, oldest first. */
  waiting: readonly OutboxItem[];
  /** The message where the new ones begin, as it was when the room was opened. */
  firstUnread: string | null;
}

/** Lines of other days or long before the first loaded message are left out with their messages. */
function linesBetween(lines: readonly LineNote[], fromMs: number, toMs: number): LineNote[] {
  return lines.filter((line) => line.at_ms >= fromMs && line.at_ms < toMs);
}

/** Builds the log. A message that the node already has is not shown a second time as waiting. */
export function logRows(parts: LogParts): LogRow[] {
  const rows: LogRow[] = [];
  let day = '';
  let author: number | null = null;
  let since = parts.messages[0]?.at_ms ?? 0;
  const line = (note: LineNote): void => {
    rows.push({ key: `line.${note.at_ms}.${note.kind}`, kind: 'line', note });
    author = null;
  };
  for (const message of parts.messages) {
    linesBetween(parts.lines, since, message.at_ms).forEach(line);
    since = Math.max(since, message.at_ms);
    const today = dayKey(message.at_ms);
    if (today !== day) {
      day = today;
      author = null;
      rows.push({ key: `day.${today}`, kind: 'date', ms: message.at_ms });
    }
    if (message.id === parts.firstUnread) {
      author = null;
      rows.push({ key: 'new', kind: 'new' });
    }
    const shown = message.mine || message.author.account === author ? null : message.author.name;
    author = message.author.account;
    rows.push({ key: message.client_id, kind: 'message', message, author: shown });
  }
  linesBetween(parts.lines, since, Number.POSITIVE_INFINITY).forEach(line);
  const known = new Set(parts.messages.map((message) => message.client_id));
  for (const item of parts.waiting) {
    if (!known.has(item.id)) {
      rows.push({ key: item.id, kind: 'waiting', item });
    }
  }
  return rows;
}
