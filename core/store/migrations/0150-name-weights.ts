/**
 * Stored weights carry the names and shapes of their parameters.
 *
 * Until now a vector's meaning was the order in which the code that read it happened to list its parameters. The lists of rows
 * written until now are made here, as that code (commit 2fb3ab2) had them for the row's configuration, and nowhere else: this
 * file does not import today's networks, so later code cannot change what an earlier row is said to hold.
 *
 * Tables of their own, because a row of `models` may hold a gigabyte, and SQLite writes a row as a whole when one column changes.
 */
import type { Database } from '../database.ts';

export function nameWeights(database: Database): void {
  database.execute(`
    CREATE TABLE model_layouts (
      model_id INTEGER PRIMARY KEY REFERENCES models (id) ON DELETE CASCADE,
      version INTEGER NOT NULL CHECK (version > 0),
      entries TEXT NOT NULL CHECK (json_valid(entries))
    ) STRICT;

    CREATE TABLE checkpoint_layouts (
      run_id INTEGER NOT NULL,
      kind TEXT NOT NULL,
      version INTEGER NOT NULL CHECK (version > 0),
      entries TEXT NOT NULL CHECK (json_valid(entries)),
      PRIMARY KEY (run_id, kind),
      FOREIGN KEY (run_id, kind) REFERENCES checkpoints (run_id, kind) ON DELETE CASCADE
    ) STRICT, WITHOUT ROWID;
  `);
  nameModels(database);
  nameCheckpoints(database);
}

/** A row whose configuration cannot be understood gets no list, and is refused when it is used: it must not keep the library from opening. */
function nameModels(database: Database): void {
  const rows = database.all<{ id: number; config: string; best: number; final: number }>(
    'SELECT id, config, length(best_weights) AS best, length(final_weights) AS final FROM models',
  );
  for (const { id, config, best, final } of rows) {
    const entries = entriesOf(() => JSON.parse(config) as NetworkOfThen, best);
    if (entries === null || best !== final) continue;
    database.run('INSERT INTO model_layouts (model_id, version, entries) VALUES (:id, 1, :entries)', { id, entries });
  }
}

/** A run kept no configuration: it followed from its settings, its LPM and the number of its classes. */
function nameCheckpoints(database: Database): void {
  const rows = database.all<{
    runId: number;
    kind: string;
    bytes: number;
    settings: string;
    lpm: string | null;
    classes: number;
  }>(
    `SELECT c.run_id AS runId, c.kind, length(c.parameters) AS bytes, r.settings, l.config AS lpm,
       (SELECT count(*) FROM version_classes v WHERE v.version_id = r.version_id) AS classes
     FROM checkpoints c JOIN runs r ON r.id = c.run_id LEFT JOIN lpms l ON l.hash = r.lpm_hash`,
  );
  for (const { runId, kind, bytes, settings, lpm, classes } of rows) {
    if (lpm === null) continue;
    const entries = entriesOf(
      () => networkOf(JSON.parse(settings) as SettingsOfThen, JSON.parse(lpm) as LpmOfThen, classes),
      bytes,
    );
    if (entries === null) continue;
    database.run(
      'INSERT INTO checkpoint_layouts (run_id, kind, version, entries) VALUES (:runId, :kind, 1, :entries)',
      { runId, kind, entries },
    );
  }
}

interface LpmOfThen {
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly patch: number;
  readonly channels: number;
  readonly mlpWidth: number;
  readonly distillationToken: boolean;
  readonly registers: number;
  readonly qkvBias: boolean;
}

interface SettingsOfThen {
  readonly method: string;
  readonly inputSize: number;
}

interface NetworkOfThen {
  readonly lpm: { readonly width: number; readonly patch: number; readonly channels: number };
  readonly method: string;
  readonly layers: number;
  readonly classes: number;
  readonly sideSize: number;
  readonly sideWidth: number;
  readonly prompts: number;
  readonly encoder?: LpmOfThen;
}

function networkOf({ method, inputSize }: SettingsOfThen, lpm: LpmOfThen, classes: number): NetworkOfThen {
  const image = Math.max(1, Math.floor((method === 'fpt' ? 224 : 128) / lpm.patch)) * lpm.patch;
  return {
    lpm,
    method,
    layers: method === 'fpt' ? lpm.layers : lpm.layers - Math.floor(lpm.layers / 2),
    classes,
    sideSize: method === 'full' ? inputSize : image,
    sideWidth: lpm.width / 8,
    prompts: 16,
    ...(method === 'full' ? { encoder: lpm } : {}),
  };
}

type Entry = readonly [name: string, shape: readonly number[]];

/** The list as it is stored, or null where it cannot be what fills `bytes` bytes of float32. */
function entriesOf(network: () => NetworkOfThen, bytes: number): string | null {
  let entries: readonly Entry[];
  try {
    entries = networkEntries(network());
  } catch {
    return null; // A configuration without what the list is made of.
  }
  const total = entries.reduce((sum, [, shape]) => sum + shape.reduce((a, b) => a * b, 1), 0);
  if (4 * total !== bytes) return null;
  return JSON.stringify(entries.map(([name, shape]) => ({ name, shape })));
}

function networkEntries(network: NetworkOfThen): readonly Entry[] {
  const { lpm, method, classes, sideWidth } = network;
  if (method === 'linear') return linear('head', classes, lpm.width);
  if (method === 'full') return [...encoderEntries(network), ...linear('head', classes, lpm.width)];
  if (method === 'side-only') return [...sideEntries(network), ...linear('head', classes, sideWidth)];
  if (method !== 'fpt' && method !== 'fpt+') throw new Error('no method of then');
  return [...fusionEntries(network), ...sideEntries(network), ...linear('head', classes, sideWidth)];
}

function linear(name: string, out: number, inputs: number): Entry[] {
  return [
    [`${name}.weight`, [out, inputs]],
    [`${name}.bias`, [out]],
  ];
}

function norm(name: string, width: number): Entry[] {
  return [
    [`${name}.weight`, [width]],
    [`${name}.bias`, [width]],
  ];
}

function fusionEntries({ lpm, method, layers, prompts, sideWidth: e }: NetworkOfThen): Entry[] {
  return [
    ['fusion.prompts', [layers, 1, prompts, method === 'fpt' ? e : lpm.width]],
    ...(method === 'fpt' ? linear('fusion.proj', lpm.width, e) : norm('fusion.norm', lpm.width)),
    ...linear('fusion.out', e, lpm.width),
  ];
}

function sideEntries({ lpm, layers, sideSize, sideWidth: e }: NetworkOfThen): Entry[] {
  const entries: Entry[] = [
    ['vit.proj.weight', [e, lpm.channels, lpm.patch, lpm.patch]],
    ['vit.proj.bias', [e]],
    ['vit.cls', [1, 1, e]],
    ['vit.pos', [1, 1 + (sideSize / lpm.patch) ** 2, e]],
  ];
  for (let i = 0; i < layers; i++) {
    const block = `vit.blocks.${i}`;
    entries.push(...norm(`${block}.n1`, e));
    for (const name of ['q', 'k', 'v', 'o']) entries.push(...linear(`${block}.${name}`, e, e));
    entries.push(...norm(`${block}.n2`, e), ...linear(`${block}.f1`, 4 * e, e), ...linear(`${block}.f2`, e, 4 * e));
  }
  return [...entries, ...norm('vit.norm', e)];
}

/** The LPM's own weights, matrices as [in, out]; a LayerScale and the bias of the patches were part of others. */
function encoderEntries({ encoder, sideSize }: NetworkOfThen): Entry[] {
  if (encoder === undefined) throw new Error('full without its LPM');
  const { width: d, mlpWidth, patch, channels, qkvBias } = encoder;
  const dense = (name: string, inputs: number, out: number, bias = true): Entry[] => [
    [`${name}.weight`, [inputs, out]],
    ...(bias ? ([[`${name}.bias`, [out]]] as const) : []),
  ];
  const entries: Entry[] = [
    ['encoder.prefix', [1 + (encoder.distillationToken ? 1 : 0) + encoder.registers, d]],
    ['encoder.patch.weight', [channels * patch * patch, d]],
    ['encoder.position', [(sideSize / patch) ** 2, d]],
  ];
  for (let i = 0; i < encoder.layers; i++) {
    const block = `encoder.blocks.${i}`;
    entries.push(...norm(`${block}.norm1`, d));
    for (const name of ['q', 'k', 'v']) entries.push(...dense(`${block}.${name}`, d, d, qkvBias));
    entries.push(...dense(`${block}.o`, d, d), ...norm(`${block}.norm2`, d));
    entries.push(...dense(`${block}.fc1`, d, mlpWidth), ...dense(`${block}.fc2`, mlpWidth, d));
  }
  return [...entries, ...norm('encoder.norm', d)];
}
