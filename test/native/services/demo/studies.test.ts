/** The demo's studies: real DICOM files for tools that are not ours, and a task that needs fine detail. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resizeBilinear } from '../../../../core/images/index.ts';
import { generateStudies } from '../../../../core/services/demo/generate.ts';
import { paintPicture } from '../../../../core/services/demo/picture.ts';
import { planStudies } from '../../../../core/services/demo/plan.ts';
import { pythonWith, tool } from '../../../support/tools.ts';

const dcmdump = tool('dcmdump', 'dcmtk');
const dciodvfy = tool('dciodvfy', 'dicom3tools');
const python = pythonWith(['pydicom', 'numpy'], 'python3-pydicom');

const seed = 7;
const plan = planStudies(seed, 480);
let folder = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sidelight-demo-'));
  await generateStudies({
    seed,
    folder: join(folder, 'studies'),
    studies: plan.slice(0, 8),
    size: 768,
    labelsFile: join(folder, 'labels.csv'),
    stage: 'makingStudies',
    progress: () => {},
    signal: { aborted: false },
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function studyFiles(): string[] {
  return readdirSync(join(folder, 'studies'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

describe('the files', () => {
  test('are one label a study', () => {
    const rows = readFileSync(join(folder, 'labels.csv'), 'utf8').trim().split('\n');
    expect(rows[0]).toBe('studyInstanceUID,label');
    expect(rows.length).toBe(9);
  });

  test.skipIf(!dcmdump)('are read by dcmdump without a word (needs dcmtk)', () => {
    const { status, stderr, stdout } = spawnSync(dcmdump as string, ['--read-file-only', ...studyFiles()], {
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    });
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain('BitsStored');
  });

  test.skipIf(!python)('are read by pydicom, values and pixels, with every warning an error (needs pydicom)', () => {
    const script = [
      'import sys, warnings, pydicom',
      "warnings.simplefilter('error')",
      'pydicom.config.settings.reading_validation_mode = pydicom.config.RAISE',
      'for path in sys.argv[1:]:',
      '    d = pydicom.dcmread(path)',
      '    text = str(d)',
      '    assert d.pixel_array.shape == (768, 768) and d.BitsStored == 12 and d.pixel_array.max() > 1000',
      'print(len(sys.argv) - 1)',
    ].join('\n');
    const { status, stdout, stderr } = spawnSync(python as string, ['-c', script, ...studyFiles()], {
      encoding: 'utf8',
    });
    expect([status, stderr, stdout.trim()]).toEqual([0, '', String(studyFiles().length)]);
  });

  test.skipIf(!dciodvfy)('satisfy dciodvfy (needs dicom3tools)', () => {
    const file = studyFiles()[0] ?? '';
    const { stderr, stdout } = spawnSync(dciodvfy as string, [file], { encoding: 'utf8' });
    expect(`${stdout}${stderr}`.split('\n').filter((line) => line.startsWith('Error'))).toEqual([]);
  });
});

/** The largest fine-scale contrast of a picture: pixel against the mean of its eight neighbours. */
function fineContrast(size: number, index: number, at: number): number {
  const study = plan[index];
  if (study === undefined) throw new Error('no such study');
  const { pixels } = paintPicture(seed, study, 0, 768);
  const data = Float32Array.from(pixels, (v) => v / 4095);
  const lpmSees = resizeBilinear({ width: 768, height: 768, channels: 1, data }, at, at);
  const seen = size === at ? lpmSees : resizeBilinear(lpmSees, size, size);
  const contrasts: number[] = [];
  for (let y = 1; y < size - 1; y++) {
    for (let x = 1; x < size - 1; x++) {
      let around = 0;
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) around += seen.data[(y + dy) * size + x + dx] ?? 0;
      }
      const own = seen.data[y * size + x] ?? 0;
      contrasts.push(own - (around - own) / 8);
    }
  }
  return contrasts.sort((a, b) => b - a)[19] ?? 0;
}

/** Share of pairs (specks, normal) in which the first is larger. */
function separation(size: number): number {
  const of = (label: string): number[] =>
    plan.flatMap((s, i) => (s.label === label && i < 60 ? [fineContrast(size, i, 512)] : []));
  const specks = of('specks');
  const normal = of('normal');
  const wins = specks.reduce((sum, s) => sum + normal.filter((n) => s > n).length, 0);
  return wins / (specks.length * normal.length);
}

describe('the task', () => {
  test('is plain at the 512 px of the LPM: fine contrast alone tells specks from none', () => {
    expect(separation(512)).toBe(1);
  });

  test('is gone at the 128 px of the side network: the same measure is guessing', () => {
    const share = separation(128);
    expect(share).toBeGreaterThan(0.3);
    expect(share).toBeLessThan(0.7);
  });

  test('cannot be solved by the mean grey level', () => {
    const mean = (label: string): number => {
      const values = plan.flatMap((s, i) => {
        if (s.label !== label || i >= 90) return [];
        const { pixels } = paintPicture(seed, s, 0, 192);
        return [pixels.reduce((a, b) => a + b, 0) / pixels.length / 4095];
      });
      return values.reduce((a, b) => a + b, 0) / values.length;
    };
    const [normal, specks, mass] = [mean('normal'), mean('specks'), mean('mass')];
    // Patients differ by about 0.04; a class difference must stay within what thirty of them vary by chance.
    expect(Math.abs(normal - specks)).toBeLessThan(0.02);
    expect(Math.abs(normal - mass)).toBeLessThan(0.02);
  });
});
