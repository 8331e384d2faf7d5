import { describe, expect, test } from 'vitest';
import { niceTicks } from '../../../core/report/chart.ts';
import { renderReport } from '../../../core/report/report.ts';
import { comparisonSentences } from '../../../core/report/words.ts';
import { sampleReport } from '../../support/report-sample.ts';

const html = renderReport(sampleReport);

describe('the report', () => {
  test('says that it is not for diagnosis, at the top and at the bottom', () => {
    expect(html.match(/Research use only\. Not for diagnosis\./g)?.length).toBe(2);
  });

  test('loads nothing: every address in it is a data address', () => {
    const addresses = [...html.matchAll(/(?:src|href)="([^"]*)"|url\(([^)]*)\)|@import/g)].map(
      (m) => m[1] ?? m[2] ?? m[0],
    );
    expect(addresses.filter((a) => !a.startsWith('data:'))).toEqual([]);
    expect(html).not.toMatch(/<script|<link|https?:/);
  });

  test('writes names as text, never as markup', () => {
    expect(html).toContain('mass &amp; &lt;other&gt;');
    expect(html).not.toContain('<other>');
  });

  test('closes every element it opens', () => {
    const open: string[] = [];
    const isVoid = new Set(['meta', 'img', 'br']);
    for (const [, slash, name = '', self] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)\b[^>]*?(\/?)>/g)) {
      if (isVoid.has(name) || self === '/') continue;
      if (slash === '/') expect(open.pop()).toBe(name);
      else open.push(name);
    }
    expect(open).toEqual([]);
  });

  test('beside full fine-tuning, memory is also said as a share of what that takes; without it, it is not', () => {
    expect(html).not.toContain('% of full');
    const [first] = sampleReport.methods;
    const full = {
      ...first!,
      method: 'full' as const,
      trainsLpm: true,
      model: 'all weights',
      peakMb: 4 * (first?.peakMb ?? 0),
    };
    const withFull = renderReport({ ...sampleReport, methods: [first!, full] });
    expect(withFull.match(/(\d+) % of full/g)).toEqual(['25 % of full', '100 % of full']);
  });

  test('shows a figure the data do not define as a dash, never as a number', () => {
    expect(html).not.toMatch(/NaN|undefined|null|Infinity/);
  });

  test('says which answers go to a reader and what is promised of the others, where the model has a rule', () => {
    expect(html).not.toContain('go to a reader');
    const [first] = sampleReport.methods;
    const band = { className: null, low: 0, high: 0.8 };
    const promise = {
      allowed: 0.05,
      part: 'val',
      level: 'study',
      pooling: 'mean',
      cases: 120,
      accepted: 90,
      errors: 1,
      bound: 0.048,
    } as const;
    const rule = {
      finding: null,
      band: { ...band, promise },
      level: 'study',
      cases: 60,
      accepted: 44,
      errors: 2,
      errorInterval: [0.01, 0.15],
    } as const;
    const evaluation = {
      ...first!.evaluation,
      referral: [{ ...rule, errorInterval: [0.01, 0.15] as [number, number] }],
    };
    const withRule = renderReport({ ...sampleReport, methods: [{ ...first!, evaluation }] });
    expect(withRule).toContain(
      'promised: at most 5 % wrong): on the test patients 16 of 60 studies; of the other 44, 2 are wrong (4.5 %; two-sided 95 % interval 1 % to 15 %).',
    );
  });

  test('is the same text for the same data', () => {
    expect(renderReport(sampleReport)).toBe(html);
  });
});

test('a difference is called large only where the intervals do not overlap', () => {
  const [, sideOnly, linear] = comparisonSentences(sampleReport.methods);
  expect(sideOnly).toContain('fpt+ is 0.170 above side-only. The intervals do not overlap');
  expect(linear).toContain('fpt+ is 0.250 above linear.');
  const close = comparisonSentences(sampleReport.methods.slice(0, 1).concat(sampleReport.methods.slice(0, 1)));
  expect(close[1]).toContain('cannot be told apart');
});

test('ticks are round numbers inside the range', () => {
  expect(niceTicks(0, 1, 6)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
  expect(niceTicks(1, 20, 6)).toEqual([5, 10, 15, 20]);
  expect(niceTicks(0.43, 0.61, 6)).toEqual([0.45, 0.5, 0.55, 0.6]);
});
