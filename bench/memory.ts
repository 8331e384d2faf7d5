/**
 * `npm run bench -- --memory`: what one training step of each method takes on a ViT-B/16, each in a process of its own, on made-up numbers.
 *
 *     npm run bench -- --memory
 *     npm run bench -- --memory --only fpt+,lora,full --size 512 --batch 16 --part 2
 *
 * Training is the peak less what an engine holds that has added two numbers; shares are of `full` with its batch at once. Methods that have the LPM
 * in them take many gigabytes with 16 images at once; `--part 2` computes theirs as a training does.
 */
import { type Method, methods } from '../core/contract/index.ts';
import { networkConfig, parameterLayout, plainVit, trainingMethods } from '../core/models/index.ts';
import { idleMemoryMb, type StepEngine, stepCost } from '../core/services/comparison/step-memory.ts';
import { commandLine } from '../scripts/command-line.ts';

/** Measures and prints one row a method. */
export async function benchMemory(): Promise<void> {
  const { values } = commandLine(import.meta.filename, {
    options: {
      memory: { type: 'boolean' },
      json: { type: 'boolean', default: false },
      engine: { type: 'string', default: 'onnxruntime' },
      only: { type: 'string', default: methods.join(',') },
      size: { type: 'string', default: '512' },
      batch: { type: 'string', default: '16' },
      part: { type: 'string' },
    },
  });
  const engine: StepEngine = { engine: values.engine as StepEngine['engine'], device: 'auto' };
  const [inputSize, batch, classes] = [Number(values.size), Number(values.batch), 5];
  const lpm = plainVit({ width: 768, layers: 12, heads: 12, patch: 16, imageSize: 224 });
  const idleMb = await idleMemoryMb(engine);
  const chosen = values.only.split(',').map((name) => methods.find((method) => method === name) ?? fail(name));
  const rows: { method: Method; learnable: number; trainingMb: number; seconds: number }[] = [];
  for (const method of chosen) {
    const learnable = parameterLayout(networkConfig(lpm, { method, classes, inputSize })).total;
    const part = trainingMethods[method].microBatches ? Number(values.part ?? batch) : batch;
    const { peakMb, seconds } = await stepCost(engine, lpm, { method, inputSize, batch, part, classes });
    rows.push({ method, learnable, trainingMb: peakMb - idleMb, seconds });
    if (!values.json) console.error(`${method}: ${Math.round(peakMb - idleMb)} MB, ${seconds.toFixed(1)} s`);
  }
  const full = rows.find(({ method }) => trainingMethods[method].runsLpm === 'trained')?.trainingMb ?? Number.NaN;
  if (values.json) console.log(JSON.stringify({ inputSize, batch, idleMb, rows }, null, 1));
  else {
    console.log('| | learnable | memory of a step | of full | seconds |\n|---|---|---|---|---|');
    for (const { method, learnable, trainingMb, seconds } of rows) {
      const share = Number.isNaN(full) ? '' : `${((100 * trainingMb) / full).toFixed(1)} %`;
      const megabytes = Math.round(trainingMb).toLocaleString('en');
      console.log(
        `| ${method} | ${learnable.toLocaleString('en')} | ${megabytes} MB | ${share} | ${seconds.toFixed(1)} |`,
      );
    }
  }
}

function fail(name: string): never {
  throw new Error(`--only: there is no method "${name}"; allowed: ${methods.join(', ')}`);
}
