import { describe, expect, test } from 'vitest';
import { chooseEngine } from '../../../core/engine/devices.ts';
import type { DeviceName, EngineName, EngineState } from '../../../core/engine/types.ts';

const state = (name: EngineName, ...devices: DeviceName[]): EngineState => ({
  name,
  available: devices.length > 0,
  version: '1',
  devices: devices.map((device) => ({ name: device, description: device })),
  detail: 'not installed',
  remedy: 'Run `npm run engine:tensorflow`.',
});

describe('choice of engine and device', () => {
  test('takes TensorFlow where it has CUDA', () => {
    const states = [state('onnxruntime', 'cpu'), state('tensorflow', 'cuda', 'cpu')];
    expect(chooseEngine({ engine: 'auto', device: 'auto' }, states)).toEqual({
      engine: 'tensorflow',
      device: 'cuda',
      reason: 'tensorflow on cuda is the first choice',
    });
  });

  test('prefers ONNX Runtime on the CPU to TensorFlow on the CPU, and says what was not here', () => {
    const states = [state('onnxruntime', 'cpu'), state('tensorflow', 'cpu')];
    const choice = chooseEngine({ engine: 'auto', device: 'auto' }, states);
    expect([choice.engine, choice.device]).toEqual(['onnxruntime', 'cpu']);
    expect(choice.reason).toContain('not here: tensorflow on cuda, onnxruntime on cuda');
  });

  test('obeys engine and device asked for', () => {
    const states = [state('onnxruntime', 'dml', 'cpu'), state('tensorflow', 'cpu')];
    expect(chooseEngine({ engine: 'tensorflow', device: 'auto' }, states).device).toBe('cpu');
    expect(chooseEngine({ engine: 'onnxruntime', device: 'cpu' }, states).reason).toBe('asked for');
  });

  test('names what was asked, what is here and the remedy where nothing fits', () => {
    const states = [state('onnxruntime', 'cpu'), state('tensorflow')];
    expect(() => chooseEngine({ engine: 'tensorflow', device: 'cuda' }, states)).toThrow(
      expect.objectContaining({
        code: 'ENGINE_UNAVAILABLE',
        message:
          'Nothing here offers engine tensorflow, device cuda. Found onnxruntime: cpu; tensorflow: not installed.',
        action: 'Run `npm run engine:tensorflow`.',
      }),
    );
  });
});
