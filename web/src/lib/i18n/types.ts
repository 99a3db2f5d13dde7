// Types of the dictionary: which parameters a sentence wants, what a translation must contain.

/** A sentence, or its two plural forms by the parameter `n`. */
export type Entry = string | { readonly one: string; readonly other: string };

/** A translation has exactly the keys of the Japanese part: a missing one is a compile error. */
export type Translation<Ja> = Record<keyof Ja, Entry>;

/** The names in curly braces of a sentence. */
export type ParamNames<Sentence> = Sentence extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParamNames<Rest>
  : never;

/** The arguments after the key: nothing, or one object with a value for every parameter. */
export type Params<Sentence> = [ParamNames<Sentence>] extends [never]
  ? []
  : [Record<ParamNames<Sentence>, string | number>];
