/** The report says whose sensitivity it prints. */
import { describe, expect, test } from 'vitest';
import type { MetricsBlock } from '../../../core/contract/index.ts';
import {
  decisionRule,
  figuresOf,
  namedPositive,
  positiveClassWarnings,
} from '../../../core/report/positive-class-words.ts';
import { renderReport } from '../../../core/report/report.ts';
import type { ReportData } from '../../../core/report/report-data.ts';
import { sampleReport } from '../../support/report-sample.ts';

/** The sample as one of two classes, the disease listed first. */
function ofTwo(): ReportData {
  const classes = ['fracture', 'no fracture'];
  const block = (given: MetricsBlock): MetricsBlock => ({
    ...given,
    positiveClass: 'fracture',
    threshold: 0.58,
    thresholdClass: 'no fracture',
    confusion: [
      [30, 5],
      [2, 33],
    ],
    perClass: classes.flatMap((name, i) => (given.perClass[i] === undefined ? [] : [{ ...given.perClass[i], name }])),
  });
  const methods = sampleReport.methods.map((method) => ({
    ...method,
    evaluation: {
      ...method.evaluation,
      classes,
      positiveClass: 'fracture',
      positiveClassSource: 'recognised' as const,
      image: block(method.evaluation.image),
      study: block(method.evaluation.study),
    },
  }));
  return { ...sampleReport, methods };
}

const textOf = (html: string): string => html.replace(/<svg.*?<\/svg>/gs, '').replace(/<[^>]*>/g, '|');

describe('the report of two classes', () => {
  const html = renderReport(ofTwo());
  const text = textOf(html);

  test('names the class beside sensitivity, specificity and threshold', () => {
    expect(text).toContain('|sensitivity of “fracture”|');
    expect(text).toContain('|specificity of “fracture”|');
    expect(text).toContain('“no fracture” from a probability of 0.580 on');
    expect(text).toContain('“fracture” is the positive class');
    expect(text).toContain('the share of the images of “no fracture” that were left alone');
    expect(text).not.toContain('means over classes');
  });

  test('draws the curve of the positive class, wherever it stands, and not its mirror image', () => {
    expect(html).toContain('<h3>fracture against the rest</h3>');
    expect(html).not.toContain('<h3>no fracture against the rest</h3>');
    expect(html).toContain('sensitivity (fracture)');
  });
});

describe('the report of three classes', () => {
  test('says that its figures are means over classes', () => {
    const text = textOf(renderReport(sampleReport));
    expect(text).toContain('|sensitivity, macro average|');
    expect(text).toContain('means over classes, each class against the rest (macro average)');
  });

  test('finds the figures of a class by its name, in whatever order a method lists them', () => {
    const [first, second] = sampleReport.methods;
    if (first === undefined || second === undefined) throw new Error('the sample has methods');
    const { image } = second.evaluation;
    const turned = { ...second.evaluation, image: { ...image, perClass: image.perClass.toReversed() } };
    const rows = (methods: ReportData['methods']): string | undefined =>
      /Which class is found by whom.*?<\/section>/s.exec(renderReport({ ...sampleReport, methods }))?.[0];
    expect(rows([first, { ...second, evaluation: turned }])).toBe(rows([first, second]));
  });
});

test('a guess is said with both names and a way out; what is known needs no words', () => {
  const [warning = ''] = positiveClassWarnings({
    classes: ['adenoma', 'carcinoma'],
    positiveClass: 'carcinoma',
    positiveClassSource: 'alphabet',
  });
  for (const part of ['“adenoma” and “carcinoma”', '“carcinoma” was chosen by the alphabet', '--positive NAME']) {
    expect(warning).toContain(part);
  }
  const known = { classes: ['normal', 'mass'], positiveClass: 'mass', positiveClassSource: 'recognised' } as const;
  expect(positiveClassWarnings({ ...known, classes: [...known.classes] })).toEqual([]);
  const guess = { positiveClass: 'b', positiveClassSource: 'alphabet' } as const;
  expect([namedPositive(guess), figuresOf(guess), namedPositive({ ...guess, positiveClass: null })]).toEqual([
    '“b”, not set by you',
    '“b”, not set by you',
    null,
  ]);
  expect([figuresOf(known), decisionRule({ threshold: 0.25, thresholdClass: 'mass' })]).toEqual([
    '“mass”',
    '“mass” from a probability of 0.250 on',
  ]);
});
