/** Which trainings of a search run at once, and what memory they take. */
import type { Candidate, SearchPlan, SideBySide } from '../../contract/index.ts';
import { cpuDescription, type EngineInfo } from '../../engine/index.ts';
import { liveBytes } from '../../graph/index.ts';
import type { LpmConfig } from '../../models/index.ts';
import { buildPredict, buildTrainStep } from '../../training/train-step.ts';
import type { ServiceContext } from '../session/context.ts';
import { roomFor, sideBySide } from '../training/lanes.ts';
import { isLarge, type TrialSettings, trialNetwork } from './trials.ts';

/** An engine's process that has compiled nothing, and the batches that are on their way to it; measured: 123 MiB without them. */
const idleBytes = 160 * 2 ** 20;
/** What step and prediction of a network take of the bytes of their values: measured 1.3 to 1.8 times those of attentive and FPT+, on ViT-B/16 and smaller. */
const arenaShare = 1.6;

/** What the networks of a search are made of. */
export interface SearchNetworks {
  readonly lpm: LpmConfig;
  readonly logits: number;
  readonly settings: Omit<TrialSettings, 'uncertain' | 'flip'>;
}

/** About how many bytes a lane takes that has trained each of these candidates: each method and weight decay is a network of its own, compiled once. */
export function laneBytes(
  { lpm, logits, settings }: SearchNetworks,
  candidates: readonly Pick<Candidate, 'method' | 'weightDecay'>[],
): number {
  const { batch, criterion, classWeights, optimiser } = settings;
  const decays = Map.groupBy(candidates, ({ method }) => method);
  let bytes = idleBytes;
  for (const [method, own] of decays) {
    const network = trialNetwork(lpm, logits, settings, method);
    const step = buildTrainStep(network, { batch, criterion, optimiser, weighted: classWeights !== 'none' });
    const values = liveBytes(step).values + liveBytes(buildPredict(network, { batch })).values;
    bytes += new Set(own.map(({ weightDecay }) => weightDecay)).size * arenaShare * values;
  }
  return bytes;
}

/** The candidates that run side by side where any do: those without the LPM in their network, which uses all threads by itself. */
export function smallCandidates(candidates: readonly Candidate[]): Candidate[] {
  return candidates.filter(({ method }) => !isLarge(method));
}

/** How the small trainings of a search run at once in this session, as the machine is now; undefined where one after the other. */
export async function sideBySideOf(
  context: Pick<ServiceContext, 'engine' | 'openEngine'>,
  networks: SearchNetworks,
  { candidates, rounds }: Pick<SearchPlan, 'candidates' | 'rounds'>,
): Promise<SideBySide | undefined> {
  const small = smallCandidates(candidates);
  const trainings = small.length * (rounds[0]?.folds ?? 0);
  if (trainings < 2 || context.openEngine === undefined) return undefined;
  const { info } = await context.engine();
  if (info.threads < 2 || info.device !== cpuDescription) return undefined;
  return sideBySide(info, { trainings, laneBytes: laneBytes(networks, small) });
}

/**
 * How the small trainings of a search go on that began side by side: with as many threads each as it began with, since these decide their last bits, and as
 * many at once as there is room for now. Undefined where that is the session's engine by itself, where the session has another engine or device now, and where it
 * has fewer threads than one training had.
 */
export function sideBySideNow(
  { name, device, threads }: Pick<EngineInfo, 'name' | 'device' | 'threads'>,
  networks: SearchNetworks,
  { candidates, sideBySide: begun }: Pick<SearchPlan, 'candidates' | 'sideBySide'>,
): SideBySide | undefined {
  const isProcessor = name === 'onnxruntime' && device === cpuDescription;
  if (begun === undefined || !isProcessor || threads < begun.threads) return undefined;
  const room = roomFor(laneBytes(networks, smallCandidates(candidates)));
  const lanes = Math.max(1, Math.min(begun.lanes, Math.floor(threads / begun.threads), room));
  return lanes === 1 && begun.threads === threads ? undefined : { lanes, threads: begun.threads };
}
