/**
 * One pass of the LPM for several kinds of features, where that changes no bit of them.
 *
 * A search asks the LPM for all tokens, for keys and values, and for its class token; each pass computes nearly all that the others do. What is kept
 * of an image must not depend on what else was asked for at that time: a model is trained again from features that were computed alone. The graph
 * takes care of it (`asAlone` of the encoder), but what an engine fuses is the engine's own affair. So the first image is read both ways, and only
 * where every record is the same, byte by byte, are the others read once (ADR 470).
 */
import { AppError } from '../../base/errors.ts';
import { throwIfCancelled } from '../../base/progress.ts';
import type { VersionImage } from '../../contract/index.ts';
import { cpuDescription } from '../../engine/index.ts';
import type { LpmFeatures } from '../../models/index.ts';
import { compileEncoder, type EncodedImage, type EncoderPlan } from '../lpm/encoder.ts';
import { checkSpace } from '../records/disk-space.ts';
import { imageKey } from '../records/record-stores.ts';
import type { ServiceContext } from '../session/context.ts';
import { silently } from '../session/warn.ts';
import {
  bytesOf,
  bytesPerImage,
  encodeEach,
  type FeatureKindsAsked,
  type FeatureRequest,
  type Features,
  openForEncoding,
  pixelsOf,
  type ReadyToEncode,
  recordOf,
} from './source-features.ts';

/** Of fewer images the check takes longer than it saves. */
const fewestImages = 8;

/**
 * Several kinds of features of the same images, version and LPM, in their order. The images are looked at, decoded and measured once. Close each.
 * @throws as `prepareFeatures`
 */
export async function prepareTogether(
  context: ServiceContext,
  shared: Omit<FeatureRequest, keyof FeatureKindsAsked>,
  asked: readonly FeatureKindsAsked[],
): Promise<readonly Features[]> {
  const ready: ReadyToEncode[] = [];
  try {
    for (const kinds of asked) ready.push(await openForEncoding(context, { ...shared, ...kinds }, ready[0]));
    await readTogether(context, ready);
    const features: Features[] = [];
    for (const one of ready) features.push(await one.encode());
    return features;
  } catch (error) {
    for (const one of ready) await one.close();
    throw error;
  }
}

/** Reads images once that lack features of several requests, one request of each kind. What is missing afterwards is each request's own. */
async function readTogether(context: ServiceContext, all: readonly ReadyToEncode[]): Promise<void> {
  const kindOf = ({ request }: ReadyToEncode): LpmFeatures | undefined => request.features[0];
  const chosen = all.filter(
    (one, i) =>
      one.request.features.length === 1 &&
      all.findIndex((other) => kindOf(other) === kindOf(one)) === i &&
      one.lacking.size > 0,
  );
  const [first] = chosen;
  if (first === undefined || chosen.length < 2) return;
  const missing = first.parts.images.filter((image) => chosen.filter(({ lacking }) => lacking.has(image)).length > 1);
  if (missing.length < fewestImages) return;
  // Elsewhere the memory of the larger graph is not known beforehand, and a GPU that has not enough is given up for the whole session.
  const { name, device } = (await context.engine()).info;
  if (name !== 'onnxruntime' || device !== cpuDescription) return;
  checkSpace(context, missing.length * chosen.reduce((sum, { request }) => sum + bytesPerImage(request), 0));
  const plan = planOf(chosen);
  const pixels = pixelsOf(first);
  const { lpm } = first.request;
  const encodeOnce = async (of: EncoderPlan, image: VersionImage): Promise<EncodedImage> => {
    const encoder = await compileEncoder(await context.engine(), lpm, of, silently(context));
    try {
      return await encoder.encode(await pixels(image));
    } finally {
      await encoder.dispose();
    }
  };
  const [sample] = missing as [VersionImage];
  const alone: EncodedImage[] = [];
  for (const { request } of chosen) {
    throwIfCancelled(context.signal, 'Encoding');
    alone.push(await encodeOnce(request, sample));
  }
  let encoder: Awaited<ReturnType<typeof compileEncoder>>;
  try {
    encoder = await compileEncoder(await context.engine(), lpm, plan, context);
  } catch (error) {
    // One kind after the other may fit where all at once do not.
    if (!(error instanceof AppError) || error.code !== 'TOO_LITTLE_MEMORY') throw error;
    return;
  }
  try {
    const together = await encoder.encode(await pixels(sample));
    const isSame = chosen.every(({ request: { features } }, i) =>
      features.every((kind) => isSameRecord(together, alone[i] as EncodedImage, kind)),
    );
    if (!isSame) {
      context.log.log(
        'info',
        'Asked for all features at once this LPM gives other last digits on this machine; it reads the images once for each kind.',
      );
      return;
    }
    let done = 0;
    await encodeEach(encoder, missing, pixels, context.signal, (image, encoded) => {
      const key = imageKey(image.instanceId, image.frame);
      for (const one of chosen) {
        for (const kind of one.lacking.get(image) ?? [])
          one.parts.records.get(kind)?.append(kind, key, recordOf(encoded, kind, one.request.lpm.config, one.request));
      }
      context.progress({ stage: 'encoding', done: ++done, total: missing.length, unit: 'images' });
    });
  } finally {
    await encoder.dispose();
    for (const { parts } of chosen) for (const store of parts.records.values()) store.flush();
  }
}

/** What is asked of the LPM for all of them. */
function planOf(chosen: readonly ReadyToEncode[]): EncoderPlan {
  const requestOf = (kind: LpmFeatures): FeatureRequest | undefined =>
    chosen.find(({ request }) => request.features.includes(kind))?.request;
  const [keyed, read, any] = [requestOf('keysValues'), requestOf('allTokens'), chosen[0]?.request as FeatureRequest];
  return {
    ...{ inputSize: any.inputSize, tokens: any.tokens, tokenRatio: any.tokenRatio },
    layers: (keyed ?? read)?.layers ?? [],
    ...(read === undefined ? {} : { tokenLayers: read.layers }),
    precision: any.precision,
    features: chosen.flatMap(({ request }) => request.features),
  };
}

/** Whether two passes gave the same of a kind, as the LPM gives it: what is kept of it in 8 bits is then the same, too. */
function isSameRecord(a: EncodedImage, b: EncodedImage, kind: LpmFeatures): boolean {
  const [one, other] = [a[kind], b[kind]];
  return one !== null && other !== null && isEqual(bytesOf(one), bytesOf(other));
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
