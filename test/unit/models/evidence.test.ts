import { describe, expect, test } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import {
  buildEvidence,
  evidenceMap,
  initialiseParameters,
  type NetworkConfig,
  noAttention,
} from '../../../core/models/index.ts';
import { evaluate } from '../../reference/evaluate.ts';

const config: NetworkConfig = {
  lpm: { width: 16, heads: 2, patch: 4, eps: 1e-6, channels: 3 },
  method: 'fpt+',
  layers: 2,
  classes: 2,
  sideSize: 8,
  sideWidth: 4,
  prompts: 3,
  tokens: 5,
};

/** Attention and relevance [L, H, T] for one class or finding, in float64. */
function look(classIndex: number, areIndependent = false) {
  const random = Random.seeded(4);
  const draw = (n: number): Float64Array => Float64Array.from({ length: n }, () => random.normal());
  const params = initialiseParameters(config, Random.seeded(2)).map((v) => v + 0.1 * random.normal());
  const { outputs } = buildEvidence(config, { areIndependent });
  const kept = { shape: [2, 1, 2, 5, 8] };
  const [attention, relevance] = evaluate([outputs['attention'], outputs['relevance']] as never, {
    params: { shape: [params.length], data: Float64Array.from(params) },
    image: { shape: [1, 3, 8, 8], data: draw(192) },
    keys: { ...kept, data: draw(160) },
    values: { ...kept, data: draw(160) },
    class_row: { shape: [1, 2], data: Float64Array.from([0, 1], (c) => (c === classIndex ? 1 : 0)) },
  });
  return { attention: attention?.data ?? [], relevance: relevance?.data ?? [] };
}

describe('evidence graph', () => {
  test('attention of each layer and head sums to 1, whatever the class', () => {
    const { attention } = look(0);
    for (let row = 0; row < 4; row++) {
      let sum = 0;
      for (let t = 0; t < 5; t++) sum += attention[row * 5 + t] as number;
      expect(sum).toBeCloseTo(1, 12);
    }
    expect([...look(1).attention]).toEqual([...attention]);
  });

  test('what speaks for one of two classes speaks as much against the other', () => {
    const first = look(0).relevance;
    const second = look(1).relevance;
    expect(Array.from(first).some((v) => Math.abs(v) > 1e-6)).toBe(true);
    Array.from(first).forEach((v, i) => {
      expect(second[i]).toBeCloseTo(-v, 9);
    });
  });

  test('what speaks for a finding is that of its own logit: between two findings lies what lies between two classes', () => {
    const ofClass = look(0).relevance;
    const [first, second] = [look(0, true).relevance, look(1, true).relevance];
    Array.from(ofClass).forEach((v, i) => {
      expect((first[i] as number) - (second[i] as number)).toBeCloseTo(v, 9);
    });
    expect(Array.from(first).some((v, i) => Math.abs(v + (second[i] as number)) > 1e-6)).toBe(true);
  });

  test('what speaks for and against a class in one layer and head cancels: attention given to one token is taken from others', () => {
    const { relevance } = look(0);
    for (let row = 0; row < 4; row++) {
      let sum = 0;
      for (let t = 0; t < 5; t++) sum += relevance[row * 5 + t] as number;
      expect(sum).toBeCloseTo(0, 12);
    }
  });

  test('a method that attends to no place has none', () => {
    expect([noAttention({ method: 'fpt+' }, {}), noAttention({ method: 'side-only' }, {})]).toEqual([null, 'no-place']);
    expect(() => buildEvidence({ ...config, method: 'side-only' })).toThrow('attends to no place of the image');
  });
});

describe('evidence map', () => {
  test('values land on their patches, class token and registers apart, negative ones nowhere', () => {
    // Token 0 is the class token, 1 and 2 are registers, patches begin at 3.
    const map = evidenceMap([2, 1, 4, -5, 1], [0, 2, 3, 4, 6], { prefix: 3, classTokens: 1, patches: 4 });
    expect(map).toEqual({
      patches: Float64Array.from([0.5, 0, 0, 0.125]),
      classToken: 0.25,
      registers: 0.125,
      total: 8,
    });
  });

  test('of an LPM without a class token the first token is a patch', () => {
    const map = evidenceMap([3, 1], [0, 2], { prefix: 0, classTokens: 0, patches: 4 });
    expect(map).toEqual({ patches: Float64Array.from([0.75, 0, 0.25, 0]), classToken: 0, registers: 0, total: 4 });
  });

  test('where nothing speaks for the class every share is 0', () => {
    const map = evidenceMap([-1, -2], [0, 1], { prefix: 1, classTokens: 1, patches: 2 });
    expect([map.classToken, ...map.patches]).toEqual([0, 0, 0]);
  });
});
