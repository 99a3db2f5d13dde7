// Every screen once more in English, and the ones no walk passes: nothing may stick out or be
// mislabelled there either.
import { eventually } from '../harness.mjs';
import { DESK, PHONE } from '../people.mjs';

const PHONE_SCREENS = [
  'home',
  'talk',
  'bulletins',
  'reports',
  'report',
  'safety',
  'link',
  'account',
];
const DESK_SCREENS = [
  'shelters',
  'talk',
  'bulletins',
  'bulletins/new',
  'reports',
  'safety',
  'import',
];
const ADMIN_SCREENS = ['shelters', 'import', 'admin'];

async function settled(person) {
  await eventually('the screen has its content', () =>
    person.page.evaluate(
      () =>
        document.querySelector('main') !== null &&
        document.querySelector('[aria-busy=true]') === null,
    ),
  );
}

async function visit(person, screens, prefix) {
  for (const screen of screens) {
    await person.go(`#/${screen}`);
    await settled(person);
    await person.look(`${prefix}-${screen.replace('/', '-')}`);
  }
}

async function inEnglish(person) {
  await person.page.addInitScript(() => localStorage.setItem('noroshi.language', 'en'));
  await person.page.reload();
  await eventually('the page speaks English', () =>
    person.page.evaluate(() => document.documentElement.lang === 'en'),
  );
}

export function tour(suite, stage) {
  const { nodes } = stage;
  const people = [
    ['clerk', 'daiichi-uke', 1, PHONE, PHONE_SCREENS],
    ['officer', 'genba-1', 1, PHONE, PHONE_SCREENS],
    ['publisher on a phone', 'honbu-1', 0, PHONE, [...PHONE_SCREENS, 'shelters']],
    ['desk', 'honbu-1', 0, DESK, DESK_SCREENS],
    ['admin', 'kanri', 0, DESK, ADMIN_SCREENS],
  ];
  for (const [who, login, at, device, screens] of people) {
    suite.test(`tour: ${who}`, async () => {
      const person = await stage.person(who.replaceAll(' ', '-'), device);
      await person.login(nodes.url(at), login);
      await visit(person, screens, `tour-${who.replaceAll(' ', '-')}`);
      await inEnglish(person);
      await visit(person, screens, `tour-en-${who.replaceAll(' ', '-')}`);
      await person.close();
    });
  }
}
