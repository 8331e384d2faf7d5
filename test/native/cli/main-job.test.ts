/** The main job through the command line as a user types it: a process a command, one JSON object each. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateStudies } from '../../../core/services/demo/generate.ts';
import { planStudies } from '../../../core/services/demo/plan.ts';
import { writeRandomLpm } from '../../../core/services/lpm/random-lpm.ts';
import { repositoryRoot } from '../../support/shared.ts';

const seed = 3;
const known = planStudies(seed, 45);
const unseen = planStudies(seed + 1, 6, 900);
let folder = '';

interface Outcome {
  readonly status: number | null;
  readonly json: Record<string, unknown>;
  readonly stderr: string;
}

/** One command in a process of its own, with --json. */
function sidelight(...args: string[]): Outcome {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(repositoryRoot, 'core', 'cli', 'main.ts'), '--library', join(folder, 'library'), '--json', ...args],
    { encoding: 'utf8', maxBuffer: 2 ** 26 },
  );
  const lines = stdout.trim().split('\n');
  if (lines.length !== 1) throw new Error(`--json printed ${lines.length} lines\n${stdout}\n${stderr}`);
  return { status, json: JSON.parse(lines[0] ?? '') as Record<string, unknown>, stderr };
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sidelight-cli-'));
  const making = { seed, size: 256, stage: 'makingStudies' as const, progress: () => {}, signal: { aborted: false } };
  const labelsFile = join(folder, 'labels.csv');
  await generateStudies({ ...making, folder: join(folder, 'studies'), studies: known, labelsFile });
  await generateStudies({ ...making, folder: join(folder, 'unseen'), studies: unseen });
  writeFileSync(join(folder, 'studies', 'readme.txt'), 'This is no DICOM file.');
  writeRandomLpm(join(folder, 'tiny'), 1, { width: 32, layers: 4, heads: 2, patch: 16, imageSize: 64 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the main job from the command line', () => {
  test('doctor finds an engine and the database', () => {
    const { status, json } = sidelight('doctor');
    expect([status, json['notice']]).toEqual([0, 'Research use only. Not for diagnosis.']);
  });

  test('import takes studies and labels, and names what it could not use', () => {
    const labels = join(folder, 'labels.csv');
    const { status, json } = sidelight('import', join(folder, 'studies'), '--dataset', 'demo', '--labels', labels);
    const images = known.reduce((sum, plan) => sum + plan.images, 0);
    expect([status, json['imported'], json['skipped'], json['studies']]).toEqual([0, images, 1, 45]);
  });

  test('importing again imports nothing twice', () => {
    const { json } = sidelight('import', join(folder, 'studies'), '--dataset', 'demo');
    expect([json['imported'], json['studies']]).toEqual([0, 45]);
  });

  test('lpm add takes a model folder, and lpm list names it', () => {
    expect(sidelight('lpm', 'add', join(folder, 'tiny'), '--name', 'tiny').status).toBe(0);
    const { json } = sidelight('lpm', 'list');
    expect((json as unknown as { name: string }[]).map((lpm) => lpm.name)).toEqual(['tiny']);
  });

  test('encode reads every labelled image once', () => {
    const args = ['encode', 'demo', '--lpm', 'tiny', '--input-size', '224'];
    const first = sidelight(...args);
    const again = sidelight(...args);
    expect([first.status, first.json['encoded'], first.json['failed']]).toEqual([0, first.json['images'], 0]);
    expect([again.json['encoded'], again.json['reused']]).toEqual([0, first.json['images']]);
  });

  test.each(['fpt+', 'attentive', 'side-only', 'linear'])('train makes a model with %s', (method) => {
    const { status, json, stderr } = sidelight(
      ...['train', 'demo', '--lpm', 'tiny', '--method', method, '--epochs', '2', '--input-size', '224', '--batch', '8'],
      ...['--name', `model ${method}`],
    );
    expect([status, stderr.includes('error')]).toEqual([0, false]);
    expect(json['model']).toBe(`model ${method}`);
    expect(json['learnable']).toBeGreaterThan(50);
  });

  test('models and runs list them', () => {
    const names = (rows: unknown): unknown[] => (rows as { name: string }[]).map((row) => row.name);
    expect(names(sidelight('models').json).sort()).toEqual([
      'model attentive',
      'model fpt+',
      'model linear',
      'model side-only',
    ]);
    expect(names(sidelight('runs').json).length).toBe(4);
    expect(names(sidelight('datasets').json)).toEqual(['demo']);
  });

  test('evaluate gives figures with intervals, and a report on request', () => {
    const report = join(folder, 'report.html');
    const { status, json } = sidelight('evaluate', 'model fpt+', '--report', report);
    expect([status, json['split'], json['notice']]).toEqual([0, 'test', 'Research use only. Not for diagnosis.']);
    const image = json['image'] as { n: number; auc: number; aucInterval: [number, number] };
    expect(image.n).toBeGreaterThan(5);
    expect(image.aucInterval[0]).toBeLessThanOrEqual(image.auc);
    expect(image.aucInterval[1]).toBeGreaterThanOrEqual(image.auc);
    expect(readFileSync(report, 'utf8')).toContain('Research use only. Not for diagnosis.');
  });

  test('classify writes a row an image and a row a study, and nothing half', () => {
    const out = join(folder, 'results.csv');
    const { status, json } = sidelight('classify', join(folder, 'unseen'), '--model', 'model fpt+', '--out', out);
    const images = unseen.reduce((sum, plan) => sum + plan.images, 0);
    expect([status, json['images'], json['studies'], json['failed']]).toEqual([0, images, 6, 0]);
    const text = readFileSync(out, 'utf8');
    expect(text.match(/(^|,)image,/gm)?.length).toBe(images);
    expect(text.match(/(^|,)study,/gm)?.length).toBe(6);
    expect(readdirSync(folder).filter((name) => name.includes('results')).length).toBe(1);
  });

  test('a model that does not exist is an error with a next step, status 1, and leaves no file', () => {
    const out = join(folder, 'none.csv');
    const { status, json } = sidelight('classify', join(folder, 'unseen'), '--model', 'nobody', '--out', out);
    expect([status, (json['error'] as { code: string }).code, existsSync(out)]).toEqual([1, 'MODEL_NOT_FOUND', false]);
  });

  test('a value out of range is wrong usage, status 2', () => {
    const { status, json } = sidelight('train', 'demo', '--lpm', 'tiny', '--epochs', '0');
    expect([status, (json['error'] as { code: string }).code]).toEqual([2, 'BAD_INPUT']);
  });
});
