// Words that several screens need for the same fact: roles, and what went wrong with a load.
import { Unreachable } from '../lib/api/client';
import type { ApiProblem } from '../lib/api/client';
import type { Role } from '../lib/api/types';
import type { Key, Translate } from '../lib/i18n';

/** The plate a role's colour is named by. */
export type RolePlate = 'hq' | 'shelter' | 'field' | 'admin';

const plates: Record<Role, RolePlate> = {
  admin: 'admin',
  publisher: 'hq',
  shelter: 'shelter',
  field: 'field',
};
const roleKeys: Record<RolePlate, Key & `role.${string}`> = {
  hq: 'role.hq',
  shelter: 'role.shelter',
  field: 'role.field',
  admin: 'role.admin',
};

/** Colour of a role. */
export function plateOf(role: Role): RolePlate {
  return plates[role];
}

/** The word of a role, as it stands in the banner's frame. */
export function roleWord(role: Role, t: Translate): string {
  return t(roleKeys[plates[role]]);
}

/** One sentence about a load or a write that failed: what happened, and what to do. */
export function problemWords(
  problem: ApiProblem | Unreachable,
  t: Translate,
): { title: string; detail: string } {
  if (problem instanceof Unreachable) {
    return problem.reason === 'stranger'
      ? { title: t('problem.stranger'), detail: t('problem.strangerHint') }
      : { title: t('problem.unreachable'), detail: t('problem.unreachableHint') };
  }
  const detail =
    problem.reference === null ? '' : t('problem.reference', { id: problem.reference });
  return { title: problem.detail, detail };
}

/** A person's name where everybody belongs to the same place: the place's name is left off. */
export function nameHere(person: { name: string; node_name: string }): string {
  const { name, node_name: place } = person;
  const rest = name.startsWith(place) ? name.slice(place.length).trim() : name;
  return rest === '' ? name : rest;
}
