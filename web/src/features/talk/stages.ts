// The way of one message as stages with times and, where it waits, the reason in words.
import type { DeliveryDetail, HqLink, NodeRole } from '../../lib/api/types';
import type { Translate } from '../../lib/i18n';
import { clockSeconds, span } from '../../lib/time';

/** One stage. `waits`: not done, and it goes on by itself. */
export interface StageView {
  key: string;
  word: string;
  detail: string;
  done: boolean;
  waits: boolean;
}

/** Why a node has not got it yet. */
function reason(link: HqLink, nowMs: number, t: Translate): string {
  switch (link.state) {
    case 'down':
    case 'never':
      return link.since_ms === null
        ? t('phone.deliver.cut')
        : t('phone.deliver.cutSince', { span: span(nowMs - link.since_ms, t) });
    case 'stalled':
      return t('phone.deliver.stalled');
    case 'up':
    case 'self':
      return t('phone.deliver.onItsWay');
  }
}

function nodeStage(node: DeliveryDetail['nodes'][number], nowMs: number, t: Translate): StageView {
  const word =
    node.role === 'hq'
      ? t('deliver.hqArrived')
      : t('phone.deliver.arrivedAt', { place: node.name });
  const arrived =
    node.reached_ms === null ? t('phone.deliver.arrived') : clockSeconds(node.reached_ms);
  return {
    key: `node.${node.name}`,
    word,
    detail: node.reached ? arrived : reason(node.link, nowMs, t),
    done: node.reached,
    waits: !node.reached,
  };
}

/** The stages in their order, the readers last. `here` is the role of the node I am at. */
export function stagesOf(
  detail: DeliveryDetail,
  here: NodeRole,
  nowMs: number,
  t: Translate,
): StageView[] {
  const total = detail.readers.length + detail.unread.length;
  const count = t('phone.deliver.readCount', { n: detail.readers.length, m: total });
  const others = detail.nodes.filter((node) => node.name !== detail.stored_at);
  const written = detail.written_ms ?? detail.stored_ms;
  return [
    {
      key: 'phone',
      word: t('deliver.phoneSaved'),
      detail: clockSeconds(written),
      done: true,
      waits: false,
    },
    {
      key: 'here',
      word: here === 'hq' ? t('deliver.hqArrived') : t('deliver.shelterBox'),
      detail: clockSeconds(detail.stored_ms),
      done: true,
      waits: false,
    },
    ...others.map((node) => nodeStage(node, nowMs, t)),
    {
      key: 'read',
      word: t('deliver.readers'),
      detail: count,
      done: total > 0 && detail.readers.length === total,
      waits: false,
    },
  ];
}
