/** WebGPU on a GPU that software plays: the same library and shaders as on a real one, on machines that have none. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { repositoryRoot } from '../../support/shared.ts';
import { hasSoftwareGpu, softwareGpu } from '../../support/software-gpu.ts';
import { userEnvironment } from '../../support/user-environment.ts';

function inChild(task: string, environment: Readonly<Record<string, string>> = softwareGpu): Record<string, unknown> {
  const child = join(repositoryRoot, 'test', 'support', 'webgpu-child.ts');
  const { stdout, stderr } = spawnSync(process.execPath, [child, task], {
    encoding: 'utf8',
    env: { ...userEnvironment(), ...environment },
  });
  const last = stdout.trim().split('\n').at(-1) ?? '';
  if (!last.startsWith('{')) throw new Error(`no JSON: ${stdout}\n${stderr}`);
  return JSON.parse(last) as Record<string, unknown>;
}

const name = 'software google swiftshader';

describe.skipIf(!hasSoftwareGpu)('WebGPU on a software driver (needs Electron, which brings one)', () => {
  test('is found with its driver, and passed over by auto though a judge would take it', () => {
    const { device, auto } = inChild('choice');
    expect(device).toMatchObject({ name: 'webgpu', isSoftware: true, hasHalfPrecision: false });
    expect((device as { description: string }).description).toMatch(/^software google swiftshader.*SwiftShader driver/);
    expect(auto).toMatchObject({ engine: 'onnxruntime', device: 'cpu' });
    expect((auto as { reason: string }).reason).toContain('passed over: onnxruntime on webgpu: a software driver');
  });

  test('agrees with PyTorch on important tokens, logits, every gradient and five steps', () => {
    const { info, isRight, checks } = inChild('reference');
    expect(info).toMatchObject({ device: expect.stringContaining(name) });
    expect(isRight, JSON.stringify(checks)).toBe(true);
    expect((checks as unknown[]).length).toBeGreaterThan(12);
  });

  test('trains to the weights of the processor, from features kept in 16 bits, which this GPU does not know', () => {
    const { steps, losses, furthest, moved } = inChild('training');
    expect(steps).toBe(20);
    expect((losses as number[])[1]).toBeLessThan(0.9 * ((losses as number[])[0] as number));
    expect(furthest).toBeLessThan(1e-3);
    // Far from where both began: the agreement is not that of two networks that stood still.
    expect(moved).toBeGreaterThan(1e-2);
  });

  test('goes on with the processor when the driver takes its process down', () => {
    const { info, isEqual } = inChild('lost');
    expect(info).toMatchObject({ device: 'CPU', reason: expect.stringMatching(/swiftshader.*failed/) });
    expect(isEqual).toBe(true);
  });
});

test('where there is no driver, the reason and what to install are said', () => {
  const { device, auto } = inChild('choice', { VK_ICD_FILENAMES: '/nonexistent', VK_DRIVER_FILES: '/nonexistent' });
  expect(device).toBeUndefined();
  expect(auto).toMatchObject({ device: 'cpu' });
});
