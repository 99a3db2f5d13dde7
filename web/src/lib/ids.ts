// Client ids: what makes a retried write one write. `crypto.randomUUID` does not exist on plain
// http, `getRandomValues` does.

/** 12 random bytes as 16 characters of base64url. */
export function clientId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_');
}
