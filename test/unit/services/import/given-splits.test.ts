/** What a refused split says of the patients who would stand in several parts. */
import { expect, test } from 'vitest';
import type { PatientId } from '../../../../core/contract/index.ts';
import { type Held, splitsOfPatients } from '../../../../core/services/import/given-splits.ts';
import { appErrorOf } from '../../../support/thrown.ts';

test('one picture in several parts is a copy, and is said to be one, with the rows of a file', () => {
  const entries = [
    { patientId: 1 as PatientId, split: 'train' as const, row: 5 },
    { patientId: 1 as PatientId, split: 'test' as const, row: 17 },
    { patientId: 2 as PatientId, split: 'train' as const, row: 6 },
  ];
  const one = appErrorOf(() => splitsOfPatients(entries, () => ({ studies: 0, pictures: 1 })));
  expect(one.message).toBe(
    '1 picture stands in several parts (test and train), as copies of one file or under one name twice (rows 5, 17).',
  );
  expect(one.action).toContain('Take the copies out of all parts but one');
  const folders = appErrorOf(() =>
    splitsOfPatients(
      entries.map((entry) => ({ ...entry, row: null })),
      () => ({ studies: 0, pictures: 1 }),
    ),
  );
  expect(folders.message).toMatch(/twice\.$/);
});

test('a patient is spoken of by studies or pictures, whichever there are', () => {
  const refusal = (held: readonly Held[]) => {
    const entries = held.flatMap((_, at) =>
      (['train', 'test'] as const).map((split) => ({ patientId: at as PatientId, split })),
    );
    const none = { studies: 0, pictures: 0 };
    const { message, action } = appErrorOf(() => splitsOfPatients(entries, (id) => held[id] ?? none));
    return [message.replace(/^.*sides: /, ''), action];
  };
  const of = (what: string): string => `Give all ${what} of one patient the same split, or leave the column out.`;
  expect(refusal([{ studies: 0, pictures: 2 }])).toEqual([
    '1 patient with 2 pictures (test and train).',
    of('pictures'),
  ]);
  expect(refusal([{ studies: 2, pictures: 0 }])).toEqual(['1 patient with 2 studies (test and train).', of('studies')]);
  const both = { studies: 1, pictures: 1 };
  expect(refusal([both, both])[0]).toBe('2 patients with 1 study and 1 picture each (test and train).');
});
