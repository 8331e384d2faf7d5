/**
 * A model as the hub distributes it: a folder with `config.json` and `model.safetensors` (or shards with an index), or
 * one `.safetensors` file. What the configuration means is core/models' business; this finds, checks and opens.
 */
import { lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { AppError, toError } from '../base/errors.ts';
import type { Tensor } from '../base/tensor.ts';
import { isPickleName, modelPickles, pickleRefused } from './pickle.ts';
import { readSafetensors, type TensorFile } from './safetensors.ts';
import { invalidWeights } from './safetensors-header.ts';
import { checkSourceFile, type SourceTrust } from './source-files.ts';

/** An opened model. Configurations are parsed JSON, or null where the file is absent. */
export interface ModelFolder {
  readonly tensors: TensorFile;
  /** `config.json` */
  readonly config: unknown;
  /** `preprocessor_config.json`, or `processor_config.json` where there is none */
  readonly preprocessor: unknown;
  /** `open_clip_config.json` */
  readonly openClip: unknown;
  /** Everything the model consists of, to be copied into a library. */
  readonly files: readonly string[];
}

/**
 * The model at `path`, a folder or a `.safetensors` file (a `config.json` beside it is used too). Every file is checked before it is
 * opened (see source-files.ts), as a stranger's where `trust` does not say otherwise.
 *
 * @throws FILE_NOT_FOUND, FILE_UNREADABLE, FILE_LINK_OUTSIDE, FILE_SPECIAL, TOO_LARGE, WEIGHTS_INVALID, LPM_PICKLE_REFUSED,
 *   LPM_UNSUPPORTED
 */
export function openModelFolder(path: string, trust: SourceTrust = 'stranger'): ModelFolder {
  const isFolder = stat(path).isDirectory();
  const folder = isFolder ? snapshotOf(path) : dirname(path);
  const weights = isFolder ? findWeights(folder) : checkWeightsName(path);
  const { tensors, files } = weights.endsWith('.index.json')
    ? openShards(weights, trust)
    : { tensors: openWeights(weights, trust), files: [weights] };
  try {
    const described: string[] = [];
    const read = (name: string): unknown => {
      const value = readJson(join(folder, name), trust);
      if (value !== null) described.push(join(folder, name));
      return value;
    };
    const config = read('config.json');
    const preprocessor = read('preprocessor_config.json') ?? read('processor_config.json');
    return { tensors, config, preprocessor, openClip: read('open_clip_config.json'), files: [...files, ...described] };
  } catch (error) {
    tensors.close();
    throw error;
  }
}

function openWeights(path: string, trust: SourceTrust): TensorFile {
  checkSourceFile(path, trust, false);
  return readSafetensors(path);
}

function stat(path: string): ReturnType<typeof statSync> & object {
  try {
    return statSync(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const isMissing = code === 'ENOENT' || code === 'ENOTDIR';
    const why = isMissing ? 'is not there' : `cannot be read (${code})`;
    throw new AppError(isMissing ? 'FILE_NOT_FOUND' : 'FILE_UNREADABLE', `${basename(path)} ${why}.`, { cause });
  }
}

function checkWeightsName(path: string): string {
  const name = basename(path);
  if (isPickleName(name)) throw pickleRefused(name);
  if (extname(name).toLowerCase() === '.safetensors' || name.endsWith('.safetensors.index.json')) return path;
  throw new AppError('LPM_UNSUPPORTED', `${name} is no model: expected is a folder or a .safetensors file.`);
}

/** What publishers call the weights, the preferred first. */
const usualNames = [
  'model.safetensors',
  'model.safetensors.index.json',
  'open_clip_model.safetensors',
  'open_clip_model.safetensors.index.json',
];

/**
 * Where the files of a folder are: the folder itself, or in the hub's cache (`models--owner--name`) the one snapshot, or the one that
 * `refs/main` names.
 */
function snapshotOf(folder: string): string {
  const snapshots = join(folder, 'snapshots');
  if (!basename(folder).startsWith('models--') || !isFolder(snapshots)) return folder;
  const revisions = readdirSync(snapshots).filter((name) => isFolder(join(snapshots, name)));
  const [only] = revisions;
  if (revisions.length === 1 && only !== undefined) return join(snapshots, only);
  const main = join(folder, 'refs', 'main');
  const named = isFile(main) ? readFileSync(main, 'utf8').slice(0, 100).trim() : '';
  if (revisions.includes(named)) return join(snapshots, named);
  throw new AppError('LPM_UNSUPPORTED', `${basename(folder)} holds ${revisions.length} snapshots of a model.`, {
    action: 'Name one of the folders in its folder snapshots.',
  });
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** An ordinary file of less than a page, and no link. */
function isFile(path: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isFile() === true && stats.size < 4096;
}

function findWeights(folder: string): string {
  const names = readdirSync(folder).sort();
  for (const usual of usualNames) if (names.includes(usual)) return join(folder, usual);
  const index = names.filter((name) => name.endsWith('.safetensors.index.json'));
  if (index.length === 1) return join(folder, index[0]!);
  const candidates = names.filter((name) => name.toLowerCase().endsWith('.safetensors'));
  if (candidates.length === 1) return join(folder, candidates[0]!);
  if (candidates.length > 1) {
    throw new AppError('LPM_UNSUPPORTED', `${basename(folder)} holds several models: ${candidates.join(', ')}.`, {
      action: 'Name the .safetensors file itself.',
    });
  }
  const [pickle] = modelPickles(names);
  if (pickle !== undefined) throw pickleRefused(pickle);
  throw new AppError('LPM_UNSUPPORTED', `${basename(folder)} holds no .safetensors file.`);
}

/** All shards of an index as one. A tensor that the index promises and the shard lacks, or the reverse, is refused. */
function openShards(indexPath: string, trust: SourceTrust): { tensors: TensorFile; files: string[] } {
  const indexName = basename(indexPath);
  const index = readJson(indexPath, trust);
  const map = (index as { weight_map?: unknown } | null)?.weight_map;
  if (typeof map !== 'object' || map === null) throw invalidWeights(indexName, ['it has no "weight_map"']);
  const shardOf = new Map(Object.entries(map).map(([name, shard]) => [name, String(shard)]));
  const shardNames = [...new Set(shardOf.values())].sort();
  const outside = shardNames.filter((name) => name !== basename(name) || !name.endsWith('.safetensors'));
  if (outside.length > 0)
    throw invalidWeights(
      indexName,
      outside.map((name) => `"${name}" is no file of this folder`),
    );

  const shards = new Map<string, TensorFile>();
  const close = (): void => {
    for (const shard of shards.values()) shard.close();
  };
  try {
    for (const name of shardNames) shards.set(name, openWeights(join(dirname(indexPath), name), trust));
    const problems = [...shardOf]
      .filter(([name, shard]) => !shards.get(shard)?.names.includes(name))
      .map(([name, shard]) => `"${name}" is not in ${shard}`);
    for (const [shard, { names }] of shards) {
      problems.push(
        ...names.filter((n) => shardOf.get(n) !== shard).map((n) => `"${n}" of ${shard} is not in the index`),
      );
    }
    if (problems.length > 0) throw invalidWeights(indexName, problems);
  } catch (error) {
    close();
    throw error;
  }
  const shard = (name: string): TensorFile => {
    const found = shards.get(shardOf.get(name) ?? '');
    if (!found) throw invalidWeights(indexName, [`there is no tensor "${name}"`]);
    return found;
  };
  const tensors: TensorFile = {
    names: [...shardOf.keys()],
    metadata: {},
    info: (name) => shard(name).info(name),
    read: (name): Tensor<'float32'> => shard(name).read(name),
    readAny: (name) => shard(name).readAny(name),
    close,
  };
  return { tensors, files: [indexPath, ...shardNames.map((name) => join(dirname(indexPath), name))] };
}

/** The parsed file, or null where there is none. */
function readJson(path: string, trust: SourceTrust): unknown {
  // Absent is allowed, a link that leads nowhere is not: only asking without following tells them apart.
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return null;
  checkSourceFile(path, trust, true);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new AppError('FILE_UNREADABLE', `${basename(path)} cannot be read (${code}).`, { cause });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    // The parser's own message quotes the text, which may be anything; where it stopped is enough.
    const place = /at position \d+/.exec(toError(cause).message)?.[0] ?? 'it cannot be parsed';
    throw new AppError('WEIGHTS_INVALID', `${basename(path)} is not JSON (${place}).`);
  }
}
