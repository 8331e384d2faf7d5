/** A site's own list of pseudonyms: CSV with the columns patientID and pseudonym. */
import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { AppError, toError } from '../../base/errors.ts';
import { fileError } from '../files/files.ts';

/** Safe as a folder name on every system and as a value of VR LO. */
const allowed = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/**
 * Pseudonyms by patient ID.
 * @throws FILE_NOT_FOUND, FILE_UNREADABLE, BAD_INPUT naming every wrong row by its number (never by its patient)
 */
export function readPseudonyms(path: string): ReadonlyMap<string, string> {
  const rows = readRows(path);
  const problems: string[] = [];
  const byPatient = new Map<string, string>();
  const users = new Map<string, number>();
  rows.forEach(({ patientID = '', pseudonym = '' }, index) => {
    const row = index + 2;
    if (patientID === '') problems.push(`row ${row}: no patientID`);
    else if (byPatient.has(patientID)) problems.push(`row ${row}: the patient has a pseudonym already`);
    if (!allowed.test(pseudonym)) {
      problems.push(`row ${row}: a pseudonym is 1 to 64 letters, digits, dots, dashes and underscores`);
    } else if (users.has(pseudonym)) {
      problems.push(`row ${row}: the pseudonym is that of row ${users.get(pseudonym)} too`);
    }
    byPatient.set(patientID, pseudonym);
    users.set(pseudonym, row);
  });
  if (problems.length > 0) {
    throw new AppError('BAD_INPUT', `The list of pseudonyms has ${problems.length} problems: ${problems.join('; ')}.`, {
      details: { problems },
    });
  }
  return byPatient;
}

function readRows(path: string): Partial<Record<'patientID' | 'pseudonym', string>>[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw fileError(error, path);
  }
  let rows: Partial<Record<string, string>>[];
  try {
    rows = parse(text, { columns: true, bom: true, trim: true, skip_empty_lines: true });
  } catch (error) {
    // The parser's message can quote a value; its code says as much.
    const code = 'code' in toError(error) ? String((error as { code: unknown }).code) : 'not CSV';
    throw new AppError('BAD_INPUT', `The list of pseudonyms cannot be read as CSV (${code}).`, { cause: error });
  }
  const first = rows[0];
  if (first === undefined || !('patientID' in first) || !('pseudonym' in first)) {
    throw new AppError(
      'BAD_INPUT',
      'The list of pseudonyms needs the columns patientID and pseudonym and at least one row.',
    );
  }
  return rows;
}
