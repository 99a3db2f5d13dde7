// The five places of the phone and which of them a route belongs to.
import type { Counts } from '../lib/api/types';
import type { Translate } from '../lib/i18n';
import type { IconName } from '../ui/icons';
import type { RouteName } from './router.svelte';

/** One tab as the bar draws it. */
export interface TabItem {
  href: string;
  icon: IconName;
  word: string;
  count: number;
  countLabel: string;
  current: boolean;
}

const homes: Partial<Record<RouteName, string>> = {
  home: '#/home',
  shelters: '#/home',
  talk: '#/talk',
  bulletins: '#/bulletins',
  reports: '#/reports',
  safety: '#/safety',
};

/** The tabs, with what waits for me in each. */
export function tabsOf(t: Translate, counts: Counts, route: RouteName): TabItem[] {
  const at = homes[route] ?? '';
  const tab = (href: string, icon: IconName, word: string, count: number): TabItem => ({
    href,
    icon,
    word,
    count,
    countLabel: t('phone.tabCount', { n: count }),
    current: href === at,
  });
  return [
    tab('#/home', 'home', t('tab.home'), 0),
    tab('#/talk', 'talk', t('tab.talk'), counts.talk),
    tab('#/bulletins', 'board', t('tab.board'), counts.bulletins),
    tab('#/reports', 'camera', t('tab.report'), counts.reports),
    tab('#/safety', 'safe', t('tab.safety'), counts.safety),
  ];
}
