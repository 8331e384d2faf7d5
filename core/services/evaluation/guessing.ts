/**
 * What a run would reach that learns nothing: its validation loss if every answer were how often each label occurs there, and the AUC that guessing
 * may reach by chance on so few patients. Curves are drawn against them, and a plateau there is no end to be content with.
 */
import { type RunRecord, targetFacts } from '../../contract/index.ts';
import { rankGuessing } from '../../statistics/guessing.ts';
import { versionById, versionImages } from '../../store/index.ts';
import { targets } from '../../targets/index.ts';
import { criteria } from '../../training/criteria/index.ts';
import { NewestEntries, type SessionCache } from '../session/caches.ts';
import type { ServiceContext } from '../session/context.ts';

export interface Guessing {
  /** Null where the validation images define none. */
  readonly loss: number | null;
  /** An AUC up to this may be chance; null where there is no AUC. */
  readonly auc: number | null;
}

const guessingOfRuns: SessionCache<NewestEntries<number, Guessing>> = {
  name: 'what runs would reach by guessing',
  until: 'change',
  make: () => new NewestEntries(20),
};

/** What a run would reach by guessing; computed once. */
export function guessingOf(context: ServiceContext, run: RunRecord): Guessing {
  const known = context.caches.of(guessingOfRuns);
  const found = known.get(run.id);
  if (found !== undefined) return found;
  const guessing = computed(context, run);
  known.set(run.id, guessing);
  return guessing;
}

function computed({ library: { db } }: ServiceContext, { datasetVersionId, settings }: RunRecord): Guessing {
  const version = versionById(db, datasetVersionId);
  const images = version === undefined ? [] : versionImages(db, version.id, 'val');
  if (version === undefined || images.length === 0) return { loss: null, auc: null };
  const target = targets[version.target];
  const scale = target.labelScale(versionImages(db, version.id, 'train'));
  const labels = target.labelsOf(images, { uncertain: settings.uncertain, scale });
  const logits = target.logits(version.classes.length);
  const answer = target.guess(labels, logits);
  const answers = Float64Array.from({ length: images.length * logits }, (_, at) => answer[at % logits] as number);
  const rows = images.map((_, i) => i);
  const { isPerName, hasMarks } = targetFacts[version.target];
  const width = target.labelWidth(logits);
  return {
    loss: criteria[settings.criterion].value(answers, target.labelTensors(labels, rows, logits), logits),
    auc:
      isPerName && !hasMarks
        ? null
        : rankGuessing(
            Array.from({ length: logits }, (_, k) =>
              rows.map((i) => {
                const label = labels[i * width + (hasMarks ? k : 0)] as number;
                return Number.isNaN(label) ? null : hasMarks ? label === 1 : label === k;
              }),
            ),
            images.map(({ patientId }) => patientId),
          ),
  };
}
