/** Readers of the library, and who reads now. */
import { AppError } from '../../base/errors.ts';
import { type ReaderId, readerIdSchema } from '../../contract/index.ts';
import {
  addAuditEvent,
  addReader as addRow,
  blindingSeveral,
  listReaders,
  type ReaderRow,
  readingPreference,
  renameReader as renameRow,
  saveReadingPreference,
  unnamedReader,
} from '../../store/index.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';

/** Names under which imports are filed; a reader of that name would take their labels over. */
const importNames: ReadonlySet<string> = new Set(['import', 'folders']);

export interface Readers {
  readonly readers: readonly ReaderRow[];
  readonly current: ReaderRow;
}

/** Who looks at a library that nobody has read and that is open for reading only. */
const onlooker: ReaderRow = { id: readerIdSchema.parse(0), key: unnamedReader, name: unnamedReader, labels: 0 };

/** Every reader and the current one. A library without readers gets its first, so that reading needs no set-up; one that is only read shows one. */
export function readersOf(context: ServiceContext): Readers {
  const { library } = context;
  const there = listReaders(library.db);
  if (there.length === 0 && library.mode === 'read') return { readers: [onlooker], current: onlooker };
  if (there.length === 0) addRow(library.writer, unnamedReader, timeOf(context));
  const readers = listReaders(library.db);
  const id = Number(readingPreference(library.db, 'reader'));
  const current = readers.find((reader) => reader.id === id) ?? (readers[0] as ReaderRow);
  return { readers, current };
}

/** Adds a reader and makes them current; the second one blinds all. @throws BAD_INPUT when the name is taken */
export function addReader(context: ServiceContext, name: string): Readers {
  refuseTaken(context, name, undefined);
  const db = context.library.writer;
  blindingSeveral(db, () => {
    saveReadingPreference(db, 'reader', String(addRow(db, name.trim(), timeOf(context))));
    addAuditEvent(db, { happenedAt: timeOf(context), action: 'reader.added', subject: name.trim(), details: {} });
  });
  return readersOf(context);
}

/** Renames a reader; every label stays theirs. @throws BAD_INPUT when the name is taken or the reader unknown */
export function renameReader(context: ServiceContext, id: ReaderId, name: string): Readers {
  const reader = requireReader(context, id);
  refuseTaken(context, name, id);
  const db = context.library.writer;
  blindingSeveral(db, () => {
    renameRow(db, id, name.trim());
    const details = { before: reader.name };
    addAuditEvent(db, { happenedAt: timeOf(context), action: 'reader.renamed', subject: name.trim(), details });
  });
  return readersOf(context);
}

/** Makes a reader the current one. @throws BAD_INPUT for an unknown reader */
export function setCurrentReader(context: ServiceContext, id: ReaderId): Readers {
  requireReader(context, id);
  saveReadingPreference(context.library.writer, 'reader', String(id));
  return readersOf(context);
}

function requireReader(context: ServiceContext, id: ReaderId): ReaderRow {
  const reader = readersOf(context).readers.find((row) => row.id === id);
  if (reader === undefined) throw new AppError('BAD_INPUT', `There is no reader ${id}.`);
  return reader;
}

function refuseTaken(context: ServiceContext, name: string, self: ReaderId | undefined): void {
  const wanted = name.trim().toLowerCase();
  const names = readersOf(context).readers.flatMap((row) => (row.id === self ? [] : [row.name, row.key]));
  if (wanted !== '' && !importNames.has(wanted) && !names.some((taken) => taken.toLowerCase() === wanted)) return;
  throw new AppError('BAD_INPUT', wanted === '' ? 'A reader needs a name.' : `The name "${name.trim()}" is taken.`, {
    action: 'Choose another name.',
  });
}
