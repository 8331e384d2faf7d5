/** What the data check says where a data set asks for several findings, or for a number. */
import { expect, test } from 'vitest';
import { answeredCounts, answerFindingsOf } from '../../../../core/services/datasets/data-check-answers.ts';
import type { CheckedImage } from '../../../../core/services/datasets/data-check-rules.ts';
import { instanceId, patientId, studyId } from '../../../support/ids.ts';

const settings = { target: 'finding', inputSize: 512, flip: false, shared: null } as const;
const splits = ['train', 'val', 'test'] as const;

/** Image `n` of a patient of its own, whose split goes round; `said` is what is known of it. */
function image(n: number, said: Readonly<Record<string, string>>): CheckedImage {
  const answers = new Map(Object.entries(said));
  return {
    instanceId: instanceId(n),
    studyId: studyId(100 + n),
    patientId: patientId(1000 + n),
    label: answers.size === 0 ? null : 'answered',
    answers,
    split: splits[n % 3] ?? 'train',
    splitOrigin: 'drawn',
    isOwnPatient: false,
    contentHash: `hash ${n}`,
    pixelKey: `pixels ${n}`,
    modality: 'DX',
    rows: 2000,
    columns: 1800,
  };
}

const mark = (isPresent: boolean): string => (isPresent ? 'present' : 'absent');
const clean = Array.from({ length: 600 }, (_, n) =>
  image(n, { edema: mark(n % 2 === 0), mass: mark(Math.floor(n / 2) % 2 === 0) }),
);
const names = ['edema', 'mass'];
const codes = (images: readonly CheckedImage[], asked: readonly string[] = names) =>
  answerFindingsOf(images, asked, settings).map(
    ({ code, severity, values }) => `${severity} ${code}${'name' in values ? ` ${values['name']}` : ''}`,
  );

test('has nothing to say where every finding is known, of both kinds in every part', () => {
  expect(codes(clean)).toEqual([]);
});

test('counts the patients in whom each finding is present and absent, by split; uncertain is not known', () => {
  const images = [...clean.slice(0, 6), image(6, { edema: 'uncertain' }), image(7, { mass: 'present' }), image(8, {})];
  expect(answeredCounts(images, names, settings)).toEqual({
    patients: 9,
    studies: 9,
    images: 9,
    labelledImages: 8,
    classes: [
      {
        name: 'edema',
        images: 6,
        patients: { train: 2, val: 2, test: 2 },
        marks: { present: { train: 1, val: 1, test: 1 }, absent: { train: 1, val: 1, test: 1 } },
      },
      {
        name: 'mass',
        images: 7,
        patients: { train: 2, val: 3, test: 2 },
        marks: { present: { train: 1, val: 3, test: 1 }, absent: { train: 1, val: 0, test: 1 } },
      },
    ],
    splits: { train: 3, val: 3, test: 2 },
  });
});

test('a finding known for no training patient blocks, the others do not; of uncertain marks nothing is known', () => {
  const without = clean.map((one, n) =>
    n % 3 === 0 ? image(n, { edema: mark(n % 2 === 0), mass: 'uncertain' }) : one,
  );
  expect(codes(without)).toEqual(['blocks notTaught mass', 'note uncertainMarks']);
});

test('a finding without both kinds in validation or test is a serious note; in training there is nothing to tell apart', () => {
  const untested = clean.map((one, n) => (n % 3 === 2 ? image(n, { edema: 'absent', mass: mark(n % 4 < 2) }) : one));
  const [finding] = answerFindingsOf(untested, names, settings);
  expect(finding).toMatchObject({ code: 'notJudged', severity: 'serious', values: { name: 'edema', splits: 'test' } });
  const untaught = clean.map((one, n) => (n % 3 === 0 ? image(n, { edema: 'absent', mass: mark(n % 4 < 2) }) : one));
  expect(codes(untaught)).toEqual(['serious oneKindTaught edema']);
});

test('nothing known of any image, and fewer patients than parts, block; a name that nobody spoke of is left out', () => {
  expect(codes([image(0, {}), image(1, {})])).toContain('blocks nothingKnown');
  expect(codes(clean.slice(0, 2))).toContain('blocks emptyPart');
  expect(codes(clean, [...names, 'fracture'])).toEqual(['note neverSaid']);
});

test('marks that are not known are counted, and few test patients of the rarest finding are said', () => {
  const some = clean.map((one, n) => (n >= 300 ? image(n, { edema: mark(n % 2 === 0) }) : one));
  expect(answerFindingsOf(some, names, settings)).toMatchObject([
    { code: 'unknownMarks', severity: 'note', values: { unknown: 300, all: 1200 } },
  ]);
  const rare = clean.map((_, n) => image(n, { edema: mark(n % 100 < 3), mass: mark(n % 2 === 0) }));
  expect(answerFindingsOf(rare, names, settings)).toMatchObject([
    { code: 'fewTestPatients', severity: 'serious', values: { name: 'edema', patients: 200, positives: 6 } },
  ]);
});

test('of a number its range is said, and that one number alone teaches nothing', () => {
  const ages = Array.from({ length: 30 }, (_, n) => image(n, { age: String(n * 2) }));
  const quantity = { ...settings, target: 'quantity' } as const;
  expect(answerFindingsOf(ages, ['age'], quantity)).toMatchObject([
    { code: 'numberRange', severity: 'note', values: { name: 'age', least: 0, most: 58, mean: 29 } },
  ]);
  expect(answeredCounts(ages, ['age'], quantity).classes[0]).toMatchObject({ range: { least: 0, most: 58, mean: 29 } });
  const same = ages.map((_, n) => image(n, { age: '7' }));
  expect(answerFindingsOf(same, ['age'], quantity)).toMatchObject([{ code: 'oneNumber', severity: 'serious' }]);
});
