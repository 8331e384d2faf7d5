/**
 * The networks of a cross-validation: each learns from all folds but one and predicts that one.
 *
 * No epoch is chosen: the weights after the last one count. An epoch chosen on the fold that is predicted afterwards would make its figures better
 * than they are, and one chosen on a part of the others would cost that part.
 */
import type { RunMember, VersionImage } from '../../contract/index.ts';
import { memberOf } from '../../models/index.ts';
import { versionImages } from '../../store/index.ts';
import { type ExampleSource, examplesIn, predictAll } from '../../training/loop.ts';
import { stepsPerEpoch, usableBatch } from '../../training/sampler.ts';
import { warn } from '../session/warn.ts';
import { dealOften } from './folds.ts';
import type { MemberPlace, TrainedMember } from './keeper.ts';
import { type Learning, learn, withNetwork } from './learn.ts';
import { guessLoss, isStuck, memberSeed, mostAttempts } from './stuck-members.ts';

export interface CrossValidated {
  /** The kept weights of each network, by fold; of several deals one after the other. */
  readonly members: readonly Float32Array[];
  /** Those of the network that learned from all patients; null where none is asked for. */
  readonly refit: Float32Array | null;
  /** Every training of each, in order. */
  readonly trainings: readonly RunMember[];
  /**
   * The images of training and validation, in the version's order, with the logits [n, classes] of the network that did not learn from each; of
   * several deals their mean.
   */
  readonly images: readonly VersionImage[];
  readonly logits: Float32Array;
}

interface Fold {
  readonly number: number;
  readonly train: ExampleSource;
  readonly learned: readonly VersionImage[];
  /** Places among all images. */
  readonly held: readonly number[];
}

/** Trains the networks of a run and predicts each image by the one that did not learn from its patient. @throws as `learn` */
export async function crossValidate(learning: Omit<Learning, 'network' | 'batch'>): Promise<CrossValidated> {
  const { context, plan, material, keeper } = learning;
  const { settings } = plan.run;
  const { images } = material.features;
  const folds = foldsOf(learning);
  const counted = { target: material.target, classes: memberOf(material.config).classes };
  // One batch size for all of them: they are trained by one compiled step.
  const batch = usableBatch(settings.batch, Math.min(...folds.map(({ train }) => examplesIn(counted, train))));
  return await withNetwork(learning, batch, async (network) => {
    const own = { ...learning, network, batch };
    const done = [...keeper.finished()];
    const stepsOf = ({ train }: Fold): number => settings.epochs * stepsPerEpoch(examplesIn(counted, train), batch);
    let total = folds.reduce((sum, fold) => sum + stepsOf(fold), 0);
    let before = 0;
    const trained = async (fold: Fold, attempt: number): Promise<TrainedMember> => {
      const place = { fold: fold.number, attempt };
      const known = done.find((member) => isAt(member, place));
      const member = known ?? (await trainMember(own, fold, attempt, { before, total }));
      before += stepsOf(fold);
      if (known === undefined) done.push(member);
      return member;
    };
    for (const fold of folds) await trained(fold, 1);
    const firsts = done.filter(({ attempt }) => attempt === 1);
    for (const fold of folds) {
      let last = done.find((member) => isAt(member, { fold: fold.number, attempt: 1 })) as TrainedMember;
      while (isStuck(last, firsts) && last.attempt < mostAttempts) {
        warn(context, { code: 'networkStuck', network: fold.number, networks: folds.length });
        total += stepsOf(fold);
        last = await trained(fold, last.attempt + 1);
      }
    }
    const kept = folds.map(({ number }) => leastLoss(done.filter((member) => member.fold === number)));
    const logits = new Float32Array(images.length * counted.classes);
    for (const [k, { held }] of folds.entries()) {
      if (held.length === 0) continue;
      const source = material.examplesOf(held.map((i) => images[i] as VersionImage));
      const own = await predictAll(network, (kept[k] as TrainedMember).params, source, held.length, context.signal);
      held.forEach((i, row) => {
        for (let c = 0; c < counted.classes; c++) {
          const at = i * counted.classes + c;
          logits[at] = (logits[at] as number) + (own[row * counted.classes + c] as number) / settings.repeats;
        }
      });
    }
    const ofFolds = kept.slice(0, settings.folds * settings.repeats);
    return {
      members: ofFolds.map(({ params }) => params),
      refit: kept[ofFolds.length]?.params ?? null,
      trainings: done
        .sort((a, b) => Number(a.attempt > 1) - Number(b.attempt > 1) || a.fold - b.fold || a.attempt - b.attempt)
        .map(({ params: _, ...member }) => ({
          ...member,
          isStuck: isStuck(member, firsts),
          isKept: kept.some((one) => isAt(one, member)),
        })),
      images,
      logits,
    };
  });
}

/**
 * The folds of a run, deal after deal, numbered from 1, dealt over all images of training and validation, whether they could be decoded or not: so a
 * file that comes back moves none. A refit is one more, which leaves nobody out.
 */
function foldsOf({ context, plan, material }: Pick<Learning, 'context' | 'plan' | 'material'>): Fold[] {
  const { run, version } = plan;
  const all = versionImages(context.library.db, version.id).filter(({ split }) => split !== 'test');
  const { folds: count, repeats, deliver, seed } = run.settings;
  const { images } = material.features;
  const deals = dealOften(all, repeats, { count, seed, target: version.target, classes: version.classes });
  const held = deals.flatMap((dealt) => {
    const foldOf = new Map(all.map(({ index }, i) => [index, dealt[i] as number]));
    return Array.from({ length: count }, (_, k) =>
      images.flatMap(({ index }, i) => (foldOf.get(index) === k ? [i] : [])),
    );
  });
  return [...held, ...(deliver === 'refit' ? [[]] : [])].map((left, k) => {
    const leftOut = new Set(left);
    const learned = images.filter((_, i) => !leftOut.has(i));
    return { number: k + 1, learned, train: material.examplesOf(learned), held: left };
  });
}

async function trainMember(
  learning: Learning,
  { number, train, learned }: Fold,
  attempt: number,
  progress: { readonly before: number; readonly total: number },
): Promise<TrainedMember> {
  const { plan, material, keeper, network, batch } = learning;
  const { settings } = plan.run;
  const seed = memberSeed(settings.seed, number, attempt);
  const { state, ended } = await learn(learning, {
    place: { fold: number, attempt },
    sets: { train, validation: material.examplesOf([]) },
    settings: { seed, batch, earlyStop: null },
    progress,
  });
  const member: TrainedMember = {
    fold: number,
    attempt,
    seed,
    images: learned.length,
    patients: new Set(learned.map(({ patientId }) => patientId)).size,
    trainLoss: ended?.trainLoss ?? Number.POSITIVE_INFINITY,
    guessLoss: guessLoss(network, settings, train),
    params: state.params,
  };
  keeper.member(member);
  return member;
}

/** Of several trainings of a network the one of least loss; of equal ones the first. */
function leastLoss(trainings: readonly TrainedMember[]): TrainedMember {
  return trainings.reduce((least, member) => (member.trainLoss < least.trainLoss ? member : least));
}

function isAt(member: MemberPlace, { fold, attempt }: MemberPlace): boolean {
  return member.fold === fold && member.attempt === attempt;
}
