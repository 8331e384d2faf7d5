/**
 * A process whose networks list their parameters in another order than ours:
 * node moved-code-child.ts LIBRARY IMAGES OUT MODELS RUN DATASET LPM
 *
 * It changes the sources as they are loaded, as somebody who moves a line would: values and outputs of attention change
 * places (equal sizes), so do weight and bias of every Linear layer, and the LPM's weights stand backwards. Then it
 * classifies IMAGES with each of the MODELS (separated by commas) into OUT/<model>.csv, goes on with the run RUN, and
 * prints `{ losses, orders }`: the training loss of each epoch, and the names of each model's parameters in order.
 */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const moves: readonly (readonly [file: string, ours: string, theirs: string])[] = [
  ['core/models/side-vit.ts', `['q', 'k', 'v', 'o']`, `['q', 'k', 'o', 'v']`],
  [
    'core/models/layers.ts',
    `    { name: \`\${name}.weight\`, shape: [out, inputs], start: weight },\n    { name: \`\${name}.bias\`, shape: [out], start: bias },`,
    `    { name: \`\${name}.bias\`, shape: [out], start: bias },\n    { name: \`\${name}.weight\`, shape: [out, inputs], start: weight },`,
  ],
  [
    'core/models/methods/lpm-method.ts',
    'graphOf(config, 1, noneYet).weights,',
    'graphOf(config, 1, noneYet).weights.toReversed(),',
  ],
];
const moved = new Set<string>();

registerHooks({
  load(url, context, nextLoad) {
    const here = moves.filter(([file]) => url.endsWith(file));
    if (here.length === 0) return nextLoad(url, context);
    let source = readFileSync(fileURLToPath(url), 'utf8');
    for (const [, ours, theirs] of here) {
      if (!source.includes(ours)) continue;
      source = source.replace(ours, theirs);
      moved.add(ours);
    }
    return { format: 'module-typescript', source, shortCircuit: true };
  },
});

const { classifyPaths } = await import('../../core/services/classification/classify.ts');
const { requireModel } = await import('../../core/services/training/model.ts');
const { trainModel } = await import('../../core/services/jobs/train.ts');
const { parameterLayout } = await import('../../core/models/index.ts');
const { openTestServices } = await import('./made-studies.ts');

const missed = moves.filter(([, ours]) => !moved.has(ours)).map(([file, ours]) => `${file}: ${ours}`);
if (missed.length > 0) throw new Error(`nothing to move any more: ${missed.join('; ')}`);

const [library = '', images = '', out = '', models = '', run = '', dataset = '', lpm = ''] = process.argv.slice(2);
const { context, close } = await openTestServices(library);
const orders: Record<string, string[]> = {};
for (const model of models.split(',')) {
  await classifyPaths(context, { paths: [images], model, out: join(out, `${model}.csv`) });
  orders[model] = parameterLayout(requireModel(context, model).config).entries.map(({ name }) => name);
}
const { epochs } = await trainModel(context, { dataset, lpm, resume: run });
process.stdout.write(JSON.stringify({ losses: epochs.map(({ trainLoss }) => trainLoss), orders }));
await close();
