import { expect, test } from 'vitest';
import * as g from '../../../core/graph/index.ts';
import { evaluate } from '../../reference/evaluate.ts';
import { firstDifference } from '../../support/numbers.ts';
import { sampleGraph } from '../../support/sample-graph.ts';

test('a graph prints one line a node, with scopes, as the committed text says', async () => {
  await expect(g.printGraph(sampleGraph())).toMatchFileSnapshot('../../golden/sample-graph.txt');
});

test('the same network built twice gives the same ONNX bytes', () => {
  const bytes = g.emitOnnx(sampleGraph());
  expect(g.emitOnnx(sampleGraph())).toEqual(bytes);
  expect(bytes.length).toBeGreaterThan(1000);
});

test('a packed and unpacked graph gives the same ONNX bytes and passes the structure check', () => {
  const graph = g.unpackGraph(structuredClone(g.packGraph(sampleGraph())));
  expect(g.verifyGraph(graph)).toEqual([]);
  expect(g.emitOnnx(graph)).toEqual(g.emitOnnx(sampleGraph()));
});

test('the structure check names a node whose recorded shape is wrong and one that stands too early', () => {
  const x = g.input('x', [2, 3]);
  const right = g.neg(x);
  const wrong = { ...right, shape: [3, 2] };
  const found = g.verifyGraph({ inputs: [x], weights: [], outputs: { y: wrong }, order: [wrong, x] });
  expect(found).toEqual([
    `neg #${right.id} stands before its input input #${x.id}`,
    `neg #${right.id}: is float32 [3, 2]; its inputs give float32 [2, 3]`,
  ]);
});

test('a product whose inner sizes differ is refused with both shapes, the rule and the place in the model', () => {
  const a = g.input('a', [2, 197, 768]);
  const b = g.input('b', [512, 768]);
  expect(() => g.scope('encoder', () => g.scope('blocks.3', () => g.matmul(a, b)))).toThrow(
    'matmul: inner sizes differ: a a float32 [2, 197, 768], b b float32 [512, 768]; need a.shape[-1] = b.shape[-2] (encoder.blocks.3)',
  );
});

test('mixed dtypes are refused with the remedy', () => {
  expect(() => g.add(g.input('a', [2]), g.input('b', [2], 'int32'))).toThrow('use cast()');
});

test('two inputs of one name are refused', () => {
  expect(() => g.defineGraph({ outputs: { y: g.add(g.input('x', [1]), g.input('x', [2])) } })).toThrow(
    'two leaves share a name',
  );
});

test('slices of one vector give its gradient as one concatenation, gaps as zeros, repeats added', () => {
  const p = g.input('p', [6]);
  const loss = g.sum(g.mul(g.slice(p, 0, 0, 2), g.add(g.slice(p, 0, 0, 2), g.slice(p, 0, 3, 5))), [0]);
  const [gradient] = g.grad(loss, [p]);
  expect(gradient?.op).toBe('concat');
  const [values] = evaluate([gradient as g.Value], { p: { shape: [6], data: Float64Array.of(1, 2, 3, 4, 5, 6) } });
  expect([...(values?.data ?? [])]).toEqual([6, 9, 0, 1, 2, 0]);
});

test('overlapping slices add up', () => {
  const p = g.input('p', [3]);
  const [gradient] = g.grad(g.sum(g.mul(g.slice(p, 0, 0, 2), g.slice(p, 0, 1, 3)), [0]), [p]);
  const [values] = evaluate([gradient as g.Value], { p: { shape: [3], data: Float64Array.of(1, 2, 3) } });
  expect([...(values?.data ?? [])]).toEqual([2, 4, 2]);
});

test('a value used by several nodes gets the sum of their gradients', () => {
  const x = g.input('x', [1]);
  const [gradient] = g.grad(g.sum(g.add(g.mul(x, x), g.exp(x)), [0]), [x]);
  const [values] = evaluate([gradient as g.Value], { x: { shape: [1], data: Float64Array.of(2) } });
  expect(values?.data[0]).toBeCloseTo(4 + Math.exp(2), 12);
});

test('a loss that does not depend on a value, or depends through a choice, has no gradient and says which', () => {
  const x = g.input('x', [3]);
  expect(() => g.grad(g.sum(x, [0]), [g.input('other', [1])])).toThrow('does not depend on other float32 [1]');
  const chosen = g.cast(g.topkIndices(x, 1, 0), 'float32');
  expect(() => g.grad(g.sum(chosen, [0]), [x])).toThrow('does not depend on x');
});

test('the gradient of the sample network is that of finite differences', () => {
  const graph = sampleGraph();
  const fill = (n: number, f: (i: number) => number) => Float64Array.from({ length: n }, (_, i) => f(i));
  const leaves = {
    x: { shape: [2, 3, 4], data: fill(24, (i) => Math.sin(3 * i)) },
    labels: { shape: [2], data: Float64Array.of(1, 0) },
  };
  const parameters = fill(36, (i) => Math.cos(2 * i));
  const outputs = Object.values(graph.outputs);
  const at = (data: Float64Array) => evaluate(outputs, { ...leaves, parameters: { shape: [36], data } });
  const numeric = parameters.map((_, i) => {
    const moved = (by: number) => (at(parameters.map((v, j) => (i === j ? v + by : v)))[0]?.data[0] as number) / 2e-5;
    return moved(1e-5) - moved(-1e-5);
  });
  expect(firstDifference(at(parameters)[1]?.data ?? [], numeric, { absolute: 1e-8, relative: 1e-6 })).toBeUndefined();
});

test('the numeric comparison fails on a difference, on NaN and on a missing number', () => {
  const tolerance = { absolute: 1e-6, relative: 0 };
  expect(firstDifference([1, 2], [1, 2], tolerance)).toBeUndefined();
  expect(firstDifference([1, 2.1], [1, 2], tolerance)).toBe('element 1 is 2.1; need 2');
  expect(firstDifference([1, Number.NaN], [1, 2], tolerance)).toBe('element 1 is NaN; need 2');
  expect(firstDifference([1], [1, 2], tolerance)).toBe('1 numbers; need 2');
});

/** The value of `loss` at these inputs, moved along one number, as a difference of two. */
function slope(
  loss: g.Value,
  inputs: Record<string, { shape: readonly number[]; data: Float64Array }>,
  name: string,
  at: number,
) {
  const [more, less] = [1e-5, -1e-5].map((step) => {
    const moved = Float64Array.from(inputs[name]!.data, (x, i) => (i === at ? x + step : x));
    return evaluate([loss], { ...inputs, [name]: { ...inputs[name]!, data: moved } })[0]!.data[0]!;
  });
  return (more! - less!) / 2e-5;
}

test('gradients of attention, of a bias and of narrow heads are slopes, by sums as short as they can be', () => {
  const sizes = { q: [2, 3, 4], k: [2, 5, 4], v: [2, 5, 2], bias: [2], weights: [2, 3, 2] };
  const inputs = Object.fromEntries(
    Object.entries(sizes).map(([name, shape]) => {
      const count = shape.reduce((a, b) => a * b);
      return [name, { shape, data: Float64Array.from({ length: count }, (_, i) => Math.sin(i * 7 + name.length)) }];
    }),
  );
  const [q, k, v, bias, weights] = Object.entries(sizes).map(([name, shape]) => g.input(name, shape)) as [
    g.Value,
    g.Value,
    g.Value,
    g.Value,
    g.Value,
  ];
  const attention = g.softmax(g.matmul(q, g.transposeLast(k)), -1);
  const found = g.add(g.matmul(attention, v), bias);
  const loss = g.sum(g.mul(found, weights), [0, 1, 2]);
  const wanted = { q, k, v, bias };
  const gradients = g.grad(loss, Object.values(wanted));
  for (const [g_, name] of Object.keys(wanted).map((name, i) => [gradients[i]!, name] as const)) {
    const [values] = evaluate([g_], inputs);
    for (const [at, x] of [...values!.data].entries()) expect(x).toBeCloseTo(slope(loss, inputs, name, at), 6);
  }
  const { order } = g.defineGraph({ outputs: Object.fromEntries(gradients.map((x, i) => [`${i}`, x])) });
  // Over a head's two numbers, not over the five that are attended to.
  const sums = order.filter(({ op }) => op === 'sum').map(({ inputs: [x] }) => x!.shape.join());
  expect(sums).toEqual(['2,3,2']);
  // The bias is added to six rows: their sum is a product with ones. Of the values' gradient two rows of five, not five of two.
  const products = order.filter(({ op }) => op === 'matmul').map(({ shape }) => shape.join());
  expect(products).toContain('1,2');
  expect(products).toContain('2,2,5');
});

test('with tokens as columns gradients of attention are slopes, by the same short sums, and tokens are transposed for products alone', () => {
  const sizes = { x: [2, 5, 4], wq: [4, 4], wk: [4, 4], wv: [2, 4], wo: [3, 2], weights: [2, 5, 3] };
  const inputs = Object.fromEntries(
    Object.entries(sizes).map(([name, shape]) => {
      const count = shape.reduce((a, b) => a * b);
      return [name, { shape, data: Float64Array.from({ length: count }, (_, i) => Math.sin(i * 7 + name.length)) }];
    }),
  );
  const leaf = Object.fromEntries(Object.entries(sizes).map(([name, shape]) => [name, g.input(name, shape)])) as Record<
    keyof typeof sizes,
    g.Value
  >;
  const columns = (w: g.Value) => g.matmul(w, g.transposeLast(leaf.x));
  const attention = g.softmax(g.matmul(g.transposeLast(columns(leaf.wq)), columns(leaf.wk)), -1);
  const found = g.matmul(columns(leaf.wv), g.transposeLast(attention));
  const out = g.linear(g.transposeLast(found), leaf.wo);
  const loss = g.sum(g.mul(out, leaf.weights), [0, 1, 2]);
  const names = ['x', 'wq', 'wk', 'wv', 'wo'] as const;
  const gradients = g.grad(
    loss,
    names.map((name) => leaf[name]),
  );
  for (const [i, name] of names.entries()) {
    const [values] = evaluate([gradients[i]!], inputs);
    for (const [at, x] of [...values!.data].entries()) expect(x).toBeCloseTo(slope(loss, inputs, name, at), 5);
  }
  const { order } = g.defineGraph({ outputs: Object.fromEntries(gradients.map((x, i) => [`${i}`, x])) });
  expect(order.filter(({ op }) => op === 'sum').map(({ inputs: [x] }) => x!.shape.join())).toEqual(['2,2,5']);
  const transposes = new Set(order.filter(({ op }) => op === 'transpose'));
  const users = order.filter((node) => node.inputs.some((x) => transposes.has(x)));
  expect([...new Set(users.map(({ op }) => op))]).toEqual(['matmul']);
});

test('the softmax of an attention whose values or queries are shared by a batch has the slopes of its numbers', () => {
  const made = (sizes: Record<string, readonly number[]>) =>
    Object.fromEntries(
      Object.entries(sizes).map(([name, shape]) => {
        const count = shape.reduce((a, b) => a * b);
        return [name, { shape, data: Float64Array.from({ length: count }, (_, i) => Math.sin(i * 5 + name.length)) }];
      }),
    );
  const cases: Record<string, Record<string, readonly number[]>> = {
    'values shared': { q: [2, 3, 4], k: [2, 5, 4], v: [1, 5, 2], weights: [2, 3, 2] },
    'queries shared': { q: [1, 3, 4], k: [1, 5, 4], v: [2, 5, 2], weights: [2, 3, 2] },
    'two users': { q: [2, 3, 4], k: [2, 5, 4], v: [2, 5, 2], other: [2, 5, 3], weights: [2, 3, 2] },
  };
  for (const sizes of Object.values(cases)) {
    const inputs = made(sizes);
    const leaves = Object.fromEntries(Object.entries(sizes).map(([name, shape]) => [name, g.input(name, shape)]));
    const attention = g.softmax(g.matmul(leaves['q']!, g.transposeLast(leaves['k']!)), -1);
    // Values that are a transpose themselves, as those of heads are.
    const turned = g.transposeLast(g.transposeLast(leaves['v']!));
    const found = g.mul(g.matmul(attention, turned), leaves['weights']!);
    const beside = leaves['other'] === undefined ? [] : [g.sum(g.matmul(attention, leaves['other']), [0, 1, 2])];
    const loss = beside.reduce((a, b) => g.add(a, b), g.sum(found, [0, 1, 2]));
    for (const name of ['q', 'k', 'v']) {
      const [gradient] = g.grad(loss, [leaves[name]!]);
      const [values] = evaluate([gradient!], inputs);
      for (const [at, x] of [...values!.data].entries()) expect(x).toBeCloseTo(slope(loss, inputs, name, at), 6);
    }
  }
});
