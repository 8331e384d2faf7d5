/** Readers of the library, and who reads now. */
import { AppError } from '../../base/errors.ts';
import { type ReaderId, readerIdSchema } from '../../contract/index.ts';
import {
  addAuditEvent,
  addReader as addRow,
  blindReaders,
  listReaders,
  type ReaderRow,
  readingPreference,
  renameReader as renameRow,
  saveReadingPreference,
  type WriteDb,
} from '../../store/index.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';

/** Names under which imports are filed; a reader of that name would take their labels over. */
const importNames: ReadonlySet<string> = new Set(['import', 'folders']);

export interface Readers {
  readonly readers: readonly ReaderRow[];
  readonly current: ReaderRow;
}

/** What the first reader of a library is called until somebody says otherwise. */
const unnamed = 'Reader 1';

/** Who looks at a library that nobody has read and that is open for reading only. */
const onlooker: ReaderRow = { id: readerIdSchema.parse(0), key: unnamed, name: unnamed, labels: 0 };

/** Whether several people read; the first reader, whom every library is given, is nobody as long as they have neither a name nor a label. */
export function areSeveral(readers: readonly Pick<ReaderRow, 'name' | 'labels'>[]): boolean {
  return readers.filter(({ name, labels }) => name !== unnamed || labels > 0).length > 1;
}

/** Every reader and the current one. A library without readers gets its first, so that reading needs no set-up; one that is only read shows one. */
export function readersOf(context: ServiceContext): Readers {
  const { library } = context;
  const there = listReaders(library.db);
  if (there.length === 0 && library.mode === 'read') return { readers: [onlooker], current: onlooker };
  if (there.length === 0) addRow(library.writer, unnamed, timeOf(context));
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

/**
 * Does `change` to the readers in a transaction. Where it makes several of one, all data sets are read blinded from then on: what was said of one
 * that a single person read was no word about blinding.
 */
function blindingSeveral(db: WriteDb, change: () => void): void {
  db.transaction(() => {
    const before = areSeveral(listReaders(db));
    change();
    if (!before && areSeveral(listReaders(db))) blindReaders(db);
  });
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
