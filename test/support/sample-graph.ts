/** One small network with its gradient: linear, GELU, layer normalisation and attention, as the models use them. */
import * as g from '../../core/graph/index.ts';

/** Loss and the gradient of a flat parameter vector [28 + 8], as a training step builds them. */
export function sampleGraph(): g.Graph {
  const x = g.input('x', [2, 3, 4]);
  const parameters = g.input('parameters', [36]);
  const part = (start: number, shape: readonly number[]) =>
    g.reshape(g.slice(parameters, 0, start, start + shape.reduce((p, n) => p * n, 1)), shape);
  const h = g.scope('block', () => {
    const normal = g.layerNorm(x, part(16, [4]), part(20, [4]), 1e-5);
    const q = g.gelu(g.linear(normal, part(0, [4, 4]), part(24, [4])));
    const weights = g.softmax(g.mul(g.matmul(q, g.transposeLast(normal)), 0.5), -1);
    return g.add(x, g.matmul(weights, normal));
  });
  const logits = g.scope('head', () => g.linear(g.mean(h, [1]), part(28, [2, 4])));
  const labels = g.input('labels', [2], 'int32');
  const loss = g.neg(g.mean(g.sum(g.mul(g.logSoftmax(logits, 1), g.oneHot(labels, 2)), [1]), [0]));
  const [gradient] = g.grad(loss, [parameters]);
  return g.defineGraph({ outputs: { loss, gradient: gradient as g.Value } });
}
