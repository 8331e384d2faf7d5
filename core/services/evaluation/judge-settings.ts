/** What a judgement changes in a model: threshold, calibration and the band of answers for a reader. Each change is in the audit trail. */
import { counted } from '../../base/counted.ts';
import { AppError } from '../../base/errors.ts';
import { type EvaluationPart, type ModelRecord, targetFacts } from '../../contract/index.ts';
import { logistic, logit } from '../../statistics/proportions.ts';
import {
  addAuditEvent,
  setFindingReferBand,
  setFindingThreshold,
  setModelPositiveClass,
  setModelReferBand,
  setModelTemperature,
  setModelThreshold,
} from '../../store/index.ts';
import { targets } from '../../targets/index.ts';
import { requireClass as matchClass } from '../datasets/classes.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';
import { calibrationCases, calibrationImages } from './calibration-cases.ts';
import { askedFinding, recordOfFinding, requireRecord } from './evaluated-set.ts';

/**
 * Sets the threshold of a two-class model: from which probability of which class on that class is decided for. Of a model of several findings
 * it is that of the presence of `finding`.
 * @throws MODEL_NOT_FOUND, BAD_INPUT
 */
export function setThreshold(
  context: ServiceContext,
  name: string,
  cut: { readonly threshold: number; readonly thresholdClass: string },
  split: EvaluationPart,
  finding: string | null = null,
): ModelRecord {
  const record = requireRecord(context, name);
  const asked = askedFinding(record, finding);
  if (asked !== null) {
    const own = recordOfFinding(record, asked);
    requireClass(own, cut.thresholdClass);
    // Both thresholds are the same cut; that of the presence is kept.
    const threshold = cut.thresholdClass === own.positiveClass ? cut.threshold : 1 - cut.threshold;
    const position = record.classes.indexOf(asked);
    return changed(
      context,
      record,
      'model.thresholdSet',
      { finding: asked, from: own.threshold, to: threshold, split },
      (db) => setFindingThreshold(db, record.id, { position, threshold }, split),
    );
  }
  if (record.classes.length !== 2) {
    throw new AppError(
      'BAD_INPUT',
      `Model "${name}" has ${record.classes.length} classes; its most probable class decides, not a threshold.`,
    );
  }
  requireClass(record, cut.thresholdClass);
  const details = {
    from: record.threshold,
    fromClass: record.thresholdClass,
    to: cut.threshold,
    toClass: cut.thresholdClass,
    split,
  };
  return changed(context, record, 'model.thresholdSet', details, (db) => setModelThreshold(db, record.id, cut, split));
}

/**
 * Says which of a model's two classes its figures are about. The threshold stays, with its own class, so no decision changes.
 * @throws MODEL_NOT_FOUND, BAD_INPUT
 */
export function setModelPositive(context: ServiceContext, name: string, given: string): ModelRecord {
  const record = requireRecord(context, name);
  const { isPerName, meaning } = targetFacts[record.target];
  if (isPerName) {
    throw new AppError('BAD_INPUT', `Model "${name}" answers ${meaning}; none of its names is the positive one.`, {
      action: 'Leave the positive class out: of each finding it is the presence.',
    });
  }
  const to = matchClass(given, record.classes, `Model "${name}"`);
  if (record.positiveClass === to && record.positiveClassSource === 'chosen') return record;
  const details = { from: record.positiveClass, fromSource: record.positiveClassSource, to };
  return changed(context, record, 'model.positiveClassChosen', details, (db) =>
    setModelPositiveClass(db, record.id, to),
  );
}

/**
 * Fits the temperature on the validation images; one for all findings of a model. Thresholds move along, so that every decision stays what it was:
 * ln(p / (1 - p)) is divided by the temperature, hence so is that of a threshold.
 * @throws MODEL_NOT_FOUND, DATASET_NOT_READY where the validation split was not evaluated, and where all of it have one label
 */
export function calibrate(context: ServiceContext, name: string): ModelRecord {
  const record = requireRecord(context, name);
  const { isPerName, hasMarks, meaning } = targetFacts[record.target];
  if (isPerName && !hasMarks) {
    throw new AppError('BAD_INPUT', `Model "${name}" answers ${meaning}: it gives no probabilities to calibrate.`);
  }
  const { db } = context.library;
  const cases = calibrationCases(db, record);
  if (cases === null) {
    throw new AppError('DATASET_NOT_READY', `Model "${name}" was not evaluated on the validation split yet.`, {
      action: 'Evaluate it on the validation split first; a calibration must not be fitted on test cases.',
    });
  }
  if (cases.isOneSided) {
    const { patients } = cases;
    throw new AppError(
      'DATASET_NOT_READY',
      `Model "${name}" cannot be calibrated: ${counted('en', patients, 'patient to calibrate on has', 'patients to calibrate on have')} one label only; it takes patients with another one, too.`,
      { action: 'Label more patients and train again, so that the validation cases have more than one label.' },
    );
  }
  const { images } = calibrationImages(db, record);
  const target = targets[record.target];
  const temperature = target.temperature(
    images.flatMap(({ logits }) => [...logits]),
    target.labelsOf(images, { uncertain: record.uncertain, scale: record.labelScale }),
    target.logits(record.classes.length),
  );
  const moved = (threshold: number): number => logistic((logit(threshold) * record.temperature) / temperature);
  const threshold = record.threshold === null ? null : moved(record.threshold);
  const details = { from: record.temperature, to: temperature, images: images.length, patients: cases.patients };
  return changed(context, record, 'model.calibrated', details, (writer) =>
    setModelTemperature(writer, record.id, {
      temperature,
      threshold,
      findingThresholds: record.findings.map((finding) => moved(finding.threshold)),
    }),
  );
}

/**
 * Sets the band of answers that a reader should see, or none; of a model of several findings, of those about `finding`.
 * @throws MODEL_NOT_FOUND, BAD_INPUT
 */
export function setReferBand(
  context: ServiceContext,
  name: string,
  band: ModelRecord['referBand'],
  finding: string | null = null,
): ModelRecord {
  const record = requireRecord(context, name);
  if (band !== null && band.low > band.high) {
    throw new AppError(
      'BAD_INPUT',
      `The band begins at ${band.low} and ends at ${band.high}; it must not end before it begins.`,
    );
  }
  const asked = askedFinding(record, finding);
  if (asked !== null) {
    const own = recordOfFinding(record, asked);
    if (band !== null) requireClass(own, band.className);
    const presence = band === null || band.className === own.positiveClass ? band : mirrored(band);
    const position = record.classes.indexOf(asked);
    return changed(
      context,
      record,
      'model.referBandSet',
      { finding: asked, from: record.findings[position]?.referBand ?? null, to: presence },
      (db) => setFindingReferBand(db, record.id, position, presence),
    );
  }
  if (band !== null && record.classes.length === 2) requireClass(record, band.className);
  return changed(context, record, 'model.referBandSet', { from: record.referBand, to: band }, (db) =>
    setModelReferBand(db, record.id, band),
  );
}

/** The same band by the probability of the other one of two classes. */
const mirrored = ({ low, high }: NonNullable<ModelRecord['referBand']>): { low: number; high: number } => ({
  low: 1 - high,
  high: 1 - low,
});

/** @throws BAD_INPUT for a class that the model does not have */
function requireClass({ name, classes }: ModelRecord, className: string | null): void {
  if (className !== null && classes.includes(className)) return;
  throw new AppError(
    'BAD_INPUT',
    `Model "${name}" tells apart ${classes.map((one) => `"${one}"`).join(' and ')}; ` +
      `${className === null ? 'no class was named' : `"${className}" is neither`}.`,
    { action: 'Open the model again in Judge and choose there.' },
  );
}

function changed(
  context: ServiceContext,
  record: ModelRecord,
  action: string,
  details: Readonly<Record<string, unknown>>,
  write: (db: ServiceContext['library']['writer']) => void,
): ModelRecord {
  const db = context.library.writer;
  db.transaction(() => {
    write(db);
    addAuditEvent(db, { happenedAt: timeOf(context), action, subject: record.name, details });
  });
  return requireRecord(context, record.name);
}
