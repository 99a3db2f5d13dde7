// Puts pages of messages together, whatever order they come in. Pure.
import type { Message, MessagePage } from '../../lib/api/types';

/** Messages in the node's order: by time, then by its own cursor. */
export function inOrder(messages: readonly Message[]): Message[] {
  return [...messages].sort((a, b) => a.at_ms - b.at_ms || a.cursor - b.cursor);
}

/** Newer states of the same message take the older one's place; a client id is one message. */
export function merged(old: readonly Message[], fresh: readonly Message[]): Message[] {
  const byId = new Map(old.map((message) => [message.client_id, message]));
  for (const message of fresh) {
    byId.set(message.client_id, message);
  }
  return inOrder([...byId.values()]);
}

/** True if the newest page leaves a hole between itself and what is known. */
export function leavesHole(old: readonly Message[], page: MessagePage): boolean {
  const known = new Set(old.map((message) => message.client_id));
  return (
    old.length > 0 &&
    page.more_before &&
    !page.messages.some((message) => known.has(message.client_id))
  );
}
