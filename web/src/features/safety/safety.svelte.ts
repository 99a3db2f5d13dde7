// Safety checks as this account has them: those of the node, with my answers that are still on this
// device. An answer goes at once; taking it back is a second event, never a delay.
import type { App } from '../../app/context';
import type { OutboxItem } from '../../app/outbox.svelte';
import { Resource } from '../../app/resource.svelte';
import type { SafetyAnswer, SafetyCheck, SafetyDetail } from '../../lib/api/types';

/** My answer and how far it got. */
export interface MyAnswer {
  answer: SafetyAnswer;
  note: string;
  atMs: number;
  late: boolean;
  where: 'phone' | 'box' | 'hq';
}

const ANSWERS: readonly SafetyAnswer[] = ['safe', 'hurt', 'help'];

function pathOf(check: string): string {
  return `/safety/${encodeURIComponent(check)}/answer`;
}

/** What the last tap on this device and the node together say. */
export function myAnswer(check: SafetyCheck, outbox: readonly OutboxItem[]): MyAnswer | null {
  const path = pathOf(check.id);
  const last = outbox.findLast(
    (item) => item.kind === 'answer' && item.path === path && item.state !== 'stuck',
  );
  if (last !== undefined) {
    const answer = ANSWERS.find((one) => one === last.body['answer']);
    const note = last.body['note'];
    return answer === undefined
      ? null
      : {
          answer,
          note: typeof note === 'string' ? note : '',
          atMs: last.writtenMs,
          late: last.writtenMs > check.deadline_ms,
          where: 'phone',
        };
  }
  const { mine } = check;
  return mine === null
    ? null
    : {
        answer: mine.answer,
        note: mine.note,
        atMs: mine.at_ms,
        late: mine.late,
        where: mine.hq ? 'hq' : 'box',
      };
}

export class SafetyState {
  readonly source: Resource<{ checks: SafetyCheck[] }>;
  /** The check that was picked by hand, if any. */
  picked = $state<string | null>(null);

  constructor(private readonly app: App) {
    this.source = new Resource<{ checks: SafetyCheck[] }>(app, '/safety', ['safety']);
  }

  readonly checks = $derived.by((): readonly SafetyCheck[] => this.source.data?.checks ?? []);
  /** Checks that ask me and still run. */
  readonly open = $derived.by(() =>
    this.checks.filter((check) => check.asked_me && check.closed_ms === null),
  );
  /** The one on the screen: picked, else the first without my answer, else the newest that asks me. */
  readonly shown = $derived.by((): SafetyCheck | null => {
    const picked = this.checks.find((check) => check.id === this.picked);
    const unanswered = this.open.find((check) => this.answer(check) === null);
    const mine = this.checks.find((check) => check.asked_me);
    return picked ?? unanswered ?? this.open[0] ?? mine ?? null;
  });
  /** Other running checks that still want my answer. */
  readonly others = $derived.by(() =>
    this.open.filter((check) => check.id !== this.shown?.id && this.answer(check) === null),
  );
  /** The newest check whose people I may see. */
  readonly overview = $derived.by((): SafetyCheck | null =>
    this.shown?.totals ? this.shown : (this.checks.find((check) => check.totals !== null) ?? null),
  );

  answer(check: SafetyCheck): MyAnswer | null {
    return myAnswer(check, this.app.outbox.items);
  }

  /** An answer that the node refused, if the shown check has one. */
  readonly stuck = $derived.by((): OutboxItem | null => {
    const path = this.shown === null ? '' : pathOf(this.shown.id);
    return (
      this.app.outbox.items.find(
        (item) => item.kind === 'answer' && item.path === path && item.state === 'stuck',
      ) ?? null
    );
  });

  attach(): () => void {
    const stop = this.source.attach();
    const stopSent = this.app.outbox.onSent((item) => {
      if (item.kind === 'answer') {
        void this.source.load();
      }
    });
    return () => {
      stop();
      stopSent();
    };
  }

  /** Sends an answer; the undoing that comes back restores what was before it. */
  async send(check: SafetyCheck, answer: SafetyAnswer, note = ''): Promise<() => void> {
    const before = this.answer(check);
    await this.#add(check, { answer, ...(note === '' ? {} : { note }) });
    return () => {
      void this.#add(
        check,
        before === null
          ? { answer: 'withdrawn' }
          : { answer: before.answer, ...(before.note === '' ? {} : { note: before.note }) },
      );
    };
  }

  async #add(check: SafetyCheck, body: Record<string, unknown>): Promise<void> {
    await this.app.outbox.add({
      kind: 'answer',
      key: `safety:${check.id}`,
      path: pathOf(check.id),
      body,
    });
  }
}

/** The people of one check, for whoever leads a shelter. */
export class OverviewState {
  readonly source: Resource<SafetyDetail>;

  constructor(app: App, id: string) {
    const path = `/safety/${encodeURIComponent(id)}`;
    this.source = new Resource<SafetyDetail>(app, path, ['safety', `safety:${id}`]);
  }

  readonly people = $derived.by(() => this.source.data?.people ?? []);
  readonly needHelp = $derived.by(() => this.people.filter((one) => one.answer === 'help'));
  readonly unanswered = $derived.by(() => this.people.filter((one) => one.answer === null));
  readonly answered = $derived.by(() =>
    this.people
      .filter((one) => one.answer !== null && one.answer !== 'help')
      .sort(
        (a, b) =>
          Number(b.answer === 'hurt') - Number(a.answer === 'hurt') ||
          (a.at_ms ?? 0) - (b.at_ms ?? 0),
      ),
  );

  attach(): () => void {
    return this.source.attach();
  }
}
