/** What a series is called, where it may or may not be a scout view or a page of a report. */
import { expect, test } from 'vitest';
import { otherKindOf } from '../../../core/dicom/other-kind.ts';
import { smallFile } from '../../support/small-instance.ts';

const kindOf = (modality: string, seriesDescription: string): string | undefined =>
  otherKindOf(smallFile([1, 2], { modality, seriesDescription }).dataSet);

test.each([
  ['MR', '3 plane localizer'],
  ['MR', 'AAHead_Scout_MPR'],
  ['CT', 'Topogram 0.6 T20f'],
  ['CT', 'Scout-Lateral'],
  ['PT', 'Surview'],
])('%s "%s" is a localizer', (modality, description) => {
  expect(kindOf(modality, description)).toContain('a localizer');
});

test.each([
  ['DX', 'Beckenübersichtsaufnahme'],
  ['CR', 'Abdomenübersichtsaufnahme'],
  ['DX', 'KUB scout'],
  ['DX', 'Scanogram lower limbs'],
  ['CT', 'Scanogram leg length'],
  ['MG', 'Scout RCC'],
  ['CT', 'Thorax nativ (no localizer)'],
  ['CT', 'Abdomen ohne Topogramm'],
  ['MR', 't2 tse without the scout'],
  ['MR', 'discouting'],
])('%s "%s" is what was examined', (modality, description) => {
  expect(kindOf(modality, description)).toBeUndefined();
});

test('a page of a report is one in any modality', () => {
  expect(kindOf('US', 'Screen save')).toContain('a page of a report');
});
