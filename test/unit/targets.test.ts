/** A target is what its object in core/targets says: complete, at one with itself and with what the contract says of it, and asked for by no name. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { targetFacts, targetFigures, targetKinds } from '../../core/contract/index.ts';
import { targets } from '../../core/targets/index.ts';
import { repositoryRoot } from '../support/shared.ts';

const names = ['none', 'mild', 'severe'];
const logits = [2, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 1];
const labels = Int32Array.of(0, 1, 2, 0);

const oneOfSeveral = targetKinds.filter((kind) => !targetFacts[kind].isPerName);

describe.each(oneOfSeveral)('%s', (kind) => {
  const target = targets[kind];
  const facts = targetFacts[kind];

  test('reads a label, gives it to the network and says it again', () => {
    const read = target.readLabel('mild', names);
    expect(read).toEqual({ label: 'mild' });
    const value = target.labelValue('mild', names);
    expect(target.labelWord(value, names)).toBe('mild');
    const { labels: tensor } = target.labelTensors(Int32Array.of(0, value), [1], names.length);
    expect([...(tensor?.data ?? [])]).toEqual([value]);
  });

  test('answers what it was most sure of, in the words of its names', () => {
    const probabilities = target.probabilities(logits, target.logits(names.length));
    const decided = [...target.decide(probabilities, names.length, null)];
    expect(decided.map((value) => target.labelWord(value, names))).toEqual(['none', 'mild', 'severe', 'severe']);
  });

  test('has a column of results for every probability, and in its order', () => {
    const columns = target.columns(names);
    const point = { cut: null, thresholds: [] };
    expect(columns.map(({ of }) => of([0.2, 0.3, 0.5], point))).toEqual([0.2, 0.3, 0.5]);
    expect(columns[1]?.header).toBe('probability_mild');
  });

  test('orders names so that each stands once', () => {
    const ordered = facts.order(['severe', 'none', 'severe'], {
      listed: names,
      earlier: undefined,
      isFixed: false,
      positive: null,
    });
    expect(ordered).toEqual([...new Set(ordered)]);
    expect(ordered).toEqual(expect.arrayContaining(['severe', 'none']));
  });

  test('keeps the epoch by a figure that it has', () => {
    const { valAuc, valScore } = target.validate(logits, labels, names.length);
    const figure = facts.keptBy === 'auc' ? null : target.figures[facts.keptBy];
    const probabilities = target.probabilities(logits, names.length);
    const answers = {
      scores: { classes: names.length, positive: null, targets: labels, probabilities },
      decisions: target.decide(probabilities, names.length, null),
    };
    expect(valScore).toBe(facts.keptBy === 'auc' ? valAuc : figure?.(answers));
    expect(valScore).not.toBeNull();
  });

  test('counts an example twice as often where its weight is two', () => {
    for (const name of targetFigures) {
      const figure = target.figures[name];
      if (figure === undefined) continue;
      const of = (rows: readonly number[]) => ({
        scores: {
          classes: 3,
          positive: null,
          targets: rows.map((i) => labels[i] as number),
          probabilities: new Float64Array(3 * rows.length),
        },
        decisions: rows.map((i) => [0, 2, 2, 1][i] as number),
      });
      expect(figure(of([0, 1, 2, 3]), [1, 2, 0, 1])).toBe(figure(of([0, 1, 1, 3])));
    }
  });
});

/** All but bench/, whose plan is an experiment on what it names. */
const sources = ['core', 'electron', 'renderer', 'scripts', 'pretraining']
  .flatMap((folder) => readdirSync(join(repositoryRoot, folder), { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile() && /\.(ts|svelte)$/.test(entry.name))
  .map((entry) => join(entry.parentPath, entry.name))
  .map((path) => ({ path: relative(repositoryRoot, path).replaceAll('\\', '/'), text: readFileSync(path, 'utf8') }))
  // A migration says what was then, and may import nothing that changes.
  .filter(({ path }) => !path.startsWith('core/store/migrations/'));

const named = `(?:['"\`](?:${targetKinds.join('|')})['"\`]|\\bdefaultTarget\\b)`;
const comparison = new RegExp(
  `[!=]==? *${named}|${named} *[!=]==?|case ${named}|includes\\(${named}|\\[[^\\]\\n]*${named}[^\\]\\n]*\\]\\.includes`,
);

test('nothing compares a target with a name: what differs is a field of its object', () => {
  for (const line of [
    "t === 'class'",
    "'class' !== t",
    "case 'class':",
    "['class', 'x'].includes(t)",
    't !== defaultTarget',
  ]) {
    expect(line).toMatch(comparison);
  }
  expect(sources.filter(({ text }) => comparison.test(text)).map(({ path }) => path)).toEqual([]);
});

test('a target is named where CONTRIBUTING says that one is added, and nowhere else in the program', () => {
  const program = sources
    .filter(({ path }) => /^(core|electron|renderer)\//.test(path))
    // A profile is data of a public set, and what its labels are is part of them.
    .filter(({ path }) => !/^core\/services\/import\/profiles\/(chest|other)\.ts$/.test(path));
  const places = program.filter(({ text }) => /['"`]grade['"`]|\bgrade:/.test(text)).map(({ path }) => path);
  expect(places.sort()).toEqual([
    'core/contract/targets.ts',
    'core/targets/index.ts',
    'renderer/i18n/de/library.ts',
    'renderer/i18n/en/library.ts',
  ]);
  const row = /^\| target \|.*$/m.exec(readFileSync(join(repositoryRoot, 'CONTRIBUTING.md'), 'utf8'))?.[0] ?? '';
  for (const place of places) expect(row).toContain(place.replace(/\/(de|en)\//, '/<language>/'));
  // Its own object is the place more.
  expect(row).toContain(`| ${places.length + 1}: `);
});

test.each(targetKinds.filter((kind) => kind !== 'quantity'))(
  '%s: what another temperature makes of probabilities is what it makes of the logits',
  (kind) => {
    const target = targets[kind];
    const at = (temperature: number): number[] => [
      ...target.probabilities(
        [3, -1, 0.5].map((z) => z / temperature),
        3,
      ),
    ];
    for (const [i, p] of target.sharpened(at(2), 2 / 0.7).entries()) expect(p).toBeCloseTo(at(0.7)[i] as number, 12);
    // What a float can no longer tell from certainty stays certain.
    expect([...target.sharpened([0, 1, 0], 0.5)]).toEqual([0, 1, 0]);
  },
);
