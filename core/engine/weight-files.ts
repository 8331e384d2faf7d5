/**
 * The large weights of a network in files of their own, for the seconds in which ONNX Runtime makes it ready.
 *
 * Handed over from memory, weights lie there three times: as we read them, as the session copies them, and as it packs them for its
 * products. From files it maps one at a time, packs it and lets it go, so that only what is packed remains: ViT-L/16 took 3.2 GB where its
 * weights are 1.2 (docs/performance.md). The numbers and their order are the same, and so is every bit that is computed.
 * The files hold an LPM's weights and nothing of a patient, in a folder that only this user may read.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process, { env, platform } from 'node:process';
import { toError } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { bytesPerElement, float32, sizeOf, type Tensor } from '../base/tensor.ts';
import type { Graph, Value } from '../graph/index.ts';

/** A smaller weight stays in memory: its file would cost more than it saves. */
const smallestBytes = 64 * 2 ** 10;
/** Networks whose large weights are less than this together are made ready from memory, as the LPM in the box is. */
const fewestBytes = 64 * 2 ** 20;
const prefix = 'sidelight-weights-';
/** What a process that died has left is removed by the next one; making a network ready takes seconds. */
const leftAfterMs = 60 * 60 * 1000;
/** Tells an engine's process what its folders are called after `prefix`, so that its parent can remove what it leaves. */
export const markVariable = 'SIDELIGHT_WEIGHTS_MARK';

/** Files that lie on the disk: they go with the process at the latest. One that is killed says nothing; see child.ts. */
const living = new Set<WeightFiles>();
process.on('exit', () => {
  for (const files of living) files.remove();
});

const bytesOf = ({ shape, dtype }: Value): number => sizeOf(shape) * bytesPerElement[dtype];

/** Where files of a few seconds go: on Linux /tmp is often memory, which is what they are to spare. */
export function scratchFolder(): string {
  return env['TMPDIR'] === undefined && platform === 'linux' && existsSync('/var/tmp') ? '/var/tmp' : tmpdir();
}

export class WeightFiles {
  readonly folder: string;
  readonly #log: Logger;
  readonly #large: ReadonlyMap<string, Value>;
  readonly #written = new Set<string>();
  #isRefused = false;

  private constructor(folder: string, large: ReadonlyMap<string, Value>, log: Logger) {
    this.folder = folder;
    this.#large = large;
    this.#log = log;
    living.add(this);
  }

  /** For the weights of this graph; undefined where they are few, or where no folder can be made, which is logged. */
  static of(graph: Graph, log: Logger, parent = scratchFolder()): WeightFiles | undefined {
    const large = graph.weights.filter((weight) => isFileName(weight.name) && bytesOf(weight) >= smallestBytes);
    if (large.reduce((sum, weight) => sum + bytesOf(weight), 0) < fewestBytes) return undefined;
    try {
      removeLeft(parent);
      const folder = mkdtempSync(join(parent, `${prefix}${env[markVariable] ?? ''}-`));
      return new WeightFiles(folder, new Map(large.map((weight) => [weight.name ?? '', weight])), log);
    } catch (error) {
      refused(log, parent, error);
      return undefined;
    }
  }

  /** Whether this weight lies in its file. */
  has(name: string): boolean {
    return this.#written.has(name);
  }

  /** Whether all that should lie in files could be written. */
  get isWhole(): boolean {
    return !this.#isRefused;
  }

  /** Writes a weight; false where it is small, or does not fit on the disk, which is logged once. It must then be kept. */
  write(name: string, { data }: Tensor): boolean {
    if (this.#isRefused || !this.#large.has(name)) return false;
    try {
      writeFileSync(join(this.folder, name), new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      this.#written.add(name);
      return true;
    } catch (error) {
      this.#isRefused = true;
      refused(this.#log, this.folder, error);
      return false;
    }
  }

  /** A weight that was written, float32 or int8; undefined where it was not. */
  read(name: string): Tensor | undefined {
    const weight = this.#large.get(name);
    if (weight === undefined || !this.#written.has(name)) return undefined;
    const { buffer } = new Uint8Array(readFileSync(join(this.folder, name)));
    if (weight.dtype === 'int8') return { dtype: 'int8', shape: weight.shape, data: new Int8Array(buffer) };
    return float32(weight.shape, new Float32Array(buffer));
  }

  /** Removes the files. Windows keeps those that are still mapped until the network is released; then it is called again. */
  remove(): void {
    try {
      rmSync(this.folder, { recursive: true, force: true });
      living.delete(this);
    } catch {
      // Still in use. Whoever comes an hour later removes them at the latest.
    }
  }
}

function refused(log: Logger, folder: string, error: unknown): void {
  log.log(
    'warn',
    `Weights cannot be written to ${folder} (${toError(error).message}); they are made ready in memory, which takes three times theirs.`,
  );
}

/** Names of weights are ours; one that is no plain name of a file stays in memory. */
function isFileName(name: string | undefined): boolean {
  return name !== undefined && /^[\w-][\w.-]*$/.test(name);
}

/** Removes what processes have left that died more than an hour ago. Never throws. */
export function removeLeft(parent = scratchFolder()): void {
  removeFolders(parent, prefix, (folder) => Date.now() - statSync(folder).mtimeMs > leftAfterMs);
}

/** Removes what the process with this mark has left, which has ended. Never throws. */
export function removeMarked(mark: string, parent: string): void {
  removeFolders(parent, `${prefix}${mark}-`, () => true);
}

function removeFolders(parent: string, start: string, isLeft: (folder: string) => boolean): void {
  let names: string[];
  try {
    names = readdirSync(parent).filter((name) => name.startsWith(start));
  } catch {
    // No such folder, or none that may be listed: nothing of ours can be found there.
    return;
  }
  for (const name of names) {
    const folder = join(parent, name);
    try {
      if (isLeft(folder)) rmSync(folder, { recursive: true, force: true });
    } catch {
      // Another user's, or just gone.
    }
  }
}
