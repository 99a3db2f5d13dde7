// The tasks that are still mine to do: what I did a moment ago and the node hasn't got yet is done.
import type { OutboxItem } from '../../app/outbox.svelte';
import type { HomeTask } from '../../lib/api/types';

function idOf(task: HomeTask): string {
  return encodeURIComponent(task.kind === 'safety' ? task.check : task.bulletin);
}

/** True if an item of the outbox answers this task. */
function answers(item: OutboxItem, task: HomeTask): boolean {
  if (item.state === 'stuck') {
    return false;
  }
  return task.kind === 'safety'
    ? item.kind === 'answer' &&
        item.path === `/safety/${idOf(task)}/answer` &&
        item.body['answer'] !== 'withdrawn'
    : item.kind === 'ack' &&
        item.path === `/bulletins/${idOf(task)}/ack` &&
        item.body['undo'] !== true;
}

/** Tasks without those that an item of the outbox settles. */
export function openTasks(tasks: readonly HomeTask[], outbox: readonly OutboxItem[]): HomeTask[] {
  return tasks.filter((task) => {
    const last = outbox.findLast(
      (item) => item.path.includes(idOf(task)) && (item.kind === 'answer' || item.kind === 'ack'),
    );
    return last === undefined || !answers(last, task);
  });
}
