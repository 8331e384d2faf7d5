/**
 * Deliberate damage to a closed database, and whether it is seen and undone.
 *
 * A variant counts as detected when opening the library for writing refuses it, or `library check` names it; and as restored when
 * `library restore` brings back every row of the backup, with the damaged file kept aside.
 */
import {
  copyFileSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../core/base/errors.ts';
import { Random } from '../../core/base/random.ts';
import { restoreFromBackup } from '../../core/services/library/backup.ts';
import { checkLibrary } from '../../core/services/library/check.ts';
import { openLibrary } from '../../core/store/index.ts';
import { digestDifference, libraryDigest } from './digest.ts';

const page = 4096;

/** Ways in which files are damaged in the field: cut copies, lost sectors, rotten bits, a stranger's file, a file that is gone. */
const damages: Readonly<Record<string, (path: string, random: Random) => void>> = {
  'cut short': (path, random) => truncateSync(path, Math.floor(random.uniform(1, readFileSync(path).length))),
  emptied: (path) => truncateSync(path, 0),
  removed: (path) => rmSync(path),
  'header overwritten': (path, random) => change(path, (bytes) => fill(bytes, 0, 100, random)),
  'page of zeros': (path, random) =>
    change(path, (bytes) => void bytes.fill(0, pageAt(bytes, random), pageAt(bytes, random) + page)),
  'page of noise': (path, random) =>
    change(path, (bytes) => {
      const at = pageAt(bytes, random);
      fill(bytes, at, at + page, random);
    }),
  'sector of zeros': (path, random) =>
    change(path, (bytes) => {
      const at = Math.floor(random.uniform(0, bytes.length / 512)) * 512;
      // A sector that was zeros before would not be damage.
      if (bytes.subarray(at, at + 512).every((byte) => byte === 0)) fill(bytes, at, at + 512, random);
      else bytes.fill(0, at, at + 512);
    }),
  'one bit': (path, random) =>
    change(path, (bytes) => {
      const at = Math.floor(random.uniform(0, bytes.length));
      bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random.uniform(0, 8)));
    }),
  'pages swapped': (path, random) =>
    change(path, (bytes) => {
      const [a, b] = [page, page * Math.floor(random.uniform(2, bytes.length / page))];
      const kept = Buffer.from(bytes.subarray(a, a + page));
      bytes.copyWithin(a, b, b + page);
      kept.copy(bytes, b);
    }),
  'text instead': (path) => writeFileSync(path, 'moved to the new server, ask IT\n'),
};

function change(path: string, edit: (bytes: Buffer) => void): void {
  const bytes = readFileSync(path);
  const before = Buffer.from(bytes);
  edit(bytes);
  if (bytes.equals(before)) bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

function fill(bytes: Buffer, from: number, to: number, random: Random): void {
  for (let i = from; i < Math.min(to, bytes.length); i++) bytes[i] = Math.floor(random.uniform(0, 256));
}

function pageAt(bytes: Buffer, random: Random): number {
  return page * Math.floor(random.uniform(0, bytes.length / page));
}

export interface DamageResult {
  readonly kind: string;
  readonly seed: number;
  /** `open`: refused at the next start; `check`: named by `library check`. */
  readonly detected: 'open' | 'check' | 'no';
  readonly losses: readonly string[];
}

/** Damages copies of the closed library `base` (with at least one backup) `count` times. */
export async function damageLibrary(
  base: string,
  scratch: string,
  count: number,
  seed: number,
): Promise<DamageResult[]> {
  const kinds = Object.keys(damages);
  const wanted = libraryDigest(base);
  const results: DamageResult[] = [];
  for (let i = 0; i < count; i++) {
    const kind = kinds[i % kinds.length] as string;
    const folder = join(scratch, `damage-${i}`);
    rmSync(folder, { recursive: true, force: true });
    cpSync(base, folder, { recursive: true });
    const path = join(folder, 'sidelight.sqlite');
    damages[kind]?.(path, Random.seeded(seed).fork(`${kind} ${i}`));
    const kept = existsSync(path) ? readFileSync(path) : null;
    const losses: string[] = [];
    const detected = await detect(folder, losses);
    if (detected === 'no') losses.push('nobody noticed');
    restoreInto(folder, kept, wanted, losses);
    results.push({ kind, seed, detected, losses });
    rmSync(folder, { recursive: true, force: true });
  }
  return results;
}

async function detect(folder: string, losses: string[]): Promise<DamageResult['detected']> {
  const report = await checkLibrary({ folder, signal: { aborted: false }, progress: () => {} }, { deep: false });
  if (!report.sound && report.findings.some((finding) => finding.action === ''))
    losses.push('a finding without a remedy');
  // On a copy: opening for writing may change what is then restored over.
  const copy = `${folder}-open`;
  cpSync(folder, copy, { recursive: true });
  try {
    openLibrary(copy, { mode: 'write' }).close();
  } catch (error) {
    if (error instanceof AppError && error.code === 'DB_DAMAGED') return 'open';
    losses.push(`opening fails without a code: ${String(error)}`);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
  return report.sound ? 'no' : 'check';
}

function restoreInto(folder: string, kept: Buffer | null, wanted: readonly string[], losses: string[]): void {
  try {
    const { setAside } = restoreFromBackup(folder, undefined, new Date());
    const difference = digestDifference(libraryDigest(folder), wanted);
    if (difference !== null) losses.push(`restored is another library: ${difference}`);
    if (kept === null) return;
    const aside = setAside === null ? '' : join(folder, setAside, 'sidelight.sqlite');
    if (!existsSync(aside) || !readFileSync(aside).equals(kept)) losses.push('the damaged file was not kept as it was');
  } catch (error) {
    losses.push(`not restored: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** One row a kind of damage: variants, how detected, losses. */
export function damageLines(results: readonly DamageResult[]): string[] {
  const by = (kind: string): readonly DamageResult[] => results.filter((result) => result.kind === kind);
  const row = (name: string, rows: readonly DamageResult[]): string => {
    const n = (how: DamageResult['detected']): string => String(rows.filter((r) => r.detected === how).length);
    const losses = rows.reduce((sum, r) => sum + r.losses.length, 0);
    const cells = [String(rows.length), n('open'), n('check'), n('no'), String(losses)];
    return name.padEnd(20) + cells.map((cell) => cell.padStart(11)).join('');
  };
  const head = ['variants', 'at opening', 'by check', 'unseen', 'losses'].map((text) => text.padStart(11)).join('');
  return [
    'damage'.padEnd(20) + head,
    ...Object.keys(damages).map((kind) => row(kind, by(kind))),
    row('all', results),
    ...results.flatMap((r, i) => r.losses.map((loss) => `variant ${i} (${r.kind}): ${loss}`)),
  ];
}

/** Makes sure that a base library has a backup of what it holds now. */
export function backUpBase(base: string): void {
  const library = openLibrary(base, { mode: 'write' });
  try {
    library.backUpTo(join(base, 'backups', 'sidelight-base.sqlite'));
  } finally {
    library.close();
  }
  for (const name of readdirSync(join(base, 'backups'))) {
    if (name !== 'sidelight-base.sqlite') rmSync(join(base, 'backups', name));
  }
  copyFileSync(join(base, 'backups', 'sidelight-base.sqlite'), join(base, 'backups', 'daily-2026-01-01.sqlite'));
}
