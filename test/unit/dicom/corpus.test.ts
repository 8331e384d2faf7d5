import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../../core/base/errors.ts';
import {
  decodeFrame,
  nativeBytes,
  parseDicom,
  syntaxSupport,
  type TransferSyntaxUID,
  transferSyntaxes,
} from '../../../core/dicom/index.ts';
import { readIndex } from '../../dicom/index-file.ts';
import { hasShared, sharedPath } from '../../support/shared.ts';
import { smallInstance } from '../../support/small-instance.ts';
import { appErrorOf } from '../../support/thrown.ts';

const rows = hasShared ? readIndex(sharedPath('dicom')) : [];
const here = rows.filter(
  (row) =>
    row.referenceSha256 !== '' &&
    row.syntax in transferSyntaxes &&
    syntaxSupport(row.syntax as TransferSyntaxUID) === 'here',
);

describe('real files', () => {
  test.skipIf(!hasShared)(
    'first frames equal the trusted decoder bit for bit, or are refused where the file is defective',
    () => {
      const wrong = here.flatMap((row) => {
        try {
          const file = parseDicom(new Uint8Array(readFileSync(sharedPath('dicom', row.path))));
          const hash = createHash('sha256')
            .update(nativeBytes(decodeFrame(file, 0)))
            .digest('hex');
          return hash === row.referenceSha256 ? [] : [row.path];
        } catch (thrown) {
          if (thrown instanceof AppError && row.isMalformed && !row.wasDecoded) return [];
          return [`${row.path}: ${String(thrown)}`];
        }
      });
      expect(wrong).toEqual([]);
      expect(here.length).toBeGreaterThan(150);
    },
  );
});

describe('decoder table', () => {
  test.each(Object.keys(transferSyntaxes) as TransferSyntaxUID[])(
    '%s is decoded, or refused with its name and a remedy',
    (uid) => {
      if (syntaxSupport(uid) !== 'refused') return;
      const file = { ...parseDicom(smallInstance([1, 2])), transferSyntaxUID: uid };
      const error = appErrorOf(() => decodeFrame(file, 0));
      expect(error.code).toBe('DICOM_UNSUPPORTED_SYNTAX');
      expect(error.message).toContain(`${transferSyntaxes[uid]} (${uid})`);
      expect(error.action).toMatch(/^(Export|Retrieve) /);
    },
  );
});
