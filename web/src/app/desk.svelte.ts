/** What the desk's frame offers to its screens: the sheets that belong to no screen, and whether letters act as keys. */
import { createContext } from 'svelte';
import type { Keep } from '../lib/db/keep';

const LETTERS = 'desk.letters';

/** Sheets of the frame. */
export type FrameSheet = 'keys' | 'account' | 'link';

/** State of the frame, one per page. */
export class DeskState {
  /** The open sheet of the frame, if any. */
  sheet = $state<FrameSheet | null>(null);
  #letters = $state(true);

  constructor(private readonly keep: Keep) {
    this.#letters = keep.read(LETTERS) !== 'off';
  }

  /** Single letters act as keys. Can be switched off in the list of keys (WCAG 2.1.4), for this device. */
  get letters(): boolean {
    return this.#letters;
  }
  set letters(on: boolean) {
    this.#letters = on;
    this.keep.write(LETTERS, on ? 'on' : 'off');
  }

  /** Opens the page about the lines. */
  showLink(): void {
    this.sheet = 'link';
  }

  /** Opens the list of keys. */
  showKeys(): void {
    this.sheet = 'keys';
  }

  /** Opens text size, look, language and log out. */
  showAccount(): void {
    this.sheet = 'account';
  }

  /** Closes whatever sheet is open. */
  close(): void {
    this.sheet = null;
  }
}

const [get, set] = createContext<DeskState>();

/** The frame's state, for the screens inside it. */
export const getDesk = get;
/** Hands the frame's state down; called by the frame alone. */
export const setDesk = set;
