/** After a training: what it said about time is kept for the promise of the next one. */
import { toError } from '../../base/errors.ts';
import { datasetByName, ratesOf, saveRates, versionImages } from '../../store/index.ts';
import type { LibraryLpm } from '../lpm/encoder.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';
import type { PlannedRun } from '../training/plan.ts';
import { imageBytesOf, shapeOf } from './estimate.ts';
import { rateKey, rateNames } from './rates.ts';
import type { StageTimer } from './stage-timer.ts';

/** Keeps the rates of a run that ended. The model is stored by now: where they cannot be kept, that is only logged. */
export async function keepRates(
  context: ServiceContext,
  { run, version }: PlannedRun,
  lpm: LibraryLpm,
  watch: StageTimer,
): Promise<void> {
  const { library } = context;
  const dataset = datasetByName(library.db, version.dataset);
  if (dataset === undefined) return;
  try {
    const { settings } = run;
    const images = versionImages(library.db, version.id);
    const shape = shapeOf(lpm, settings, dataset, { images, classes: version.classes });
    const key = await rateKey(context, lpm.record.hash, settings.inputSize);
    const known = ratesOf(library.db, key);
    const write = (known.get(rateNames.write) ?? 0) / 1e6;
    const writing = {
      image: write * imageBytesOf(shape, known),
      feature: write * shape.featureBytes,
      checkpoint: write * shape.checkpointBytes,
    };
    saveRates(
      library.writer,
      key,
      watch.rates({ ...shape, writing, isOneNetwork: settings.folds === 1 }),
      timeOf(context),
    );
  } catch (error) {
    context.log.log('warn', `How long the training took could not be kept: ${toError(error).message}`);
  }
}
