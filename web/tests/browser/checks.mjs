// What every screen must keep: nothing wider than the window, nothing too small for a finger,
// nothing that axe finds, at standard and at very large text, in the three looks.
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';

const require = createRequire(import.meta.url);
const axeSource = await readFile(require.resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'];

async function axe(page, options) {
  // The policy of our pages forbids an added script element; evaluating is not bound by it.
  await page.evaluate(axeSource);
  const violations = await page.evaluate(async (given) => {
    const { violations: found } = await globalThis.axe.run(document, given);
    return found.flatMap((rule) =>
      rule.nodes.map((node) => `${rule.id}: ${node.target.join(' ')} | ${node.html.slice(0, 160)}`),
    );
  }, options);
  return violations;
}

/** Things that a finger must hit and that are under 48 px. */
function smallTargets() {
  const wanted = 'a[href],button,input,select,textarea,summary,[role=button]';
  const shown = (element) =>
    element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const boxOf = (element) => {
    const own = element.getBoundingClientRect();
    const cover = getComputedStyle(element, '::after');
    if (cover.content !== 'none' && cover.position === 'absolute' && cover.inset === '0px') {
      // The whole row is the target: an invisible layer of the link lies over it.
      let row = element;
      while (row.parentElement !== null && getComputedStyle(row).position === 'static') {
        row = row.parentElement;
      }
      return row.getBoundingClientRect();
    }
    const choice = element.matches('input[type=radio],input[type=checkbox],input[type=file]');
    return choice
      ? (element.closest('label') ?? element.labels?.[0] ?? element).getBoundingClientRect()
      : own;
  };
  const inText = (element) =>
    element.matches('a') &&
    element.closest('p,li,dd') !== null &&
    getComputedStyle(element).display === 'inline';
  return [...document.querySelectorAll(wanted)]
    .filter((element) => shown(element) && !inText(element) && element.closest('[inert]') === null)
    .map((element) => ({ element, box: boxOf(element) }))
    .filter(({ box }) => box.width > 0 && box.height > 0)
    .filter(({ box }) => box.width < 47.5 || box.height < 47.5)
    .map(
      ({ element, box }) =>
        `${Math.round(box.width)}×${Math.round(box.height)} ${element.outerHTML.slice(0, 120)}`,
    );
}

/** Things that stick out of the window or of their own box. */
function overflows() {
  const root = document.documentElement;
  const found = [];
  if (root.scrollWidth > root.clientWidth) {
    found.push(`the page is ${root.scrollWidth} px wide in a window of ${root.clientWidth} px`);
  }
  const clipped = (element) => {
    for (let at = element; at !== null && at !== root; at = at.parentElement) {
      const style = getComputedStyle(at);
      const hidden = style.clipPath !== 'none' || style.clip !== 'auto';
      if (hidden || (at !== element && style.overflowX !== 'visible')) {
        return true;
      }
    }
    return false;
  };
  for (const element of document.body.querySelectorAll('*')) {
    if (element.closest('svg') !== null && element.tagName !== 'svg') {
      continue;
    }
    const box = element.getBoundingClientRect();
    if (box.width === 0 || box.height === 0 || clipped(element)) {
      continue;
    }
    const style = getComputedStyle(element);
    const spills =
      style.overflowX === 'visible' &&
      style.display !== 'inline' &&
      element.scrollWidth > element.clientWidth + 1 &&
      element.clientWidth > 0;
    if (box.right > root.clientWidth + 0.5 || spills) {
      found.push(`${Math.round(box.right)} px: ${element.outerHTML.slice(0, 120)}`);
    }
  }
  return found;
}

/** Draws the page as it would be with these choices, then gives back what `see` finds. */
async function as(page, choices, see) {
  const before = await page.evaluate((wanted) => {
    const { dataset } = document.documentElement;
    const old = { ...dataset };
    Object.assign(dataset, wanted);
    return old;
  }, choices);
  try {
    return await see();
  } finally {
    await page.evaluate((old) => Object.assign(document.documentElement.dataset, old), before);
  }
}

/** Everything that is wrong with the screen as it stands, as sentences. */
export async function faultsOf(page) {
  const faults = [];
  const add = (what, list) => faults.push(...list.map((line) => `${what}: ${line}`));
  add('axe', await axe(page, { runOnly: { type: 'tag', values: RULES } }));
  add('too small', await page.evaluate(smallTargets));
  add('overflow', await page.evaluate(overflows));
  for (const theme of ['dark', 'outdoor']) {
    const contrast = { runOnly: { type: 'rule', values: ['color-contrast'] } };
    add(`axe, ${theme}`, await as(page, { theme }, () => axe(page, contrast)));
  }
  for (const text of ['l', 'xl']) {
    add(`overflow, text ${text}`, await as(page, { text }, () => page.evaluate(overflows)));
  }
  return [...new Set(faults)];
}
