import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toFloat16Bits } from '../../../core/base/half.ts';
import { silentLogger } from '../../../core/base/logger.ts';
import { Random } from '../../../core/base/random.ts';
import { float32, sizeOf, type Tensor } from '../../../core/base/tensor.ts';
import { type Engine, openEngine } from '../../../core/engine/index.ts';
import {
  buildEvidence,
  initialiseParameters,
  joinMembers,
  memberOf,
  type NetworkConfig,
  parameterLayout,
  splitMembers,
  trainingMethods,
  withMembers,
} from '../../../core/models/index.ts';
import { buildPredict } from '../../../core/training/train-step.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine({ engine: 'onnxruntime', device: 'cpu', threads: 1, log: silentLogger });
});
afterAll(() => engine.dispose());

const batch = 4;
const sizes: Omit<NetworkConfig, 'method'> = {
  lpm: { width: 16, heads: 2, patch: 4, eps: 1e-6, channels: 3 },
  layers: 2,
  classes: 3,
  sideSize: 8,
  sideWidth: 4,
  prompts: 3,
  tokens: 5,
};

/** Inputs of a method, drawn. */
function inputsOf(config: NetworkConfig, n: number): Record<string, Tensor> {
  const random = Random.seeded(7);
  return Object.fromEntries(
    Object.entries(trainingMethods[config.method].inputs(config, n)).map(([name, { shape, dtype }]) => {
      const data = Float32Array.from({ length: sizeOf(shape) }, () => random.normal());
      const tensor: Tensor = dtype === 'float16' ? { dtype, shape, data: toFloat16Bits(data) } : float32(shape, data);
      return [name, tensor];
    }),
  );
}

/** Weights away from where they start, so that members differ in all of them. */
function drawn(config: NetworkConfig, seed: number): Float32Array {
  const random = Random.seeded(seed);
  return initialiseParameters(config, random.fork('parameters')).map((v) => v + 0.2 * random.normal());
}

async function run(graph: ReturnType<typeof buildPredict>, inputs: Record<string, Tensor>, output: string) {
  const compiled = await engine.compile(graph);
  try {
    return Array.from((await compiled.run(inputs))[output]?.data as Float32Array);
  } finally {
    await compiled.dispose();
  }
}

describe.each(['fpt+', 'attentive', 'linear', 'side-only'] as const)('a %s of three members', (method) => {
  const one: NetworkConfig = { ...sizes, method };
  const three = withMembers(one, 3);
  const members = [1, 2, 3].map((seed) => drawn(one, seed));
  const params = joinMembers(three, members);
  const vector = (values: Float32Array): Tensor => float32([values.length], values);

  test('answers with the mean of the logits of the three', async () => {
    const inputs = inputsOf(one, batch);
    const joined = await run(buildPredict(three, { batch }), { ...inputs, params: vector(params) }, 'logits');
    const apart: number[][] = [];
    for (const member of members) {
      apart.push(await run(buildPredict(one, { batch }), { ...inputs, params: vector(member) }, 'logits'));
    }
    expect(joined).toHaveLength(batch * 3);
    joined.forEach((value, i) => {
      const mean = apart.reduce((sum, logits) => sum + (logits[i] as number), 0) / 3;
      expect(value).toBeCloseTo(mean, 5);
    });
    expect(apart[0]).not.toEqual(apart[1]);
  });

  test('has the parameters of each, one after the other, and is cut into them again', () => {
    const names = parameterLayout(one).entries.map(({ name }) => name);
    expect(parameterLayout(three).entries.map(({ name }) => name)).toEqual(
      [0, 1, 2].flatMap((k) => names.map((name) => `members.${k}.${name}`)),
    );
    expect(parameterLayout(three).total).toBe(3 * parameterLayout(one).total);
    expect(splitMembers(three, params).map((member) => [...member])).toEqual(members.map((member) => [...member]));
    expect(memberOf(three)).toEqual(one);
    expect(withMembers(three, 1)).toEqual(one);
  });
});

test('evidence of several members: attention is the mean of theirs, and three equal members say what one says', async () => {
  const one: NetworkConfig = { ...sizes, method: 'fpt+' };
  const three = withMembers(one, 3);
  const row: Tensor = float32([1, 3], Float32Array.of(0, 1, 0));
  const look = async (config: NetworkConfig, params: Float32Array, output: string) =>
    await run(
      buildEvidence(config),
      { ...inputsOf(one, 1), params: float32([params.length], params), class_row: row },
      output,
    );
  const members = [1, 2, 3].map((seed) => drawn(one, seed));
  const attention = await look(three, joinMembers(three, members), 'attention');
  const apart = await Promise.all(members.map((member) => look(one, member, 'attention')));
  attention.forEach((value, i) => {
    expect(value).toBeCloseTo(apart.reduce((sum, own) => sum + (own[i] as number), 0) / 3, 5);
  });
  const member = members[0] as Float32Array;
  const relevance = await look(three, joinMembers(three, [member, member, member]), 'relevance');
  const alone = await look(one, member, 'relevance');
  relevance.forEach((value, i) => {
    expect(value).toBeCloseTo(alone[i] as number, 5);
  });
});

test('each member starts from numbers of its own', () => {
  const three = withMembers({ ...sizes, method: 'fpt+' }, 3);
  const [a, b] = splitMembers(three, initialiseParameters(three, Random.seeded(1)));
  expect([...(a as Float32Array)]).not.toEqual([...(b as Float32Array)]);
});
