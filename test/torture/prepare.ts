/** The bench: studies, an LPM, and for each stage a base library from which it starts and the facts with which it ends. */
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { silentLogger } from '../../core/base/logger.ts';
import { addLpm } from '../../core/services/lpm/add.ts';
import { openServices } from '../../core/services/session/open.ts';
import { Database } from '../../core/store/database.ts';
import { openLibrary } from '../../core/store/index.ts';
import { migrate } from '../../core/store/migrate.ts';
import { migrations } from '../../core/store/migrations/index.ts';
import { libraryDigest } from './digest.ts';
import { type Bench, countingEnvironment, freshCopy, runVictim } from './point.ts';
import { type Amount, type Stage, stages, usual, writeMaterial } from './studies.ts';

/** Stages in the order in which each is the base of the next. */
const chain = ['import', 'label', 'encode', 'train', 'classify'] as const;
/** The version that the oldest released libraries have. */
const oldest = 50;

interface Prepared {
  readonly bench: Bench;
  /** At how many places a stage can be disturbed. */
  readonly calls: ReadonlyMap<Stage, number>;
}

/** The bench that an earlier call left in `folder`, or a new one. */
export async function keptBench(folder: string, shim: string | null, amount: Amount = usual): Promise<Prepared> {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'bench.json');
  if (existsSync(file)) {
    const kept = JSON.parse(readFileSync(file, 'utf8')) as { bench: Bench; wanted: []; calls: [] };
    return { bench: { ...kept.bench, shim, wanted: new Map(kept.wanted) }, calls: new Map(kept.calls) };
  }
  const { bench, calls } = await prepareBench(folder, shim, amount);
  writeFileSync(file, JSON.stringify({ bench, wanted: [...bench.wanted], calls: [...calls] }));
  return { bench, calls };
}

/** Fills `folder` with a new bench. */
export async function prepareBench(folder: string, shim: string | null, amount: Amount = usual): Promise<Prepared> {
  const material = join(folder, 'material');
  const scratch = join(folder, 'scratch');
  mkdirSync(scratch, { recursive: true });
  writeMaterial(material, amount);
  const base = (stage: Stage): string => join(material, 'base', stage);
  await emptyLibrary(base('import'), join(material, 'lpm'));
  for (const [i, stage] of chain.entries()) {
    const next = chain[i + 1];
    if (next === undefined) continue;
    cpSync(base(stage), base(next), { recursive: true });
    await mustRun(stage, base(next), material);
  }
  for (const stage of ['delete', 'backup', 'restore'] as const) {
    cpSync(base('classify'), base(stage), { recursive: true });
  }
  const whole = openLibrary(base('classify'), { mode: 'read' });
  whole.backUpTo(join(material, 'base.sqlite'));
  whole.close();
  oldLibrary(base('migrate'));
  const wanted = new Map<Stage, readonly string[]>();
  const calls = new Map<Stage, number>();
  for (const stage of stages) {
    // One undisturbed run gives both: what the stage ends with, and at how many places it can be disturbed.
    const library = freshCopy({ material, scratch }, stage, `wanted-${stage}`);
    const count = join(scratch, `wanted-${stage}`, 'calls');
    await mustRun(stage, library, material, shim === null ? {} : countingEnvironment(shim, library, count));
    wanted.set(stage, libraryDigest(library));
    if (existsSync(count)) calls.set(stage, Number(readFileSync(count, 'utf8')));
  }
  return { bench: { material, scratch, shim, wanted }, calls };
}

async function mustRun(
  stage: Stage,
  library: string,
  material: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { how, error } = await runVictim(stage, library, material, environment);
  if (how !== 'done') throw new Error(`${stage} failed without any fault: ${how} ${error?.message ?? ''}`);
}

async function emptyLibrary(folder: string, lpm: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const { context, close } = await openServices({
    library: folder,
    mode: 'write',
    engine: 'onnxruntime',
    device: 'cpu',
    progress: () => {},
    log: silentLogger,
    signal: new AbortController().signal,
  });
  try {
    await addLpm(context, { path: lpm, name: 'tiny' });
  } finally {
    await close();
  }
}

/** A library as the first release wrote it, with some rows. */
function oldLibrary(folder: string): void {
  for (const name of ['features', 'previews', 'files', 'lpm', 'backups']) {
    if (!existsSync(join(folder, name))) mkdirSync(join(folder, name), { recursive: true });
  }
  const database = Database.open(join(folder, 'sidelight.sqlite'), { readonly: false });
  try {
    database.pragma('journal_mode = WAL');
    migrate(database, { backUp: () => {}, list: migrations.filter((m) => m.number <= oldest) });
    for (let n = 0; n < 50; n++) {
      database.run('INSERT INTO patients (patient_key, created_at) VALUES (:key, :now)', {
        key: `old-${n}`,
        now: '2026-01-02T03:04:05.000Z',
      });
    }
  } finally {
    database.close();
  }
}
