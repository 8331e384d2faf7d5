/** What a training whose recipe is searched for is refused for: said before the search, which may take a night, and not after it. */
import type { z } from 'zod';
import { networksAnswering, type trainOptionsSchema } from '../../contract/index.ts';
import { checkedSizes, networkConfig, trainingMethods, withMembers } from '../../models/index.ts';
import { modelByName, runByName, type StoredSearch, searchesOfDataset, searchOfRun } from '../../store/index.ts';
import { targets } from '../../targets/index.ts';
import { requireClass } from '../datasets/classes.ts';
import { featuresOf, refuseUnkept } from '../features/feature-kinds.ts';
import { checkTokenRule } from '../lpm/encoder.ts';
import type { ServiceContext } from '../session/context.ts';
import { checkStorable } from '../training/material.ts';
import { checkFolds, nameTaken, refuseEarlyStop, refuseUnreadPrecision, requireParent } from '../training/plan.ts';
import { countFolds, dealImages, type FinishedSearch, isFinished, isSearchOf, type SearchSubject } from './identity.ts';
import { methodsOfBudget } from './plan.ts';

type ParsedOptions = z.output<typeof trainOptionsSchema>;

/**
 * Refuses what would be refused once the search has a winner. Gives the search where its model is there already: the command was given again.
 * @throws NAME_TAKEN, MODEL_NOT_FOUND, SPLIT_IMPOSSIBLE, BAD_INPUT
 */
export function refuseBeforeSearch(
  context: ServiceContext,
  options: ParsedOptions,
  subject: SearchSubject,
): FinishedSearch | undefined {
  const { db } = context.library;
  const { version, request } = subject;
  const made = options.name === undefined ? undefined : searchOfName(context, options.name, subject);
  for (const parent of [options.on, options.again]) if (parent !== undefined) requireParent(db, parent);
  if (options.positive !== undefined) {
    requireClass(options.positive, version.classes, `Version ${version.number} of data set "${version.dataset}"`);
  }
  const folds = countFolds(dealImages(db, version, request.seed));
  refuseEarlyStop({ ...options, folds });
  checkFolds(db, version, { ...options, folds });
  const asked = request.methods ?? [];
  const [first] = asked;
  if (first !== undefined && asked.every((method) => trainingMethods[method].features === null)) {
    refuseUnreadPrecision({ method: first, precision: options.precision });
  }
  if (first !== undefined) {
    const who = asked.length === 1 ? `the method ${first}` : 'each of these methods';
    refuseUnkept(options.keptAs, asked.flatMap(featuresOf), who);
  }
  checkWinners(subject, { ...options, folds });
  return made;
}

/** The search that the model of this name came from, where it is this one. @throws NAME_TAKEN where the model is of anything else */
function searchOfName(context: ServiceContext, name: string, subject: SearchSubject): FinishedSearch | undefined {
  const { db } = context.library;
  const model = modelByName(db, name);
  if (model === undefined) return undefined;
  const run = runByName(db, model.run);
  const own = run === undefined ? undefined : searchOfRun(db, run.id);
  const isThis = (search: StoredSearch): search is FinishedSearch =>
    isFinished(search) && isSearchOf(context, search, subject);
  if (own !== undefined && isThis(own)) return own;
  // A run of a library of before may have lost its search to another one; whether it is the same is seen when it is planned.
  const known = own === undefined ? searchesOfDataset(db, subject.version.datasetId).find(isThis) : undefined;
  if (known === undefined) throw nameTaken(name);
  return known;
}

/** @throws BAD_INPUT where one of the methods could not be trained as asked if it won, or a library could not hold the model */
function checkWinners({ version: { target, classes }, lpm, request }: SearchSubject, options: ParsedOptions): void {
  const { inputSize, tokenRatio, keptAs } = request;
  const logits = targets[target].logits(classes.length);
  for (const method of request.methods ?? methodsOfBudget(options.budget)) {
    if (trainingMethods[method].features === 'keysValues') checkTokenRule(lpm.config, options.tokens, lpm.record.name);
    checkedSizes(lpm.config, method, options);
    const config = networkConfig(lpm.config, { method, classes: logits, inputSize, tokenRatio, keptAs });
    checkStorable(withMembers(config, networksAnswering(options)));
  }
}
