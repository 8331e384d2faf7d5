/** Paths as reports print them. */
import { expect, test } from 'vitest';
import { redactPath } from '../../../core/base/redact.ts';

test.each([
  ['DICOM/MUELLER_ANNA/IM000001.dcm', 'DICOM/…NNA/IM000001.dcm'],
  ['images/s0/i1.dcm', 'images/s0/i1.dcm'],
  ['Li/x.dcm', '…/x.dcm'],
  ['a\\Schmidt.zip\\series-2\\readme.txt', '…/…idt.zip/series-2/readme.txt'],
  ['Erika.Muster', '…ter'],
  ['4711.png', '…711.png'],
])('%s is printed as %s', (path, shown) => {
  expect(redactPath(path)).toBe(shown);
});
