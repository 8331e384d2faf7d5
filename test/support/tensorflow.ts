/**
 * Whether the TensorFlow library is here, for tests that need it. CI builds it first and must not skip them, but where .ci/run found that
 * no wheel of TensorFlow can be had.
 */
import { locateTensorflow } from '../../core/engine/tensorflow/locate.ts';

const located = locateTensorflow();

/** True where tests of the TensorFlow engine are to be left out; in CI they run and fail without it. */
export const lacksTensorflow =
  'reason' in located && (!process.env['CI'] || process.env['SIDELIGHT_WITHOUT_TENSORFLOW'] === '1');

/** To be appended to the names of such tests. */
export const needsTensorflow = '(needs `npm run engine:tensorflow`)';
