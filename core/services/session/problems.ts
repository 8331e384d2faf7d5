/** Collects what was left out, grouped by reason, with a few redacted examples. */
import { AppError, serialiseError } from '../../base/errors.ts';
import { redact } from '../../base/redact.ts';
import type { ProblemGroup } from '../../contract/index.ts';

const examplesKept = 3;

/** Messages of one code that are told apart: those of damaged files each have their own numbers, and thousands would be no summary. */
const messagesMost = 20;

/** Groups problems by code and message. */
export class ProblemCollector {
  readonly #groups = new Map<string, ProblemGroup>();
  readonly #messages = new Map<string, number>();
  /** By code, what is beyond them. */
  readonly #more = new Map<string, ProblemGroup>();

  /** Notes one problem of the thing called `name` (a path; it is redacted here). */
  add(thrown: unknown, name: string): void {
    const { code, message, action } = serialiseError(thrown);
    const key = `${code} ${message}`;
    const messages = this.#messages.get(code) ?? 0;
    if (this.#groups.has(key)) count(this.#groups, key, { code, message, action }, name);
    else if (messages < messagesMost) {
      this.#messages.set(code, messages + 1);
      count(this.#groups, key, { code, message, action }, name);
    } else count(this.#more, code, { code, message: 'Others with this problem; the details differ.', action }, name);
  }

  get count(): number {
    let count = 0;
    for (const group of [...this.#groups.values(), ...this.#more.values()]) count += group.count;
    return count;
  }

  /** The most frequent reason first; last what has too many different ones to tell apart. */
  list(): ProblemGroup[] {
    const told = [...this.#groups.values()].sort((a, b) => b.count - a.count || (a.message < b.message ? -1 : 1));
    return [...told, ...this.#more.values()];
  }
}

function count(
  groups: Map<string, ProblemGroup>,
  key: string,
  what: Pick<ProblemGroup, 'code' | 'message' | 'action'>,
  name: string,
): void {
  const group = groups.get(key) ?? { ...what, count: 0, examples: [] };
  const examples = group.examples.length < examplesKept ? [...group.examples, redact(name)] : group.examples;
  groups.set(key, { ...group, count: group.count + 1, examples });
}

/** The thrown value when it is one a batch survives (one bad file), else it is thrown on: a full or failing disk or a stop ends the batch. */
export function survivable(thrown: unknown): unknown {
  const fatal = [
    'CANCELLED',
    'DISK_FULL',
    'DISK_FAILED',
    'LIBRARY_READ_ONLY',
    'LIBRARY_BUSY',
    'DB_DAMAGED',
    'ENGINE_UNAVAILABLE',
    'ENGINE_FAILED',
  ];
  if (!(thrown instanceof AppError) || fatal.includes(thrown.code)) throw thrown;
  return thrown;
}
