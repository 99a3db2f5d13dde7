// People at their devices: a browser window of its own each, logged in as the demo lets them.
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { faultsOf } from './checks.mjs';
import { HOST } from './demo.mjs';
import { equal, eventually } from './harness.mjs';
import { say } from './words.mjs';

export const PHONE = { width: 360, height: 740, ratio: 2, touch: true };
export const DESK = { width: 1280, height: 800, ratio: 1, touch: false };
export const PASSWORD = 'noroshi-demo';

const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export function browserPath() {
  const named = process.env['NOROSHI_CHROMIUM'];
  return [named, ...BROWSERS].find((path) => path !== undefined && existsSync(path)) ?? null;
}

export async function openBrowser() {
  return chromium.launch({
    executablePath: browserPath(),
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      `--host-resolver-rules=MAP ${HOST} 127.0.0.1`,
    ],
  });
}

/** One person, one window. */
export class Person {
  violations = [];
  errors = [];

  constructor(name, context, page, artifacts) {
    this.name = name;
    this.context = context;
    this.page = page;
    this.artifacts = artifacts;
  }

  static async open(browser, name, device, artifacts) {
    const context = await browser.newContext({
      viewport: { width: device.width, height: device.height },
      deviceScaleFactor: device.ratio,
      hasTouch: device.touch,
      isMobile: device.touch,
      reducedMotion: 'reduce',
      locale: 'ja-JP',
    });
    context.setDefaultTimeout(15_000);
    const page = await context.newPage();
    const person = new Person(name, context, page, artifacts);
    await person.#watch();
    return person;
  }

  /** A second window of the same device, with its cookies and its disk. */
  static async beside(other, name) {
    const person = new Person(name, other.context, await other.context.newPage(), other.artifacts);
    await person.#watch();
    return person;
  }

  async #watch() {
    await this.page.exposeFunction('noroshiViolation', (text) => this.violations.push(text));
    await this.page.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        globalThis.noroshiViolation(
          `${event.violatedDirective} ${event.blockedURI} ${event.sample}`,
        );
      });
    });
    this.page.on('pageerror', (error) => this.errors.push(String(error)));
  }

  async visit(url) {
    await this.page.goto(url);
    equal(
      'the page is not a secure context, as on most phones',
      await this.page.evaluate(() => isSecureContext),
      false,
    );
  }

  async login(url, account) {
    await this.visit(`${url}/#/login`);
    await this.page.getByLabel('ID', { exact: true }).fill(account);
    await this.page.getByLabel('パスワード', { exact: true }).fill(PASSWORD);
    await this.page.getByRole('button', { name: '入る', exact: true }).click();
    await eventually(
      `${account} is inside`,
      async () => (await this.page.locator('nav').count()) > 0,
    );
  }

  /** Folds the demo's panel, which on a desk lies over a corner of the screen. */
  async foldPanel() {
    const fold = this.page.getByRole('button', { name: say('desk.demo.hide') });
    if (await fold.isVisible().catch(() => false)) {
      await fold.click();
    }
  }

  async go(hash) {
    await this.page.evaluate((to) => {
      location.hash = to;
    }, hash);
  }

  /** Sees that this text stands on the screen. */
  async sees(text, patienceMs) {
    await eventually(
      `${this.name} sees 「${text}」`,
      () => this.page.getByText(text).first().isVisible(),
      patienceMs,
    );
  }

  async press(name) {
    await this.page.getByRole('button', { name }).first().click();
  }

  /** Takes a picture, and finds fault. */
  async look(screen) {
    await mkdir(this.artifacts, { recursive: true });
    await this.picture(screen);
    equal(`${screen}: faults`, await faultsOf(this.page), []);
    this.isClean(screen);
  }

  async picture(screen) {
    await this.page.screenshot({ path: join(this.artifacts, `${screen}.png`), caret: 'hide' });
  }

  isClean(where) {
    equal(`${where}: violations of the content policy`, this.violations, []);
    equal(`${where}: errors of the page`, this.errors, []);
  }

  close() {
    return this.context.close();
  }
}
