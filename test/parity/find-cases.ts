/** Walks a folder and runs every reference case in it, recognised by what a file holds, not by what it is called. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { AppError } from '../../core/base/errors.ts';
import type { Engine, Precision } from '../../core/engine/index.ts';
import type { CaseResult } from '../../core/services/devices/compare.ts';
import { checkLpmCase, checkSameWeights } from '../../core/services/devices/lpm-case.ts';
import { checkLearnable, checkSideCase } from '../../core/services/devices/side-case.ts';
import { readSafetensors } from '../../core/weights/index.ts';
import { checkCriteria } from './criterion-case.ts';
import { checkFindings } from './findings-case.ts';
import { checkMethodCase } from './method-case.ts';
import { checkMetrics } from './metrics-case.ts';
import { checkOptimisers } from './optimiser-case.ts';
import { checkResize } from './resize-case.ts';

type RunCase = (engine: Engine) => Promise<CaseResult | null> | CaseResult | null;

/** Every case under `root`, ready to run, in the order of their names; in f16 those of LPMs, which alone compute in it. @throws FILE_NOT_FOUND */
export function findCases(
  root: string,
  precision: Precision = 'f32',
): readonly { readonly name: string; readonly run: RunCase }[] {
  if (!existsSync(root)) throw new AppError('FILE_NOT_FOUND', `There is no folder ${root}.`);
  const cases: { name: string; run: RunCase }[] = [];
  const models: { folder: string; hasCases: boolean }[] = [];
  for (const folder of foldersUnder(root)) {
    const files = readdirSync(folder).sort();
    const isModel = files.some((f) => /^(open_clip_)?model\.safetensors(\.index\.json)?$/.test(f));
    let hasCases = false;
    for (const file of files) {
      const path = join(folder, file);
      const name = relative(root, path).replace(/\.(safetensors|json)$/, '');
      const run = recognise(folder, path, isModel, precision);
      if (run === null) continue;
      cases.push({ name, run: (engine) => run(engine, name) });
      hasCases ||= isModel;
    }
    if (isModel) models.push({ folder, hasCases });
  }
  const withCases = models.filter((m) => m.hasCases).map((m) => m.folder);
  for (const { folder } of precision === 'f16' ? [] : models.filter((m) => !m.hasCases)) {
    const name = relative(root, folder);
    cases.push({ name, run: () => checkSameWeights(folder, withCases, name) });
  }
  return cases.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function foldersUnder(folder: string): string[] {
  const inside = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [folder, ...inside.flatMap((entry) => foldersUnder(join(folder, entry.name)))];
}

type RunNamed = (engine: Engine, name: string) => Promise<CaseResult | null> | CaseResult | null;

function recognise(folder: string, path: string, isModel: boolean, precision: Precision): RunNamed | null {
  if (precision === 'f16' && !isModel) return null;
  if (path.endsWith('.json')) return recogniseJson(path);
  if (!path.endsWith('.safetensors') || /^(open_clip_)?model(-\d+-of-\d+)?\.safetensors$/.test(basename(path)))
    return null;
  const file = readSafetensors(path);
  const has = new Set(file.names);
  file.close();
  if (isModel && has.has('pixel_values')) {
    return (engine, name) => checkLpmCase(engine, folder, basename(path), name, 'every form', precision);
  }
  if (has.has('adamw.losses') && !has.has('key')) {
    return (engine, name) => checkMethodCase(engine, join(folder, 'config.json'), path, name);
  }
  if (has.has('adamw.losses')) {
    return (engine, name) => checkSideCase(engine, join(folder, 'config.json'), path, name);
  }
  if (has.has('cross_entropy')) return (engine, name) => checkCriteria(engine, path, name);
  if (has.has('grads')) return (engine, name) => checkOptimisers(engine, path, name);
  if (has.has('image')) return (_, name) => checkResize(path, name);
  return null;
}

function recogniseJson(path: string): RunNamed | null {
  const json: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (Array.isArray(json) && json.every((row) => typeof row?.learnable === 'number')) {
    return (_, name) => checkLearnable(path, name);
  }
  if (typeof json !== 'object' || json === null || !('logits' in json)) return null;
  if ('marks' in json && 'per_finding' in json) return (_, name) => checkFindings(path, name);
  if ('target' in json) {
    return (_, name) => checkMetrics(path, name);
  }
  return null;
}
