/** The type of a language's table: English as it stands, with any texts in place of its own. */
import type { en } from './en/index.ts';

export type Words = Widen<typeof en>;
type Widen<T> = {
  readonly [K in keyof T]: T[K] extends string
    ? string
    : T[K] extends object
      ? T[K] extends (...args: never) => string
        ? T[K]
        : Widen<T[K]>
      : T[K];
};
