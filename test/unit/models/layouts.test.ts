/** The parameters of every method, pinned: names, shapes and order. Stored models name them, so none changes unnoticed. */
import { expect, test } from 'vitest';
import { type Method, methods } from '../../../core/contract/index.ts';
import { type LpmConfig, networkConfig, parameterLayout, plainVit } from '../../../core/models/index.ts';

const plain = plainVit({ width: 32, layers: 3, heads: 2, patch: 8, imageSize: 64 });
/** As DINOv2 with registers, but without the biases of queries, keys and values, and with DeiT's second class token. */
const furnished: LpmConfig = { ...plain, distillationToken: true, registers: 4, layerScale: true, qkvBias: false };

function text(title: string, lpm: LpmConfig, method: Method): string {
  const config = networkConfig(lpm, { method, classes: 3, inputSize: 64 });
  const lines = parameterLayout(config).entries.map(({ name, shape }) => `  ${name} [${shape.join(', ')}]`);
  return [title, ...lines, ''].join('\n');
}

test('the parameters of each method are those of the committed text', async () => {
  const parts = [
    ...methods.map((method) => text(method, plain, method)),
    text('full, registers and no biases of queries, keys and values', furnished, 'full'),
  ];
  // A change here changes what new models store. Names that move are found again in stored models; a name that comes, goes or
  // changes its shape makes stored models of the method refused, unless code reads both.
  await expect(parts.join('\n')).toMatchFileSnapshot('../../golden/layouts.txt');
});
