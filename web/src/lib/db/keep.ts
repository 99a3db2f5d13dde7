// Small things a device remembers: text size, look, language, drafts. localStorage throws in
// private and captive windows; then memory serves until the page is closed.
// Not here: anything somebody wrote and sent (the outbox keeps that).

export class Keep {
  private readonly memory = new Map<string, string>();

  constructor(private readonly prefix = 'noroshi.') {}

  read(key: string): string | null {
    try {
      return localStorage.getItem(this.prefix + key) ?? this.memory.get(key) ?? null;
    } catch {
      return this.memory.get(key) ?? null;
    }
  }

  write(key: string, value: string): void {
    this.memory.set(key, value);
    try {
      localStorage.setItem(this.prefix + key, value);
    } catch {
      // Full or forbidden: the copy in memory serves this page.
    }
  }

  forget(key: string): void {
    this.memory.delete(key);
    try {
      localStorage.removeItem(this.prefix + key);
    } catch {
      // Forbidden: nothing was written either.
    }
  }
}
