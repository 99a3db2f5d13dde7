// Reports that the node has, and what of mine exists on this device alone.
import type { App } from '../../app/context';
import { Resource } from '../../app/resource.svelte';
import type { Report } from '../../lib/api/types';
import { dayKey } from '../../lib/time';

export class ReportsState {
  readonly source: Resource<{ reports: Report[] }>;

  constructor(private readonly app: App) {
    this.source = new Resource<{ reports: Report[] }>(app, '/reports', ['reports']);
  }

  readonly reports = $derived.by((): readonly Report[] => this.source.data?.reports ?? []);
  /** Reports of today. */
  readonly today = $derived.by(() => {
    const day = dayKey(this.app.clock.ms);
    return this.reports.filter((report) => dayKey(report.at_ms) === day).length;
  });
  /** Everything a person wrote that is on this device alone, in the order of writing. */
  readonly onlyHere = $derived.by(() =>
    this.app.outbox.items.filter((item) => item.kind !== 'read' && item.kind !== 'bulletin_read'),
  );
  readonly bytesHere = $derived.by(() => this.onlyHere.reduce((sum, item) => sum + item.bytes, 0));

  attach(): () => void {
    const stop = this.source.attach();
    const stopSent = this.app.outbox.onSent((item) => {
      if (item.kind === 'report') {
        void this.source.load();
      }
    });
    return () => {
      stop();
      stopSent();
    };
  }
}
