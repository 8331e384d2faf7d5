/** Names of classes: which are one, which are a question, which are none. */
import { describe, expect, test } from 'vitest';
import { caseVariants, classNameKey, matchClasses, noClassOf, tidyClassName } from '../../../core/contract/index.ts';

const open = { known: [], isFixed: false, mergeCase: false };
const given = (names: Readonly<Record<string, number>>): Map<string, number> => new Map(Object.entries(names));

describe('one writing of a name', () => {
  test('is composed, without blanks outside, with single ones inside and no signs that nobody sees', () => {
    expect(tidyClassName(' Größe\u00a0 \tA\u200b ')).toBe('Größe A');
    expect(tidyClassName('Größe A'.normalize('NFD'))).toBe('Größe A'.normalize('NFC'));
    expect(classNameKey('STRASSE')).toBe(classNameKey('Straße'));
    expect(tidyClassName('nor\u00admal\u200e')).toBe('normal');
    expect(classNameKey('BI–RADS 4')).toBe(classNameKey('BI-RADS 4'));
    expect(classNameKey('pas d’anomalie')).toBe(classNameKey("pas d'anomalie"));
  });

  test('names that differ in it belong together', () => {
    const names = ['Benign', 'malignant', 'benign ', 'BENIGN', 'Größe', 'Größe'.normalize('NFD')];
    expect(caseVariants(names)).toEqual([
      ['Benign', 'benign ', 'BENIGN'],
      ['Größe', 'Größe'.normalize('NFD')],
    ]);
  });
});

describe('what is no name of a class', () => {
  test.each([
    ['', 'empty'],
    [' \u200b', 'empty'],
    ['-1', 'number'],
    ['−1', 'number'],
    ['1.0', 'number'],
    ['0,0', 'number'],
    ['.5', 'number'],
    ['-1.0', 'number'],
    ["['a', 'b']", 'list'],
    ['["a"]', 'list'],
    ['[1 0 0]', 'list'],
    ['{"a": 1}', 'list'],
    ["('a', 'b')", 'list'],
    ['Effusion|Mass', 'several'],
    ['nan', 'missing'],
    ['#N/A', 'missing'],
    ['#NV', 'missing'],
    ['=B2', 'formula'],
    ['=IF(A1=1,"x","y")', 'formula'],
    ['2024-03-04', 'date'],
    ['2024-03-04 00:00:00', 'date'],
    ['04.03.2024', 'date'],
    ['3/4/24', 'date'],
    ['04-Mar', 'date'],
    ['4. Mrz', 'date'],
    ['Feb-03', 'date'],
  ])('%j: %s', (name, reason) => {
    expect(noClassOf(name)?.reason).toBe(reason);
  });

  test.each([
    '0',
    '1',
    '-',
    '+',
    'none',
    'NA',
    'BI-RADS 4a',
    'HPV-',
    'N0',
    'T1.5',
    '1-2',
    '3/4',
    'march fracture',
    '1 Margin',
    '4 Decompensated',
    'Set 2',
    'Mar 3',
    '=',
    'mass (left)',
    '(other)',
    'COVID-19',
    '2021',
  ])('%j is one', (name) => {
    expect(noClassOf(name)).toBeNull();
  });
});

describe('the classes that names mean', () => {
  test('blanks and Unicode forms are the same class; case is a question with the rows of each', () => {
    const found = matchClasses(given({ Benign: 3, 'benign ': 1, 'Größe A': 1, ['Größe A'.normalize('NFD')]: 2 }), open);
    expect([...new Set(found.classes.values())]).toEqual(['Größe A']);
    expect(found.questions).toEqual([
      {
        names: [
          { name: 'Benign', rows: 3, isKnown: false },
          { name: 'benign', rows: 1, isKnown: false },
        ],
        suggestion: 'Benign',
      },
    ]);
  });

  test('answered with one class, the name that is there stands, else the most frequent one, and what was merged is told', () => {
    const names = given({ Benign: 1, benign: 3 });
    const alone = matchClasses(names, { ...open, mergeCase: true });
    expect([...alone.classes.values()]).toEqual(['benign', 'benign']);
    expect(alone.merged).toEqual([{ from: 'Benign', to: 'benign', rows: 1 }]);
    const there = matchClasses(names, { known: ['BENIGN'], isFixed: false, mergeCase: true });
    expect([...there.classes.values()]).toEqual(['BENIGN', 'BENIGN']);
  });

  test('a data set that has both keeps both, each by its own name, and a third spelling is a question', () => {
    const both = { known: ['Benign', 'benign'], isFixed: false, mergeCase: false };
    const found = matchClasses(given({ Benign: 1, benign: 1 }), both);
    expect([[...found.classes], found.questions]).toEqual([
      [
        ['Benign', 'Benign'],
        ['benign', 'benign'],
      ],
      [],
    ]);
    expect(matchClasses(given({ BENIGN: 1 }), both).questions).toHaveLength(1);
  });

  test('a fixed list answers the question of case and refuses what is outside it', () => {
    const found = matchClasses(given({ BENIGN: 1, malignant: 2, mass: 1 }), {
      known: ['benign', 'malignant'],
      isFixed: true,
      mergeCase: false,
    });
    expect([[...found.classes], found.outside, found.questions]).toEqual([
      [
        ['BENIGN', 'benign'],
        ['malignant', 'malignant'],
      ],
      ['mass'],
      [],
    ]);
  });

  test('what is no class is refused, unless the data set has it already', () => {
    const found = matchClasses(given({ '1.0': 1, '-1': 2 }), { ...open, known: ['1.0'] });
    expect([[...found.classes.keys()], [...found.refused.keys()]]).toEqual([['1.0'], ['-1']]);
  });
});
