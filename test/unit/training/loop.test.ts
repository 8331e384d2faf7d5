import { describe, expect, test } from 'vitest';
import { AppError } from '../../../core/base/errors.ts';
import { float32, type Tensor } from '../../../core/base/tensor.ts';
import { type Executable, tensorsOf } from '../../../core/engine/types.ts';
import { targets } from '../../../core/targets/index.ts';
import {
  type EpochResult,
  type ExampleSource,
  epochWeights,
  freshState,
  type LoopSettings,
  predictAll,
  type TrainingNetwork,
  type TrainingState,
  train,
} from '../../../core/training/loop.ts';

const data = (t: Tensor | undefined): number[] => Array.from(t?.data as ArrayLike<number>, Number);

/** Logistic regression on one feature, written out: params [weight, bias], plain gradient descent with momentum. */
const step: Executable = {
  async run(given) {
    const inputs = tensorsOf(given);
    const [w = 0, b = 0] = data(inputs['params']);
    const m = data(inputs['m']);
    const x = data(inputs['image']);
    const y = data(inputs['labels']);
    const [lr = 0] = data(inputs['lr']);
    let loss = 0;
    const g = [0, 0];
    x.forEach((value, i) => {
      const p = 1 / (1 + Math.exp(-(w * value + b)));
      loss -= Math.log(y[i] === 1 ? p : 1 - p) / x.length;
      g[0] = (g[0] as number) + ((p - (y[i] as number)) * value) / x.length;
      g[1] = (g[1] as number) + (p - (y[i] as number)) / x.length;
    });
    const next = m.map((value, k) => 0.9 * value + (g[k] as number));
    return {
      next_params: float32([2], [w - lr * (next[0] as number), b - lr * (next[1] as number)]),
      next_m: float32([2], next),
      next_v: float32([2], data(inputs['v'])),
      loss: float32([], [loss]),
      grad_norm: float32([], [Math.hypot(...g)]),
    };
  },
  async dispose() {},
};

const predict: Executable = {
  async run(given) {
    const inputs = tensorsOf(given);
    const [w = 0, b = 0] = data(inputs['params']);
    const x = data(inputs['image']);
    return {
      logits: float32(
        [x.length, 2],
        x.flatMap((value) => [0, w * value + b]),
      ),
    };
  },
  async dispose() {},
};

const network: TrainingNetwork = {
  step,
  predict,
  predictBatch: 4,
  classes: 2,
  target: targets.class,
  dropoutShape: null,
};

function source(n: number, size: { height: number; width: number } | null = null): ExampleSource {
  return {
    labels: Int32Array.from({ length: n }, (_, i) => i % 2),
    imageSize: size,
    async load(indices, augmentations) {
      const x = indices.map(
        (i, k) => (i % 2 === 1 ? 1 : -1) + 0.3 * Math.sin(i) + (augmentations[k]?.crop.left ?? 0) / 1e4,
      );
      return { image: float32([x.length], x) };
    },
  };
}

const settings: LoopSettings = {
  epochs: 6,
  batch: 4,
  learningRate: 0.5,
  seed: 3,
  criterion: 'cross-entropy',
  classWeights: 'none',
  flip: true,
  augment: true,
  earlyStop: null,
};

const image = { height: 300, width: 300 };

async function run(state: TrainingState, from: Partial<LoopSettings> = {}, stopAt?: number) {
  const signal = { aborted: false };
  const history: EpochResult[] = [];
  let last = state;
  const result = await train(network, { ...settings, ...from }, source(22, image), source(9), state, {
    signal,
    now: () => 0,
    step: (done) => {
      if (done === stopAt) signal.aborted = true;
    },
    epoch: (e, s) => {
      history.push(e);
      last = s;
    },
  }).catch((error: unknown) => error);
  return { result, history, last };
}

describe('the loop', () => {
  test('weights classes as balanced all the way, or from balanced towards equal over the epochs', () => {
    const balanced = Float32Array.of(2, 0.5);
    const of = (classWeights: LoopSettings['classWeights']) =>
      [0, 1, 3].map((epoch) => [...epochWeights(balanced, { classWeights, epochs: 4 }, epoch)]);
    expect(of('balanced')).toEqual([
      [2, 0.5],
      [2, 0.5],
      [2, 0.5],
    ]);
    expect(of('dynamic')).toEqual([
      [2, 0.5],
      [1.75, 0.625],
      [1.25, 0.875],
    ]);
  });

  test('drives the loss down and keeps the epoch with the best validation', async () => {
    const { history, last } = await run(freshState(new Float32Array(2), 'adamw'));
    expect(history.map((e) => e.epoch)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(history[5]?.trainLoss).toBeLessThan((history[0]?.trainLoss ?? 0) / 2);
    expect(last.best?.valScore).toBe(1);
    expect(history[0]?.learningRate).toBeGreaterThan(history[5]?.learningRate ?? 1);
  });

  test('the same seed gives the same weights, another seed others', async () => {
    const once = await run(freshState(new Float32Array(2), 'adamw'));
    expect((await run(freshState(new Float32Array(2), 'adamw'))).last).toEqual(once.last);
    expect((await run(freshState(new Float32Array(2), 'adamw'), { seed: 4 })).last.params).not.toEqual(
      once.last.params,
    );
  });

  test('stopped in the middle of epoch 3 and taken up from epoch 2 it ends with the same bits', async () => {
    const whole = await run(freshState(new Float32Array(2), 'adamw'));
    const cut = await run(freshState(new Float32Array(2), 'adamw'), {}, 12);
    expect((cut.result as AppError).code).toBe('CANCELLED');
    expect(cut.last.epochsDone).toBe(2);
    const resumed = await run(cut.last);
    expect(resumed.last).toEqual(whole.last);
    expect([...cut.history, ...resumed.history]).toEqual(whole.history);
  });

  test('early stop ends the run so many epochs after the best one, and a resumed run does not go on', async () => {
    const stalled: Executable = { ...predict, run: async () => ({ logits: float32([4, 2], new Float32Array(8)) }) };
    const still = { ...network, predict: stalled };
    const hooks = { signal: { aborted: false }, now: () => 0 };
    const options = { ...settings, earlyStop: 2 };
    const a = await train(still, options, source(22), source(8), freshState(new Float32Array(2), 'adamw'), hooks);
    expect([a.stoppedEarly, a.state.epochsDone, a.state.best?.epoch]).toEqual([true, 3, 1]);
    const again = await train(still, options, source(22), source(8), a.state, hooks);
    expect(again.state).toEqual(a.state);
  });

  test('a loss that is no number stops with TRAINING_DIVERGED naming epoch and step', async () => {
    const broken: Executable = {
      ...step,
      run: async (inputs) => ({ ...(await step.run(inputs)), loss: float32([], [Number.NaN]) }),
    };
    const failing = train(
      { ...network, step: broken },
      settings,
      source(22),
      source(8),
      freshState(new Float32Array(2), 'adamw'),
      {
        signal: { aborted: false },
        now: () => 0,
      },
    );
    await expect(failing).rejects.toMatchObject({ code: 'TRAINING_DIVERGED' });
    await expect(failing).rejects.toBeInstanceOf(AppError);
    await expect(failing).rejects.toThrow('epoch 1, step 1 of 5');
  });
});

/** The step as an engine runs it that carries the vectors, and that loses them once, in its call number `lostAt`. */
function carryingStep(lostAt: number): { readonly step: Executable; readonly given: (readonly string[])[] } {
  const given: (readonly string[])[] = [];
  let held: Record<string, Tensor> = {};
  return {
    given,
    step: {
      run: async (inputs) => {
        given.push(Object.keys(inputs).filter((name) => name === 'params' || name === 'm' || name === 'v'));
        if (given.length === lostAt) {
          held = {};
          throw new AppError('ENGINE_STATE_LOST', 'gone');
        }
        const outputs: Record<string, Tensor> = await step.run({ ...held, ...inputs });
        const { next_params, next_m, next_v, ...rest } = outputs;
        held = { params: next_params as Tensor, m: next_m as Tensor, v: next_v as Tensor };
        return rest;
      },
      read: async () => ({
        next_params: held['params'] as Tensor,
        next_m: held['m'] as Tensor,
        next_v: held['v'] as Tensor,
      }),
      async dispose() {},
    },
  };
}

describe('a step that carries its vectors', () => {
  const trained = async (of: Executable) => {
    const told: number[] = [];
    const { state } = await train(
      { ...network, step: of },
      settings,
      source(22, image),
      source(9),
      freshState(new Float32Array(2), 'adamw'),
      { signal: { aborted: false }, now: () => 0, step: (done) => told.push(done) },
    );
    return { state, told };
  };

  test('is given them once an epoch, and ends with the same bits', async () => {
    const { step: carrying, given } = carryingStep(Number.POSITIVE_INFINITY);
    const { state } = await trained(carrying);
    expect(state).toEqual((await trained(step)).state);
    expect(given.slice(0, 6)).toEqual([['params', 'm', 'v'], [], [], [], [], ['params', 'm', 'v']]);
  });

  test('and loses them in the middle of an epoch makes that epoch again, without telling a step twice', async () => {
    const { step: carrying, given } = carryingStep(8);
    const { state, told } = await trained(carrying);
    expect(state).toEqual((await trained(step)).state);
    expect(told).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
    expect(given[8]).toEqual(['params', 'm', 'v']);
  });
});

test('the last batch of a prediction is filled up and its surplus dropped', async () => {
  const params = Float32Array.of(1, 0);
  const all = await predictAll(network, params, source(10), 10, { aborted: false });
  const oneByOne = await predictAll({ ...network, predictBatch: 1 }, params, source(10), 10, { aborted: false });
  expect(all).toEqual(oneByOne);
  expect(all.length).toBe(20);
});
