/** The frozen LPM of a library, opened and compiled for one kind of input. */
import { AppError, invariant } from '../../base/errors.ts';
import { toFloat16Bits } from '../../base/half.ts';
import { float32, type Tensor } from '../../base/tensor.ts';
import type { LpmRecord, ReadingPrecision, TokenRule } from '../../contract/index.ts';
import type { Engine, Tensors } from '../../engine/index.ts';
import type { Graph } from '../../graph/index.ts';
import {
  buildLpmEncoder,
  checkInputSize,
  defaultInputSize,
  encoderWeights,
  hasClassToken,
  int8Encoder,
  int8Weights,
  type LpmConfig,
  type LpmFeatures,
  lpmFamilies,
  outputParts,
} from '../../models/index.ts';
import { listLpms, lpmByName } from '../../store/index.ts';
import type { ServiceContext } from '../session/context.ts';
import type { Warned } from '../session/warn.ts';
import { checkEncoderMemory, encoderMemoryBytes } from './encoder-memory.ts';
import { requireInt8, requireInt8Engine } from './int8-engine.ts';
import { addAgain } from './lost.ts';
import { type OpenLpm, openAdded } from './lpm-file.ts';

/** An LPM of the library whose file is open; close it after compiling. */
export interface LibraryLpm extends OpenLpm {
  readonly record: LpmRecord;
}

/** @throws LPM_NOT_FOUND naming what there is */
export function requireLpm(context: ServiceContext, name: string): LpmRecord {
  const record = lpmByName(context.library.db, name);
  if (record !== undefined) return record;
  const names = listLpms(context.library.db).map((lpm) => `"${lpm.name}"`);
  throw new AppError(
    'LPM_NOT_FOUND',
    `There is no LPM "${name}" (${names.length === 0 ? 'the library has none' : `found: ${names.join(', ')}`}).`,
  );
}

/** Codes of a file that is there and no LPM any more. */
const damage: readonly string[] = ['WEIGHTS_INVALID', 'LPM_UNSUPPORTED', 'LPM_PICKLE_REFUSED'];

/** The LPM of a record, its file opened. @throws LPM_NOT_FOUND when its file is gone; WEIGHTS_INVALID when it is damaged */
export function openLibraryLpm(context: ServiceContext, record: LpmRecord): LibraryLpm {
  try {
    return { ...openAdded(context.library.path(...record.folder.split('/')), record), record };
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause;
    const action = addAgain(record);
    if (cause.code === 'FILE_NOT_FOUND') {
      throw new AppError('LPM_NOT_FOUND', `The file of the LPM "${record.name}" is no longer in the library.`, {
        action,
        cause,
      });
    }
    if (!damage.includes(cause.code)) throw cause;
    throw new AppError(
      'WEIGHTS_INVALID',
      `The file of the LPM "${record.name}" in the library is damaged: ${cause.message}`,
      {
        action,
        cause,
      },
    );
  }
}

/**
 * The input size to use: as asked when it is a multiple of the LPM's patch; the default of 512 px is rounded to the
 * next size that is (518 for a patch of 14). @throws BAD_INPUT
 */
export function resolveInputSize(config: LpmConfig, asked: number): number {
  return asked === 512 ? defaultInputSize(config.patch) : checkInputSize(config.patch, asked);
}

/**
 * Refuses to score tokens by what a class token attends to where the LPM has none.
 * @param name the LPM's, for the message
 * @throws BAD_INPUT
 */
export function checkTokenRule(config: LpmConfig, tokens: TokenRule, name: string): void {
  if (tokens !== 'class_token' || hasClassToken(config)) return;
  throw new AppError(
    'BAD_INPUT',
    `The LPM "${name}" (${lpmFamilies[config.naming].title}) has no class token whose attention could say which tokens are important; --tokens class_token needs one.`,
    { action: 'Use --tokens global, which every LPM can be asked for.' },
  );
}

/** What the encoder is compiled for. */
export interface EncoderPlan {
  readonly inputSize: number;
  readonly tokens: TokenRule;
  readonly tokenRatio: number;
  readonly layers: readonly number[];
  /** Those of all tokens, where keys and values of other layers are asked for, too. */
  readonly tokenLayers?: readonly number[];
  readonly features: readonly LpmFeatures[];
  /** Of its products with weights; as the session computes where left out. */
  readonly precision?: ReadingPrecision | undefined;
}

/** What the LPM says about one image; null is what was not asked. */
export interface EncodedImage extends Readonly<Record<LpmFeatures, Uint16Array | Float32Array | null>> {
  /** float16 bits: keys [L, H, T, d], then values of the same shape. */
  readonly keysValues: Uint16Array | null;
  /** Where the kept tokens stand among all tokens, [L, H, T]; what the cache does not keep. */
  readonly indices: Int32Array | null;
  /** The final class token, or the LPM's summary of the image where it has none, [D]. */
  readonly classToken: Float32Array | null;
  /** float16 bits [L, N, D]. */
  readonly allTokens: Uint16Array | null;
}

export interface LpmEncoder {
  /** @param pixels normalised, [C, inputSize, inputSize] with the LPM's number of channels */
  encode(pixels: Float32Array): Promise<EncodedImage>;
  dispose(): Promise<void>;
}

function encoderGraph(engine: Engine, lpm: LibraryLpm, plan: EncoderPlan): Graph {
  const { inputSize, tokens, tokenRatio, features } = plan;
  const keysValues = features.includes('keysValues');
  const allTokens = features.includes('allTokens');
  if (keysValues) checkTokenRule(lpm.config, tokens, lpm.record.name);
  const graph = buildLpmEncoder(lpm.config, {
    batch: 1,
    height: inputSize,
    width: inputSize,
    layers: keysValues || allTokens ? plan.layers : [],
    ...(plan.tokenLayers === undefined ? {} : { tokenLayers: plan.tokenLayers }),
    // What is kept of an image is the same, whatever else is asked for with it.
    asAlone: true,
    tokens,
    tokenRatio,
    keysValues,
    allTokens,
    classToken: features.includes('classToken'),
    ...(engine.info.maxBufferBytes === undefined ? {} : { tensorBytes: engine.info.maxBufferBytes }),
  });
  return plan.precision === 'int8' ? int8Encoder(graph) : graph;
}

/**
 * Says what memory the LPM will take, for a job that has other work to do before it compiles it, which says it, too.
 * @throws TOO_LITTLE_MEMORY where the machine has not as much; BAD_INPUT where 8-bit products are asked of another engine or a GPU
 */
export function announceEncoder(engine: Engine, lpm: LibraryLpm, plan: EncoderPlan, context: Warned): void {
  if (plan.precision === 'int8') requireInt8Engine(engine.info);
  const neededBytes = encoderMemoryBytes(engine.info, encoderGraph(engine, lpm, plan));
  checkEncoderMemory(context, { lpm: lpm.record.name, inputSize: plan.inputSize, neededBytes });
}

/**
 * The LPM compiled for one image at a time. Its weights live in the engine; the file may be closed afterwards.
 * @throws TOO_LITTLE_MEMORY before a weight is read, where the machine has not the memory; BAD_INPUT, ENGINE_UNAVAILABLE where 8-bit products are asked
 *   for and this engine, device or processor does not offer them
 */
export async function compileEncoder(
  engine: Engine,
  lpm: LibraryLpm,
  plan: EncoderPlan,
  context: Pick<ServiceContext, 'precision'> & Warned,
): Promise<LpmEncoder> {
  const { precision = 'f32' } = context;
  const { inputSize } = plan;
  const keysValues = plan.features.includes('keysValues');
  const classToken = plan.features.includes('classToken');
  const allTokens = plan.features.includes('allTokens');
  const size = { height: inputSize, width: inputSize };
  const isInt8 = plan.precision === 'int8';
  if (isInt8) await requireInt8(engine);
  const graph = encoderGraph(engine, lpm, plan);
  const neededBytes = encoderMemoryBytes(engine.info, graph);
  checkEncoderMemory(context, { lpm: lpm.record.name, inputSize, neededBytes });
  const weights = encoderWeights(lpm.config, lpm.read, size);
  const executable = isInt8
    ? await engine.compile(graph, int8Weights(weights))
    : await engine.compile(graph, weights, { precision });
  return {
    encode: async (pixels) => {
      const outputs = await executable.run({
        pixel_values: float32([1, lpm.config.channels, inputSize, inputSize], pixels),
      });
      return {
        keysValues: keysValues ? halves([...floats(outputs, 'keys'), ...floats(outputs, 'values')]) : null,
        indices: keysValues ? integers(outputs['indices']) : null,
        classToken: classToken ? finite(floats(outputs, 'class_token')[0] as Float32Array) : null,
        allTokens: allTokens ? halves(floats(outputs, 'all_tokens')) : null,
      };
    },
    dispose: () => executable.dispose(),
  };
}

function floats(outputs: Tensors, name: string): Float32Array[] {
  const parts = outputParts(outputs, name);
  invariant(parts.length > 0, `encoder: the output ${name} is missing`);
  return parts.map((tensor) => {
    invariant(tensor.dtype === 'float32', `encoder: the output ${name} is not float32`);
    return tensor.data;
  });
}

function integers(tensor: Tensor | undefined): Int32Array {
  invariant(tensor?.dtype === 'int32', 'encoder: an output is missing or not int32');
  return tensor.data;
}

function halves(parts: readonly Float32Array[]): Uint16Array {
  const all = new Uint16Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(toFloat16Bits(part), at);
    at += part.length;
  }
  // An exponent of all ones is infinity or NaN: the LPM overflowed, and training on it would diverge without a reason.
  if (all.some((bits) => (bits & 0x7c00) === 0x7c00)) throw notFinite();
  return all;
}

function finite(values: Float32Array): Float32Array {
  if (!values.every(Number.isFinite)) throw notFinite();
  return values;
}

function notFinite(): AppError {
  return new AppError(
    'WEIGHTS_INVALID',
    'The LPM gave numbers that are not finite or beyond 65,504, the largest 16-bit float.',
  );
}
