/**
 * What the queue may keep of an import. Folders are often named after patients, so of a pseudonymised import the row of the job holds
 * redacted names and a ticket; the options themselves stay in this session's memory, and only it can run the job.
 */
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { AppError } from '../../base/errors.ts';
import { redact } from '../../base/redact.ts';
import type { importOptionsSchema } from '../../contract/index.ts';
import type { SessionCache } from '../session/caches.ts';
import type { ServiceContext } from '../session/context.ts';

export type ParsedImport = z.output<typeof importOptionsSchema>;

const heldImports: SessionCache<Map<string, ParsedImport>> = {
  name: 'options of pseudonymised imports',
  until: 'close',
  make: () => new Map(),
};

type Session = Pick<ServiceContext, 'caches'>;

/** The options as the queue keeps them. */
export function importPayload({ caches }: Session, options: ParsedImport): ParsedImport {
  if (!options.pseudonymise) return options;
  const ticket = randomUUID();
  caches.of(heldImports).set(ticket, options);
  const { labels, report, reading, ...kept } = options;
  return {
    ...kept,
    ...(labels === undefined ? {} : { labels: redact(labels) }),
    ...(report === undefined ? {} : { report: redact(report) }),
    ...(reading === undefined ? {} : { reading: withoutPath(reading) }),
    paths: options.paths.map(redact),
    ticket,
  };
}

function withoutPath(reading: NonNullable<ParsedImport['reading']>): NonNullable<ParsedImport['reading']> {
  const { secondFile, ...kept } = reading;
  return secondFile === undefined ? kept : { ...kept, secondFile: redact(secondFile) };
}

/**
 * The options as they were given.
 * @throws BAD_INPUT when the session that knew them is over
 */
export function heldImport({ caches }: Session, payload: ParsedImport): ParsedImport {
  if (payload.ticket === undefined) return payload;
  const options = caches.of(heldImports).get(payload.ticket);
  if (options !== undefined) return options;
  throw new AppError('BAD_INPUT', 'A pseudonymised import does not go on after a restart: its paths were not kept.', {
    action: 'Start it again. What was imported so far is recognised.',
  });
}

/** Forgets the options of an import that is done. */
export function forgetImport({ caches }: Session, payload: ParsedImport): void {
  if (payload.ticket !== undefined) caches.of(heldImports).delete(payload.ticket);
}
