/** Columns that are about people, devices and lists, whatever marks stand in them. */
import { expect, test } from 'vitest';
import { isAttribute } from '../../../../core/services/import/profiles/column-kinds.ts';

test.each([
  ['Number of Images', true],
  ['num_of_series', true],
  ['Anzahl Bilder', true],
  ['Follow-up #', true],
  ['patient_age', true],
  ['node', false],
  ['no_dermatitis', false],
  ['Countess sign', false],
  ['Nodule', false],
])('%s: %s', (name, isAbout) => {
  expect(isAttribute(name)).toBe(isAbout);
});
