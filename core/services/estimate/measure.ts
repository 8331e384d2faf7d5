/**
 * How long the parts of a training take: the LPM and the training loop are timed on a few images of the data set, in a few
 * seconds, and what was measured is kept for this machine, LPM and size. The promise is arithmetic on these rates.
 *
 * What is timed is the code that trains, over a few records kept in memory; only the disk is timed apart, with zeros, so
 * that nothing of a patient lies about when a measurement is killed. The first time of everything warms up and counts as
 * what is done once; of the others the middle one counts, which a hiccup of the machine does not move.
 */
import { performance } from 'node:perf_hooks';
import { redact } from '../../base/redact.ts';
import { jobSchemas, type MeasureOptions } from '../../contract/index.ts';
import { imageStatistics, normalise, toUint16 } from '../../images/index.ts';
import { defineJob } from '../../jobs/index.ts';
import { methodLayers } from '../../models/index.ts';
import { datasetInstanceFacts, type NewVersion, saveRates } from '../../store/index.ts';
import { targets } from '../../targets/index.ts';
import { planVersion } from '../datasets/dataset.ts';
import { featuresOf } from '../features/feature-kinds.ts';
import { bytesOf, encodeEach, recordOf } from '../features/source-features.ts';
import { readInstance } from '../files/files.ts';
import { compileEncoder, type LibraryLpm, openLibraryLpm, requireLpm, resolveInputSize } from '../lpm/encoder.ts';
import { imageKind, openRenderer, readSource } from '../pixels/source-images.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';
import { criterionFor } from '../training/criterion.ts';
import { keep, patienceSeconds, secondsSince, timesWanted, timeTraining, untilEnough } from './measure-steps.ts';
import { FewRecords, withZeros } from './measured-records.ts';
import { encodingName, middleOf, rateKey, rateNames } from './rates.ts';

/** Images that are decoded, of different sizes where the data set has such. */
const imagesTimed = 3;
/** Bytes written to time the disk. */
const writtenBytes = 16e6;

export const measureJob = defineJob({
  kind: 'measure',
  ...jobSchemas.measure,
  run: async (options, tools: { deps: ServiceContext; progress: ServiceContext['progress'] }) => ({
    rates: Object.fromEntries(await measureTraining({ ...tools.deps, progress: tools.progress }, options)),
  }),
});

/** Times what a training would do, and keeps the seconds for this machine, LPM and size. */
export async function measureTraining(
  context: ServiceContext,
  options: MeasureOptions,
): Promise<ReadonlyMap<string, number>> {
  const lpm = openLibraryLpm(context, requireLpm(context, options.lpm));
  try {
    const inputSize = resolveInputSize(lpm.config, options.inputSize);
    const rates = await measure(context, lpm, { ...options, inputSize });
    const key = await rateKey(context, lpm.record.hash, inputSize);
    saveRates(context.library.writer, key, rates, timeOf(context));
    return rates;
  } finally {
    lpm.close();
  }
}

type Image = NewVersion['images'][number];

async function measure(
  context: ServiceContext,
  lpm: LibraryLpm,
  options: MeasureOptions,
): Promise<ReadonlyMap<string, number>> {
  const { dataset, version } = planVersion(context, options);
  const rates = new Map<string, number>();
  const stages = 3;
  const tell = (done: number): void => context.progress({ stage: 'measuring', done, total: stages, unit: 'parts' });
  tell(0);
  const records = new FewRecords();
  const images = await timeDecoding(context, dataset.id, version, options.inputSize, records, rates);
  rates.set(rateNames.write, (await timeWriting(context)) / (writtenBytes / 1e6));
  tell(1);
  await timeEncoding(context, lpm, options, images, records, rates);
  tell(2);
  const criterion = criterionFor(dataset.target, options);
  await timeTraining(
    context,
    lpm,
    { ...options, criterion },
    { images, records, version, target: targets[dataset.target] },
    rates,
  );
  tell(stages);
  return rates;
}

/** Decodes images from all over the data set into `records`, as training would store them. Gives those that could be decoded. */
async function timeDecoding(
  context: ServiceContext,
  datasetId: number,
  version: NewVersion,
  inputSize: number,
  records: FewRecords,
  rates: Map<string, number>,
): Promise<Image[]> {
  const renderer = openRenderer();
  const decode = async (image: Image): Promise<Uint8Array> => {
    const bytes = await readInstance(context.library, image.instanceId);
    const name = redact(String(image.instanceId));
    return bytesOf(toUint16(await renderer.render(bytes, image.frame, name, { square: inputSize })));
  };
  const chosen = imagesOfAllSizes(context, datasetId, version);
  try {
    const opened = performance.now();
    const decoded = await Promise.allSettled(chosen.map(decode));
    const first = secondsSince(opened);
    const sound = chosen.filter((_, i) => decoded[i]?.status === 'fulfilled');
    if (sound.length === 0) throw (decoded[0] as PromiseRejectedResult).reason;
    let bytes = 0;
    decoded.forEach((result, i) => {
      if (result.status !== 'fulfilled') return;
      records.keep(imageKind, chosen[i] as Image, result.value);
      bytes += result.value.byteLength;
    });
    rates.set(rateNames.imageMegabytes(datasetId), bytes / sound.length / 1e6);
    // The threads run by now, and their code is compiled: this is how all the other images will go.
    const again = await timesOf(async () => {
      await Promise.all(sound.map(decode));
    });
    const decodeName = rateNames.decode(datasetId);
    keep(
      rates,
      decodeName,
      again.map((time) => time / sound.length),
    );
    rates.set(rateNames.prepareDecoder, Math.max(0, first - middleOf(again).median));
    let turn = 0;
    const looked = await timesOf(async () => {
      imageStatistics(await readSource(records, inputSize, sound[turn++ % sound.length] as Image));
    });
    keep(rates, rateNames.statistics(datasetId), looked.slice(1));
    return sound;
  } finally {
    await renderer.close();
  }
}

/** Times `work` until it was done often enough or took long enough; the least is twice. */
async function timesOf(work: () => Promise<void>): Promise<number[]> {
  const times: number[] = [];
  const begun = performance.now();
  while (times.length < 2 || (times.length < timesWanted && secondsSince(begun) < patienceSeconds)) {
    const started = performance.now();
    await work();
    times.push(secondsSince(started));
  }
  return times;
}

/** Images that stand for the small, the middling and the large ones. */
function imagesOfAllSizes(context: ServiceContext, datasetId: number, version: NewVersion): Image[] {
  const pixels = new Map(
    datasetInstanceFacts(context.library.db, datasetId).map(({ instanceId, rows, columns }) => [
      instanceId,
      (rows ?? 0) * (columns ?? 0),
    ]),
  );
  const size = (image: Image): number => pixels.get(image.instanceId) ?? 0;
  const bySize = version.images.toSorted((a, b) => size(a) - size(b));
  const count = Math.min(imagesTimed, bySize.length);
  return Array.from({ length: count }, (_, k) => bySize[Math.floor(((k + 0.5) * bySize.length) / count)] as Image);
}

/** Seconds until `writtenBytes` of zeros are on the library's disk. */
async function timeWriting(context: ServiceContext): Promise<number> {
  const started = performance.now();
  return await withZeros(context, writtenBytes, async () => secondsSince(started));
}

/** Runs the LPM and keeps in `records` what training would keep; nothing where the method asks for nothing. */
async function timeEncoding(
  context: ServiceContext,
  lpm: LibraryLpm,
  options: MeasureOptions,
  images: readonly Image[],
  records: FewRecords,
  rates: Map<string, number>,
): Promise<void> {
  const name = encodingName(options);
  if (name === null) return;
  const { inputSize, tokens, tokenRatio, precision, keptAs, method } = options;
  const layers = methodLayers(lpm.config, method);
  const kept = { inputSize, tokens, tokenRatio, keptAs, layers };
  const features = featuresOf(method);
  const started = performance.now();
  const encoder = await compileEncoder(
    await context.engine(),
    lpm,
    {
      inputSize,
      tokens,
      tokenRatio,
      precision,
      layers,
      features,
    },
    context,
  );
  try {
    const compiled = secondsSince(started);
    const times: number[] = [];
    const begun = performance.now();
    let last = begun;
    const isEnough = (): boolean =>
      times.length > timesWanted || (times.length > 2 && secondsSince(begun) > patienceSeconds);
    const turns = Array.from({ length: 1 + timesWanted }, (_, i) => images[i % images.length] as Image);
    await untilEnough(
      context,
      isEnough,
      async (signal) =>
        await encodeEach(
          encoder,
          turns,
          async (image) =>
            normalise(
              await readSource(records, inputSize, image),
              lpm.config.mean,
              lpm.config.std,
              lpm.config.channels,
            ),
          signal,
          (image, encoded) => {
            for (const kind of features) records.keep(kind, image, recordOf(encoded, kind, lpm.config, kept));
            times.push(secondsSince(last));
            last = performance.now();
          },
        ),
    );
    const warm = times.slice(1);
    keep(rates, rateNames.encode(name), warm);
    rates.set(rateNames.prepareEncoder(name), compiled + Math.max(0, (times[0] ?? 0) - middleOf(warm).median));
  } finally {
    await encoder.dispose();
  }
}
