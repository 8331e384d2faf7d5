import { describe, expect, test } from 'vitest';
import { chooseEngine } from '../../../core/engine/devices.ts';
import type { DeviceName, EngineName, EngineState, JudgeDevice } from '../../../core/engine/types.ts';

const state = (name: EngineName, ...devices: DeviceName[]): EngineState => ({
  name,
  available: devices.length > 0,
  version: '1',
  devices: devices.map((device) => ({ name: device, description: device })),
  detail: 'not installed',
  remedy: 'Run `npm run engine:tensorflow`.',
});

const trusting: JudgeDevice = async () => ({ isTrusted: true, why: 'right and faster' });

describe('choice of engine and device', () => {
  test('auto takes no GPU that nobody checked, that was wrong, or that is played by software; a person may name any', async () => {
    const states = [state('onnxruntime', 'webgpu', 'dml', 'cpu')];
    const auto = { engine: 'auto', device: 'auto' } as const;
    expect(await chooseEngine(auto, states)).toMatchObject({ device: 'cpu' });
    const wrong = await chooseEngine(auto, states, async ({ device }) => ({
      isTrusted: device.name === 'dml',
      why: 'the keys are wrong by 1e-2',
    }));
    expect(wrong.device).toBe('dml');
    expect(wrong.reason).toContain('passed over: onnxruntime on webgpu: the keys are wrong by 1e-2');
    const [first] = states as [EngineState];
    const devices = first.devices.map((device) => ({ ...device, isSoftware: device.name !== 'cpu' }));
    const software = await chooseEngine(auto, [{ ...first, devices }], trusting);
    expect(software.device).toBe('cpu');
    expect(software.reason).toContain('onnxruntime on webgpu: a software driver');
    expect(await chooseEngine({ engine: 'auto', device: 'webgpu' }, [{ ...first, devices }])).toMatchObject({
      device: 'webgpu',
    });
  });

  test('says why a device that was asked for is not here, and how to get it', async () => {
    const missing = [
      { name: 'webgpu', reason: 'the Vulkan loader is not installed', remedy: 'Install libvulkan1.' },
    ] as const;
    await expect(
      chooseEngine({ engine: 'auto', device: 'webgpu' }, [{ ...state('onnxruntime', 'cpu'), missing }]),
    ).rejects.toThrow(
      expect.objectContaining({
        message: expect.stringContaining('the Vulkan loader is not installed'),
        action: 'Install libvulkan1.',
      }),
    );
  });

  test('takes TensorFlow where it has CUDA that is trusted', async () => {
    const states = [state('onnxruntime', 'cpu'), state('tensorflow', 'cuda', 'cpu')];
    expect(await chooseEngine({ engine: 'auto', device: 'auto' }, states, trusting)).toEqual({
      engine: 'tensorflow',
      device: 'cuda',
      reason: 'tensorflow on cuda is the first choice',
    });
  });

  test('prefers ONNX Runtime on the CPU to TensorFlow on the CPU, and says what was not here', async () => {
    const states = [state('onnxruntime', 'cpu'), state('tensorflow', 'cpu')];
    const choice = await chooseEngine({ engine: 'auto', device: 'auto' }, states);
    expect([choice.engine, choice.device]).toEqual(['onnxruntime', 'cpu']);
    expect(choice.reason).toContain('not here: tensorflow on cuda, onnxruntime on cuda');
  });

  test('obeys engine and device asked for', async () => {
    const states = [state('onnxruntime', 'dml', 'cpu'), state('tensorflow', 'cpu')];
    expect((await chooseEngine({ engine: 'tensorflow', device: 'auto' }, states)).device).toBe('cpu');
    expect((await chooseEngine({ engine: 'onnxruntime', device: 'cpu' }, states)).reason).toBe('asked for');
  });

  test('names what was asked, what is here and the remedy where nothing fits', async () => {
    const states = [state('onnxruntime', 'cpu'), state('tensorflow')];
    await expect(chooseEngine({ engine: 'tensorflow', device: 'cuda' }, states)).rejects.toThrow(
      expect.objectContaining({
        code: 'ENGINE_UNAVAILABLE',
        message:
          'Nothing here offers engine tensorflow, device cuda. Found onnxruntime: cpu; tensorflow: not installed.',
        action: 'Run `npm run engine:tensorflow`.',
      }),
    );
  });
});
