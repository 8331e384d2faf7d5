/** INDEX.tsv of a folder of DICOM files: what each is, and the hash of its first frame as a trusted decoder gives it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';

export interface IndexRow {
  readonly path: string;
  readonly syntax: string;
  readonly syntaxName: string;
  readonly frames: number;
  readonly photometric: string;
  readonly referenceSha256: string;
  readonly isExact: boolean;
  /** True when the index calls the file defective, by intent or not. */
  readonly isMalformed: boolean;
  /** True when the index' own decoder read the pixels. */
  readonly wasDecoded: boolean;
}

/** The rows of DIR/INDEX.tsv. */
export function readIndex(folder: string): readonly IndexRow[] {
  const rows = parse(readFileSync(join(folder, 'INDEX.tsv')), {
    delimiter: '\t',
    columns: true,
    relax_quotes: true,
  }) as Record<string, string>[];
  return rows.map((row) => ({
    path: row['path'] ?? '',
    syntax: row['ts_uid'] ?? '',
    syntaxName: row['ts_name'] ?? '',
    frames: Number(row['frames'] || 1),
    photometric: row['photometric'] ?? '',
    referenceSha256: row['ref_frame0_sha256'] ?? '',
    isExact: row['ref_exactness'] === 'exact',
    isMalformed: !(row['malformed'] ?? 'no').startsWith('no'),
    wasDecoded: row['pydicom_decodes'] === 'yes',
  }));
}
