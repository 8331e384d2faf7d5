/** WebGPU on a GPU that software plays: the same library and shaders as on a real one, on machines that have none. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { NetworkProfile } from '../../../bench/profile.ts';
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

  test.each([
    [16, 'training', { wanted: 20, less: 0.9, away: 1e-2 }],
    [8, 'training8', { wanted: 5, less: 1, away: 2e-3 }],
  ])(
    'trains to the weights of the processor, from features kept in %i bits, which this GPU does not know',
    (_, task, { wanted, less, away }) => {
      const { steps, losses, furthest, moved } = inChild(task);
      expect(steps).toBe(wanted);
      expect((losses as number[])[1]).toBeLessThan(less * ((losses as number[])[0] as number));
      expect(furthest).toBeLessThan(1e-3);
      // Far from where both began: the agreement is not that of two networks that stood still.
      expect(moved).toBeGreaterThan(away);
    },
  );

  test('computes every node of an LPM’s pass and of a training step, also on features of 8 bits, and copies nothing in between', () => {
    const { profiles } = inChild('resident');
    expect(profiles).toHaveLength(3);
    for (const profile of profiles as NetworkProfile[]) {
      expect(profile.providers.map(({ provider }) => provider)).toEqual(['WebGpuExecutionProvider']);
      expect(profile.providers[0]?.nodes).toBeGreaterThan(50);
      expect(profile).toMatchObject({ onProcessor: [], copies: 0 });
    }
  });

  test('keeps parameters and moments between steps, and gives the same bits twice, as if they had come and gone', () => {
    const [once, again, travelled] = inChild('twice')['hashes'] as string[];
    expect(once).toMatch(/^[0-9a-f]{64}$/);
    expect(again).toBe(once);
    expect(travelled).toBe(once);
  });

  test('takes an image in pieces where it takes no large tensors, with the processor’s numbers', () => {
    const { pieces, numbers, furthest } = inChild('pieces');
    // Two layers of 65 queries, of which 17 at a time fit in 9,000 bytes.
    expect(pieces).toBe(8);
    expect(numbers).toBe(32 + 2 * (2 * 65 * 32 + 2 * 65));
    expect(furthest).toBeLessThan(1e-4);
  });

  test('takes layers of an input one by one, kept in 16 bits or 8, with the processor’s numbers', () => {
    const { numbers, furthest } = inChild('layers');
    expect(numbers).toBe(240);
    expect(furthest).toBeLessThan(1e-5);
  }, 60_000);

  test('refuses half precision where the adapter has none, and says what to do', () => {
    const refused = inChild('half');
    expect(refused).toMatchObject({ code: 'BAD_INPUT', message: expect.stringContaining('shader-f16') });
    expect(refused['action']).toContain('Leave --precision out');
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
