import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import * as g from '../../../core/graph/index.ts';
import { sampleGraph } from '../../support/sample-graph.ts';
import { pythonWith } from '../../support/tools.ts';

const interpreter = pythonWith(['onnx'], 'python3-onnx', { optional: true });

function python(code: string, input: Uint8Array | string): string {
  const { stdout, stderr, status } = spawnSync(interpreter as string, ['-c', code], { input });
  if (status !== 0) throw new Error(stderr.toString());
  return stdout.toString().trim();
}

test.skipIf(interpreter === undefined)(
  'ONNX itself accepts the model, types and shapes included (needs python onnx)',
  () => {
    const code = `
import sys, onnx
model = onnx.load_model_from_string(sys.stdin.buffer.read())
onnx.checker.check_model(model, full_check=True)
print(model.ir_version, model.opset_import[0].version, [o.name for o in model.graph.output])`;
    expect(python(code, g.emitOnnx(sampleGraph()))).toBe(`9 ${g.onnxOpset} ['loss', 'gradient']`);
  },
);

test.skipIf(interpreter === undefined)(
  'every operator version our ops name is the one the opset holds (needs python onnx)',
  () => {
    const uses = Object.assign({}, ...g.opNames.map((name) => g.opNamed(name).onnx.uses)) as Record<string, number>;
    const code = `
import sys, json, onnx
names = json.load(sys.stdin)
print(json.dumps({n: onnx.defs.get_schema(n, ${g.onnxOpset}, '').since_version for n in names}))`;
    expect(JSON.parse(python(code, JSON.stringify(Object.keys(uses))))).toEqual(uses);
  },
);

test.skipIf(interpreter === undefined)(
  'a weight stands outside the model under its own name (needs python onnx)',
  () => {
    const graph = g.defineGraph({ outputs: { y: g.linear(g.input('x', [2, 3]), g.weight('head.weight', [4, 3])) } });
    const code = `
import sys, onnx
(t,) = [i for i in onnx.load_model_from_string(sys.stdin.buffer.read()).graph.initializer]
print(t.name, list(t.dims), {e.key: e.value for e in t.external_data}, len(t.raw_data))`;
    expect(python(code, g.emitOnnx(graph))).toBe(
      "head.weight [4, 3] {'location': 'head.weight', 'offset': '0', 'length': '48'} 0",
    );
  },
);
