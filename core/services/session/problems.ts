/** Collects what was left out, grouped by reason, with a few redacted examples. */
import { AppError, serialiseError } from '../../base/errors.ts';
import { redact } from '../../base/redact.ts';
import type { ProblemGroup } from '../../contract/index.ts';

const examplesKept = 3;

/** Messages of one code that are told apart: those of damaged files each have their own numbers, and thousands would be no summary. */
const messagesMost = 20;

/** Groups problems by code and message; the most frequent comes first. */
export class ProblemCollector {
  readonly #groups = new Map<string, ProblemGroup>();
  readonly #messages = new Map<string, number>();

  /** Notes one problem of the thing called `name` (a path; it is redacted here). */
  add(thrown: unknown, name: string): void {
    const { code, action, ...said } = serialiseError(thrown);
    const isNew = !this.#groups.has(`${code} ${said.message}`);
    const messages = this.#messages.get(code) ?? 0;
    const isOne = !isNew || messages < messagesMost;
    if (isNew && isOne) this.#messages.set(code, messages + 1);
    const message = isOne ? said.message : `More of the kind ${code}, each for a reason of its own.`;
    const key = `${code} ${message}`;
    const group = this.#groups.get(key) ?? { code, message, action, count: 0, examples: [] };
    const examples = group.examples.length < examplesKept ? [...group.examples, redact(name)] : group.examples;
    this.#groups.set(key, { ...group, count: group.count + 1, examples });
  }

  get count(): number {
    let count = 0;
    for (const group of this.#groups.values()) count += group.count;
    return count;
  }

  list(): ProblemGroup[] {
    return [...this.#groups.values()].sort((a, b) => b.count - a.count || (a.message < b.message ? -1 : 1));
  }
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
