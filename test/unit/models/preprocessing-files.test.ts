/** Mean and deviation as publishers write them, for pixels in [0, 1]. */
import { expect, test } from 'vitest';
import { pixelNormalisation } from '../../../core/models/preprocessing-files.ts';

test('means and deviations of bytes are divided by 255, as those of a processor that does not rescale', () => {
  const fallback = { mean: [0, 0, 0], std: [1, 1, 1] } as const;
  const of = (preprocessor: object) => pixelNormalisation({ preprocessor }, fallback);
  const ofBytes = { image_mean: [127.5, 51, 0], image_std: [51, 102, 255] };
  const expected = { mean: [0.5, 0.2, 0], std: [0.2, 0.4, 1] };
  expect(of({ ...ofBytes, do_rescale: false })).toEqual(expected);
  expect(of({ ...ofBytes, rescale_factor: 1 })).toEqual(expected);
  expect(of({ do_normalize: false, do_rescale: false }).std).toEqual([1 / 255, 1 / 255, 1 / 255]);
  // The factor that nearly all have changes no digit.
  const usual = { image_mean: [0.485, 0.456, 0.406], image_std: [0.229, 0.224, 0.225] };
  expect(of({ ...usual, do_rescale: true, rescale_factor: 0.00392156862745098 })).toEqual({
    mean: usual.image_mean,
    std: usual.image_std,
  });
});
