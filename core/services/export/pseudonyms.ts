/** A site's own list of pseudonyms: CSV with the columns patientID and pseudonym, separated by commas, semicolons or tabs. */
import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { AppError, toError } from '../../base/errors.ts';
import { fileError } from '../files/file-error.ts';

/** Safe as a value of VR LO, and as a folder name on every system but for what follows. */
const allowed = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/** Windows takes these for devices, whatever stands behind a dot, and cuts dots off the end of a name. */
const notOnWindows = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)|\.$/i;
const separators = [
  [',', 'commas'],
  [';', 'semicolons'],
  ['\t', 'tabs'],
] as const;
const correct = 'Correct the list of pseudonyms and export again; nothing was written.';

/** A site's list, and which of its rows were needed. */
export interface Pseudonyms {
  /** The pseudonym of a patient; undefined where the list has none. */
  get(patientID: string): string | undefined;
  /** Rows whose patient was not among those asked for, by number. */
  unusedRows(): number[];
  /** How many patients were asked for whom the list does not have. */
  readonly missing: number;
}

/**
 * Pseudonyms by patient ID.
 * @throws FILE_NOT_FOUND, FILE_UNREADABLE, BAD_INPUT naming every wrong row by its number (never by its patient)
 */
export function readPseudonyms(path: string): Pseudonyms {
  const rows = readRows(path);
  const problems: string[] = [];
  const byPatient = new Map<string, { readonly pseudonym: string; readonly row: number }>();
  /** By the pseudonym in small letters: folders of Windows and macOS are the same whatever their case. */
  const users = new Map<string, { readonly pseudonym: string; readonly row: number }>();
  rows.forEach(({ patientID = '', pseudonym = '' }, index) => {
    const row = index + 2;
    const other = users.get(pseudonym.toLowerCase());
    if (patientID === '') problems.push(`row ${row}: no patientID`);
    else if (byPatient.has(patientID)) problems.push(`row ${row}: the patient has a pseudonym already`);
    if (!allowed.test(pseudonym)) {
      problems.push(`row ${row}: a pseudonym is 1 to 64 letters, digits, dots, dashes and underscores`);
    } else if (notOnWindows.test(pseudonym)) {
      problems.push(`row ${row}: Windows has no folder of this name (CON, NUL and their like, or a dot at the end)`);
    } else if (other !== undefined) {
      const why = other.pseudonym === pseudonym ? '' : ', but for capitals, which make no other folder';
      problems.push(`row ${row}: the pseudonym is that of row ${other.row} too${why}`);
    }
    byPatient.set(patientID, { pseudonym, row });
    users.set(pseudonym.toLowerCase(), { pseudonym, row });
  });
  if (problems.length > 0) {
    throw new AppError('BAD_INPUT', `The list of pseudonyms has ${problems.length} problems: ${problems.join('; ')}.`, {
      action: correct,
      details: { problems },
    });
  }
  const used = new Set<string>();
  const missing = new Set<string>();
  return {
    get: (patientID) => {
      const found = byPatient.get(patientID);
      if (found === undefined) missing.add(patientID);
      else used.add(patientID);
      return found?.pseudonym;
    },
    unusedRows: () => [...byPatient].filter(([patientID]) => !used.has(patientID)).map(([, { row }]) => row),
    get missing() {
      return missing.size;
    },
  };
}

function readRows(path: string): Partial<Record<'patientID' | 'pseudonym', string>>[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw fileError(error, path);
  }
  const [header = ''] = text.replace(/^\uFEFF/u, '').split(/\r\n|\r|\n/u, 1);
  const [delimiter, separator] =
    [...separators].sort(([a], [b]) => header.split(b).length - header.split(a).length)[0] ?? separators[0];
  let rows: Partial<Record<string, string>>[];
  try {
    rows = parse(text, {
      columns: (names: string[]) => names.map(columnOf),
      delimiter,
      bom: true,
      trim: true,
      skip_empty_lines: true,
    });
  } catch (error) {
    // The parser's message can quote a value; its code says as much.
    const failure = toError(error) as Error & { readonly code?: unknown; readonly lines?: unknown };
    const row = typeof failure.lines === 'number' ? ` at row ${failure.lines}` : '';
    throw new AppError(
      'BAD_INPUT',
      `The list of pseudonyms cannot be read as CSV with ${separator}${row} (${String(failure.code ?? 'not CSV')}).`,
      {
        action: 'Give every row two fields, patientID and pseudonym, as its first row has them, and export again.',
        cause: error,
      },
    );
  }
  const first = rows[0];
  if (first === undefined || !('patientID' in first) || !('pseudonym' in first)) {
    const columns = header.split(delimiter).length;
    throw new AppError(
      'BAD_INPUT',
      first === undefined
        ? 'The list of pseudonyms has no row below its first.'
        : `The list of pseudonyms has no columns patientID and pseudonym; its first row has ${columns} ${columns === 1 ? 'field' : 'fields'} (read with ${separator}).`,
      {
        action:
          'Write "patientID,pseudonym" as the first row and one patient a row below it (commas, semicolons or tabs between), and export again.',
      },
    );
  }
  return rows;
}

/** The column that a heading means, whatever its case and blanks; the heading itself for any other. */
function columnOf(heading: string): string {
  const plain = heading.toLowerCase().replaceAll(/[\s_-]/gu, '');
  return { patientid: 'patientID', pseudonym: 'pseudonym' }[plain] ?? heading;
}
