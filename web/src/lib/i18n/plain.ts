// Keys whose sentence has no parameters: those that a table may hold and call without any.
import type { common } from './ja/common';
import type { desk } from './ja/desk';
import type { phone } from './ja/phone';
import type { ParamNames } from './types';

type Ja = typeof common & typeof phone & typeof desk;

/** A key that `t` takes alone. */
export type PlainKey = {
  [K in keyof Ja]: [ParamNames<Ja[K]>] extends [never] ? K : never;
}[keyof Ja];
