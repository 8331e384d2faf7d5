/**
 * Every migration, oldest first. The number is the `user_version` that a library has afterwards.
 * A released file is frozen: a test holds the hash of each.
 */
import type { Database } from '../database.ts';
import { createStudies } from './0010-create-studies.ts';
import { createDatasets } from './0020-create-datasets.ts';
import { createFeatures } from './0030-create-features.ts';
import { createRuns } from './0040-create-runs.ts';
import { createJobs } from './0050-create-jobs.ts';
import { createReadings } from './0060-create-readings.ts';
import { widenJobs } from './0070-widen-jobs.ts';
import { keepEvaluations } from './0075-keep-evaluations.ts';
import { createPrivacy } from './0080-create-privacy.ts';
import { createWatches } from './0110-create-watches.ts';
import { describeStudies } from './0120-describe-studies.ts';
import { addLpmsAsJobs } from './0130-add-lpms-as-jobs.ts';
import { noteManufacturers } from './0140-note-manufacturers.ts';
import { nameWeights } from './0150-name-weights.ts';
import { nameThresholdClasses } from './0160-name-threshold-classes.ts';
import { noteRunsOfJobs } from './0165-note-runs-of-jobs.ts';
import { freeJobKinds } from './0166-free-job-kinds.ts';
import { storeVectorsInParts } from './0170-store-vectors-in-parts.ts';
import { keepIntervals } from './0180-keep-intervals.ts';
import { nameOptimiserVectors } from './0190-name-optimiser-vectors.ts';
import { nameTargets } from './0200-name-targets.ts';
import { givePatients } from './0210-give-patients.ts';
import { choosePositiveClasses } from './0220-choose-positive-classes.ts';
import { joinPredictionsByContent } from './0230-join-predictions-by-content.ts';
import { noteSamples } from './0240-note-samples.ts';
import { keepDeviceChecks } from './0250-keep-device-checks.ts';
import { askSeveralQuestions } from './0290-ask-several-questions.ts';
import { keepCrossValidations } from './0300-keep-cross-validations.ts';
import { keepRecipeSearches } from './0310-keep-recipe-searches.ts';
import { noteSites } from './0350-note-sites.ts';
import { putModelsInUse } from './0351-put-models-in-use.ts';
import { keepShortcutChecks } from './0352-keep-shortcut-checks.ts';
import { keepLabelChecks } from './0360-keep-label-checks.ts';
import { keepCurvesAndOrders } from './0370-keep-curves-and-orders.ts';
import { keepComparisons } from './0380-keep-comparisons.ts';
import { keepReplays } from './0390-keep-replays.ts';
import { keepChoices } from './0400-keep-choices.ts';
import { noteSlicesAndViews } from './0410-note-slices-and-views.ts';
import { noteEightBitPasses } from './0420-note-8-bit-passes.ts';
import { noteWhatWatchesWaitFor } from './0430-note-what-watches-wait-for.ts';
import { letSearchesHaveSeveralModels } from './0440-let-searches-have-several-models.ts';
import { keepWarningsOfJobs } from './0450-keep-warnings-of-jobs.ts';
import { joinPieces } from './0460-join-pieces.ts';
import { noteIssuers } from './0470-note-issuers.ts';

export interface Migration {
  readonly number: number;
  readonly name: string;
  up(database: Database): void;
}

export const migrations: readonly Migration[] = [
  { number: 10, name: '0010-create-studies', up: createStudies },
  { number: 20, name: '0020-create-datasets', up: createDatasets },
  { number: 30, name: '0030-create-features', up: createFeatures },
  { number: 40, name: '0040-create-runs', up: createRuns },
  { number: 50, name: '0050-create-jobs', up: createJobs },
  { number: 60, name: '0060-create-readings', up: createReadings },
  { number: 70, name: '0070-widen-jobs', up: widenJobs },
  { number: 75, name: '0075-keep-evaluations', up: keepEvaluations },
  { number: 80, name: '0080-create-privacy', up: createPrivacy },
  { number: 110, name: '0110-create-watches', up: createWatches },
  { number: 120, name: '0120-describe-studies', up: describeStudies },
  { number: 130, name: '0130-add-lpms-as-jobs', up: addLpmsAsJobs },
  { number: 140, name: '0140-note-manufacturers', up: noteManufacturers },
  { number: 150, name: '0150-name-weights', up: nameWeights },
  { number: 160, name: '0160-name-threshold-classes', up: nameThresholdClasses },
  { number: 165, name: '0165-note-runs-of-jobs', up: noteRunsOfJobs },
  { number: 166, name: '0166-free-job-kinds', up: freeJobKinds },
  { number: 170, name: '0170-store-vectors-in-parts', up: storeVectorsInParts },
  { number: 180, name: '0180-keep-intervals', up: keepIntervals },
  { number: 190, name: '0190-name-optimiser-vectors', up: nameOptimiserVectors },
  { number: 200, name: '0200-name-targets', up: nameTargets },
  { number: 210, name: '0210-give-patients', up: givePatients },
  { number: 220, name: '0220-choose-positive-classes', up: choosePositiveClasses },
  { number: 230, name: '0230-join-predictions-by-content', up: joinPredictionsByContent },
  { number: 240, name: '0240-note-samples', up: noteSamples },
  { number: 250, name: '0250-keep-device-checks', up: keepDeviceChecks },
  { number: 290, name: '0290-ask-several-questions', up: askSeveralQuestions },
  { number: 300, name: '0300-keep-cross-validations', up: keepCrossValidations },
  { number: 310, name: '0310-keep-recipe-searches', up: keepRecipeSearches },
  { number: 350, name: '0350-note-sites', up: noteSites },
  { number: 351, name: '0351-put-models-in-use', up: putModelsInUse },
  { number: 352, name: '0352-keep-shortcut-checks', up: keepShortcutChecks },
  { number: 360, name: '0360-keep-label-checks', up: keepLabelChecks },
  { number: 370, name: '0370-keep-curves-and-orders', up: keepCurvesAndOrders },
  { number: 380, name: '0380-keep-comparisons', up: keepComparisons },
  { number: 390, name: '0390-keep-replays', up: keepReplays },
  { number: 400, name: '0400-keep-choices', up: keepChoices },
  { number: 410, name: '0410-note-slices-and-views', up: noteSlicesAndViews },
  { number: 420, name: '0420-note-8-bit-passes', up: noteEightBitPasses },
  { number: 430, name: '0430-note-what-watches-wait-for', up: noteWhatWatchesWaitFor },
  { number: 440, name: '0440-let-searches-have-several-models', up: letSearchesHaveSeveralModels },
  { number: 450, name: '0450-keep-warnings-of-jobs', up: keepWarningsOfJobs },
  { number: 460, name: '0460-join-pieces', up: joinPieces },
  { number: 470, name: '0470-note-issuers', up: noteIssuers },
];
