/**
 * A process that searches a recipe, trains with the one that won and, when told so, dies in the middle of the search:
 * node search-child.ts LIBRARY '{options of trainModel}' [TRIALS POLLS]
 *
 * It kills itself with SIGKILL at the POLLS-th question whether to stop once TRIALS trainings of the search have ended, which is in the middle of a later one.
 * Otherwise it prints the trainings, the winner and the hash of the weights.
 */
import { silentLogger } from '../../core/base/logger.ts';
import { parseOptions, type TrainOptions, trainOptionsSchema } from '../../core/contract/index.ts';
import { trainModel } from '../../core/services/jobs/train.ts';
import { chooseRecipe } from '../../core/services/recipe/choose.ts';
import { openServices } from '../../core/services/session/open.ts';
import { planOf, smallCandidates } from './small-search.ts';

const [library, options = '{}', trials, polls] = process.argv.slice(2);
let asked = 0;
const signal = {
  get aborted(): boolean {
    const ended = 'SELECT 1 FROM recipe_searches WHERE json_array_length(trials) >= :trials';
    if (trials !== undefined && context.library.db.get(ended, { trials: Number(trials) }) !== undefined) {
      asked++;
      if (asked >= Number(polls)) process.kill(process.pid, 'SIGKILL');
    }
    return false;
  },
} as AbortSignal;
const { context, close } = await openServices({
  ...{ library, mode: 'write', engine: 'onnxruntime', device: 'cpu', threads: 1 },
  ...{ progress: () => {}, log: silentLogger, signal },
});
const wanted = parseOptions(trainOptionsSchema, JSON.parse(options) as TrainOptions);
const { options: chosen, search } = await chooseRecipe(context, wanted, { planner: planOf(smallCandidates) });
const { weightsHash } = await trainModel(context, chosen);
process.stdout.write(JSON.stringify({ trials: search?.trials, winner: search?.winner, weightsHash }));
await close();
