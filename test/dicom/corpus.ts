/**
 * `npm run dicom:corpus -- DIR`: every file of DIR/INDEX.tsv is decoded and held against the trusted decoder's hash.
 *
 * equal      bit for bit
 * within     lossy, and within 1 grey level (2 for subsampled colour) of a second decoder on this machine
 * no pixels  nothing to decode
 * no ref     decoded; the index has no reference
 * refused    a code and a remedy, where the index' decoder refused too or the file is marked malformed
 * WRONG      anything else: a mismatch, a crash, a refusal without a reason. Exit code 1.
 */

import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { AppError, toError } from '../../core/base/errors.ts';
import { type DecodedFrame, nativeBytes } from '../../core/dicom/index.ts';
import { type DecodePool, openDecodePool } from '../../core/services/pixels/decode/pool.ts';
import { commandLine } from '../../scripts/command-line.ts';
import { type IndexRow, readIndex } from './index-file.ts';
import { largestDifference, secondOpinion } from './second-decoder.ts';

const outcomes = ['equal', 'within', 'no pixels', 'no ref', 'refused', 'WRONG'] as const;
type Outcome = (typeof outcomes)[number];

interface Verdict {
  readonly outcome: Outcome;
  readonly note: string;
}

async function judge(pool: DecodePool, folder: string, row: IndexRow): Promise<Verdict> {
  const path = resolve(folder, row.path);
  try {
    const decoded = await pool.decodeFrame(path, 0);
    if (row.frames > 1) await pool.decodeFrame(path, row.frames - 1);
    await pool.renderFrame(path, 0);
    return row.referenceSha256 === '' ? { outcome: 'no ref', note: '' } : await compare(decoded, path, row);
  } catch (thrown) {
    return judgeRefusal(thrown, row);
  }
}

async function compare(decoded: DecodedFrame, path: string, row: IndexRow): Promise<Verdict> {
  const hash = createHash('sha256').update(nativeBytes(decoded)).digest('hex');
  if (hash === row.referenceSha256) return { outcome: 'equal', note: '' };
  if (row.isExact) return { outcome: 'WRONG', note: 'pixels differ from the reference' };
  const other = await secondOpinion(path);
  if (other === undefined)
    return { outcome: 'WRONG', note: 'lossy, not equal, and no second decoder here to compare with' };
  const allowed = row.photometric.includes('422') || row.photometric.includes('420') ? 2 : 1;
  const found = largestDifference(decoded, other.frame);
  const note = `largest difference ${found} from ${other.decoder}; allowed ${allowed}`;
  return { outcome: found <= allowed ? 'within' : 'WRONG', note };
}

function judgeRefusal(thrown: unknown, row: IndexRow): Verdict {
  if (!(thrown instanceof AppError)) return { outcome: 'WRONG', note: `crash: ${toError(thrown).message}` };
  const note = `${thrown.code}: ${thrown.message} ${thrown.action}`;
  if (thrown.code === 'DICOM_NO_PIXELS' && row.referenceSha256 === '') return { outcome: 'no pixels', note: '' };
  const isExplained = row.isMalformed ? !row.wasDecoded : row.referenceSha256 === '' && !row.wasDecoded;
  return { outcome: isExplained ? 'refused' : 'WRONG', note };
}

async function main(folder: string): Promise<boolean> {
  const started = performance.now();
  const pool = openDecodePool({ workers: 2 });
  const rows = readIndex(folder);
  const tally = new Map<string, Map<Outcome, number>>();
  const count = (group: string, outcome: Outcome): void => {
    const counts = tally.get(group) ?? new Map<Outcome, number>();
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    tally.set(group, counts);
  };
  for (const row of rows) {
    const { outcome, note } = await judge(pool, folder, row);
    if (note !== '') console.log(`${outcome.padEnd(9)} ${row.path}: ${note}`);
    count(`${row.syntaxName || 'none named'} ${row.syntax}`.trim(), outcome);
    count('all', outcome);
  }
  await pool.close();
  printTable(tally);
  const seconds = (performance.now() - started) / 1000;
  console.log(`${rows.length} files in ${seconds.toFixed(1)} s`);
  return (tally.get('all')?.get('WRONG') ?? 0) === 0;
}

function printTable(tally: ReadonlyMap<string, ReadonlyMap<Outcome, number>>): void {
  console.log(`\n${outcomes.map((outcome) => outcome.padStart(9)).join(' ')}  transfer syntax`);
  for (const [group, counts] of [...tally].sort(([a], [b]) =>
    a === 'all' ? 1 : b === 'all' ? -1 : a.localeCompare(b),
  )) {
    console.log(`${outcomes.map((outcome) => String(counts.get(outcome) ?? '').padStart(9)).join(' ')}  ${group}`);
  }
}

const [folder] = commandLine(import.meta.filename, { allowPositionals: true }).positionals;
if (folder === undefined) {
  console.error('usage: npm run dicom:corpus -- DIR   (a folder with INDEX.tsv)');
  process.exitCode = 2;
} else {
  process.exitCode = (await main(folder)) ? 0 : 1;
}
