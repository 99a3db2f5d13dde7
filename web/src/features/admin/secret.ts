/* What is shown once and never again: a password or an invitation. Kept nowhere on this device. */

/** A secret with what belongs to it. */
export interface Secret {
  title: string;
  lines: { word: string; value: string }[];
  hint: string;
}

/** Login of a local device. */
export interface Device {
  login: string;
  name: string;
  created_ms: number;
  last_said_ms: number | null;
}
