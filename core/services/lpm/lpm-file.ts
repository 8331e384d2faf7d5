/** An LPM on disk, opened: what it is, who it is, and its weights one at a time. */
import type { Tensor } from '../../base/tensor.ts';
import type { LpmRecord } from '../../contract/index.ts';
import {
  canonicalReader,
  canonicalShapes,
  canonicalTensors,
  findTower,
  identityFacts,
  type LpmConfig,
  type LpmConfigOptions,
  leftTensors,
  parseLpmConfig,
  preparedSize,
} from '../../models/index.ts';
import { hashingTensors, hashTensors, openModelFolder, type SourceTrust } from '../../weights/index.ts';
import { configAsAdded } from './stored-config.ts';

/** An opened LPM. Close it when done. */
export interface OpenLpm {
  readonly config: LpmConfig;
  /** A canonical tensor, float32 (names: core/models/tensor-names.ts). Encode with `encoderWeights(config, read, size)`. */
  readonly read: (name: string) => Tensor<'float32'>;
  /** Number of weights that the network uses. */
  readonly parameters: number;
  /** The files the LPM consists of, to be copied into a library. */
  readonly files: readonly string[];
  /** Element types of its weights in the file, by the names of the format. */
  readonly elementTypes: readonly string[];
  /** What of the file is not needed, with the number of its tensors: a text tower, a decoder. */
  readonly left: ReadonlyMap<string, number>;
  /** The image size [rows, columns] that the files beside it prepare pictures for, where they say one. */
  readonly preparedSize: readonly [number, number] | undefined;
  close(): void;
}

/**
 * Bytes that the weights take in memory, as 32-bit floats. On the processor they are made ready through files of their own, so that no more of them
 * is in memory at once (core/engine/weight-files.ts).
 */
export function lpmMemoryBytes(parameters: number): number {
  return 4 * parameters;
}

/** The copy that a library has of an LPM. @throws as openLpm */
export function openAdded(folder: string, record: Pick<LpmRecord, 'config'>): OpenLpm {
  const heads = record.config['heads'];
  return openLpm(folder, typeof heads === 'number' ? { heads } : {}, 'library', configAsAdded(record));
}

/**
 * The LPM at `path`: a folder as the hub distributes it, or a `.safetensors` file. Files are checked as a stranger's unless `trust`
 * says that Sidelight put them there.
 *
 * @param added what it was recognised as before, which counts whatever the files beside the weights say now
 * @throws FILE_NOT_FOUND, FILE_UNREADABLE, WEIGHTS_INVALID, LPM_PICKLE_REFUSED, LPM_UNSUPPORTED; BAD_INPUT when the
 * number of heads is not known and not given
 */
export function openLpm(
  path: string,
  options: LpmConfigOptions = {},
  trust: SourceTrust = 'stranger',
  added?: LpmConfig,
): OpenLpm {
  const { tensors, config: json, preprocessor, openClip, files } = openModelFolder(path, trust);
  try {
    // The same weights may lie there by other names than those that they came with.
    const naming = added === undefined ? undefined : findTower(tensors.names)?.naming;
    const config =
      added === undefined || naming === undefined
        ? parseLpmConfig(tensors, json, preprocessor, { ...options, openClip })
        : { ...added, naming };
    const read = canonicalReader(config, tensors);
    const shapes = [...canonicalShapes(config).values()];
    const parameters = shapes.reduce((sum, shape) => sum + shape.reduce((size, n) => size * n, 1), 0);
    const sources = canonicalTensors(config, tensors).map(({ source }) => tensors.info(source).dtype);
    return {
      config,
      read,
      parameters,
      files,
      elementTypes: [...new Set(sources)],
      left: leftTensors(config, tensors),
      preparedSize: preparedSize({ config: json, preprocessor, openClip }),
      close: () => tensors.close(),
    };
  } catch (error) {
    tensors.close();
    throw error;
  }
}

/**
 * The identity of an LPM: SHA-256 over its canonical tensors and what none of them shows (the number of heads, the activation). Reads
 * every weight, and so also finds NaN and infinity. @throws WEIGHTS_INVALID
 */
export function lpmIdentity(lpm: Pick<OpenLpm, 'config' | 'read'>): string {
  return hashTensors(...identityOf(lpm));
}

/** The same in steps of one weight, each giving its bytes as float32; the identity is what it returns. */
export function lpmIdentitySteps(lpm: Pick<OpenLpm, 'config' | 'read'>): Generator<number, string, void> {
  return hashingTensors(...identityOf(lpm));
}

function identityOf({ config, read }: Pick<OpenLpm, 'config' | 'read'>): Parameters<typeof hashTensors> {
  return [[...canonicalShapes(config).keys()], read, identityFacts(config)];
}
