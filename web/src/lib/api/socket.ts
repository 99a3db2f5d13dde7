// One WebSocket to /live, as plain callbacks. Why so little: a dead socket looks open for minutes,
// so all judging by time is done in app/live.svelte.ts, where tests can drive it.
import type { LiveEvent } from './types';

/** The part of a socket that the live link uses. */
export interface LiveSocket {
  /** Answers a beat. */
  beat(): void;
  /** Drops it without waiting for the other side: later bytes are ignored. */
  drop(): void;
}

export interface LiveHandlers {
  opened: () => void;
  event: (event: LiveEvent) => void;
  closed: () => void;
}

function parsed(data: unknown): LiveEvent | null {
  try {
    const value: unknown = typeof data === 'string' ? JSON.parse(data) : null;
    const known = typeof value === 'object' && value !== null && 'type' in value;
    return known ? (value as LiveEvent) : null;
  } catch {
    return null;
  }
}

export function openLiveSocket(handlers: LiveHandlers): LiveSocket {
  const { protocol, host } = location;
  const socket = new WebSocket(`${protocol === 'https:' ? 'wss' : 'ws'}://${host}/api/v1/live`);
  let dropped = false;
  const unlessDropped = (act: () => void) => (): void => {
    if (!dropped) {
      act();
    }
  };
  socket.onopen = unlessDropped(handlers.opened);
  socket.onclose = unlessDropped(() => {
    dropped = true;
    handlers.closed();
  });
  socket.onmessage = (message: MessageEvent<unknown>) => {
    const event = parsed(message.data);
    if (!dropped && event !== null) {
      handlers.event(event);
    }
  };
  return {
    beat() {
      if (socket.readyState === WebSocket.OPEN) {
        socket.send('{"type":"beat"}');
      }
    },
    drop() {
      dropped = true;
      socket.close();
    },
  };
}
