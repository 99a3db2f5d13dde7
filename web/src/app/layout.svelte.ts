// Which of the two layouts this window gets: headquarters' desk, or the phone's.
import type { SessionState } from './session.svelte';

/** From here on the desk's panes fit; below it the right pane is a drawer. */
const THREE_PANES = 1180;
/** Below this even headquarters gets the phone's layout. */
const DESK = 768;

export class Layout {
  /** Width of the window in CSS pixels. */
  width = $state(0);

  constructor(private readonly session: SessionState) {}

  /** True where the desk's screens are shown. */
  get desk(): boolean {
    const role = this.session.me?.role;
    return (role === 'publisher' || role === 'admin') && this.width >= DESK;
  }

  /** True where three panes stand side by side. */
  get wide(): boolean {
    return this.width >= THREE_PANES;
  }

  /** True where the desk's right pane is a drawer. */
  get drawer(): boolean {
    return this.desk && !this.wide;
  }

  /** Follows the window. Returns the undoing. */
  watch(): () => void {
    const measure = (): void => {
      this.width = innerWidth;
    };
    measure();
    addEventListener('resize', measure);
    return () => removeEventListener('resize', measure);
  }
}
