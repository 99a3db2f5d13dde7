// How the tabs of one device tell each other that the outbox changed. Works on plain http; where it
// is missing a tab notices at its next look at the disk.

/** Something that reaches the other tabs of this origin. */
export interface Channel<T> {
  post(message: T): void;
  listen(take: (message: T) => void): void;
}

export function openOutboxChannel<T>(): Channel<T> {
  if (typeof BroadcastChannel === 'undefined') {
    return { post: () => undefined, listen: () => undefined };
  }
  const channel = new BroadcastChannel('noroshi-outbox');
  return {
    post: (message) => channel.postMessage(message),
    listen: (take) => {
      channel.onmessage = (event: MessageEvent<T>) => take(event.data);
    },
  };
}
