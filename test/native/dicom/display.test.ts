import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  type DicomValues,
  type DisplayFrame,
  decodeFrame,
  displayFrame,
  edgeLetters,
  parseDicom,
  renderDecoded,
  wasmCodecOf,
} from '../../../core/dicom/index.ts';
import { loadCodecs } from '../../../core/services/pixels/decode/wasm-codecs.ts';
import { hasShared, sharedPath } from '../../support/shared.ts';
import { smallFile } from '../../support/small-instance.ts';

/** The page's own painting; by address, because the page is no project that the tests are built on. */
const { paint } = (await import(new URL('../../../renderer/viewport/paint.ts', import.meta.url).href)) as {
  paint(
    frame: Pick<DisplayFrame, 'samples' | 'channels' | 'min' | 'max'>,
    window: DisplayFrame['windows'][number] | null,
    isInverted: boolean,
    out: Uint32Array,
  ): void;
};

type File = ReturnType<typeof smallFile>;

/** The largest difference of grey levels between what the page paints and what the core renders; frame 0. */
function difference(file: File, codecs?: Parameters<typeof decodeFrame>[2]): { worst: number; kind: string } {
  const decoded = decodeFrame(file, 0, codecs);
  const shown = displayFrame(file.dataSet, decoded, 0);
  const { data, channels } = renderDecoded(file.dataSet, decoded, 0);
  expect(channels).toBe(shown.channels);
  const out = new Uint32Array(shown.rows * shown.columns);
  paint(shown, shown.windows[0] ?? null, shown.isInverted, out);
  let worst = 0;
  for (let i = 0; i < out.length; i++) {
    for (let c = 0; c < 3; c++) {
      const painted = ((out[i] as number) >>> (8 * c)) & 0xff;
      const wanted = Math.round(255 * (data[channels === 3 ? 3 * i + c : i] as number));
      worst = Math.max(worst, Math.abs(painted - wanted));
    }
  }
  const shape = shown.windows[0]?.shape ?? 'colour';
  return { worst, kind: `${decoded.photometricInterpretation} ${shown.samples.constructor.name} ${shape}` };
}

describe('what the viewport paints at the first window is what the core renders', () => {
  test.each([
    ['window', { windowCenter: '40', windowWidth: '400', rescaleSlope: '1', rescaleIntercept: '-1024' }],
    ['fractional slope', { windowCenter: '40', windowWidth: '400', rescaleSlope: '0.37', rescaleIntercept: '-10' }],
    ['exact window', { windowCenter: '900', windowWidth: '700', voiLUTFunction: 'LINEAR_EXACT' }],
    ['sigmoid', { windowCenter: '900', windowWidth: '700', voiLUTFunction: 'SIGMOID' }],
    ['width of one', { windowCenter: '900', windowWidth: '1' }],
    ['no window', {}],
    ['inverted', { photometricInterpretation: 'MONOCHROME1', windowCenter: '900', windowWidth: '700' }],
    ['inverted without window', { photometricInterpretation: 'MONOCHROME1' }],
  ])('%s', (_, values) => {
    const file = smallFile([0, 1, 100, 550, 899, 900, 901, 1250, 4095, 65_535], values);
    expect(difference(file).worst).toBe(0);
  });

  test('a frame of one value without a window is black', () => {
    expect(difference(smallFile([7, 7, 7])).worst).toBe(0);
  });

  test.skipIf(!hasShared)(
    'every real file that can be decoded, within one grey level (needs the real files)',
    async () => {
      const [head = '', ...rows] = readFileSync(sharedPath('dicom', 'INDEX.tsv'), 'utf8').trimEnd().split('\n');
      const columns = head.split('\t');
      const loaded = loadCodecs();
      const kinds = new Map<string, number>();
      const wrong: string[] = [];
      for (const row of rows) {
        const [path = '', pixels] = ['path', 'pixel_data'].map((name) => row.split('\t')[columns.indexOf(name)]);
        if (pixels === '') continue;
        let found: { worst: number; kind: string };
        try {
          const file = parseDicom(new Uint8Array(readFileSync(sharedPath('dicom', path))));
          const codec = wasmCodecOf(file.transferSyntaxUID);
          if (codec !== undefined) await loaded.prepare(codec);
          renderDecoded(file.dataSet, decodeFrame(file, 0, loaded.codecs), 0);
          found = difference(file, loaded.codecs);
        } catch (thrown) {
          // Refused by the core too; the corpus test says whether that is right.
          if (thrown instanceof Error && thrown.name === 'AssertionError') throw thrown;
          continue;
        }
        kinds.set(found.kind, (kinds.get(found.kind) ?? 0) + 1);
        if (found.worst > 1) wrong.push(`${path}: ${found.worst} (${found.kind})`);
      }
      expect(wrong).toEqual([]);
      expect([...kinds.values()].reduce((a, b) => a + b, 0)).toBeGreaterThan(150);
      for (const needed of [
        'MONOCHROME1 ',
        'MONOCHROME2 Int16Array',
        'MONOCHROME2 Uint16Array',
        'RGB ',
        'PALETTE COLOR ',
      ]) {
        expect([needed, [...kinds.keys()].some((kind) => kind.startsWith(needed))]).toEqual([needed, true]);
      }
    },
  );
});

test('letters at the edges come from the orientation, the strongest direction first', () => {
  const letters = (imageOrientationPatient: string): string[] =>
    Object.values(edgeLetters(smallFile([0], { imageOrientationPatient }).dataSet, 0));
  // Left, right, top, bottom of an axial, a coronal and a sagittal image, and of one tilted by 30 degrees.
  expect(letters('1\\0\\0\\0\\1\\0')).toEqual(['R', 'L', 'A', 'P']);
  expect(letters('1\\0\\0\\0\\0\\-1')).toEqual(['R', 'L', 'H', 'F']);
  expect(letters('0\\1\\0\\0\\0\\-1')).toEqual(['A', 'P', 'H', 'F']);
  expect(letters('1\\0\\0\\0\\0.866\\-0.5')).toEqual(['R', 'L', 'AH', 'PF']);
  expect(Object.values(edgeLetters(smallFile([0], { patientOrientation: 'L\\F' }).dataSet, 0))).toEqual([
    'R',
    'L',
    'H',
    'F',
  ]);
  expect(Object.values(edgeLetters(smallFile([0]).dataSet, 0))).toEqual(['', '', '', '']);
  // An empty item of a frame says nothing; what all frames share is asked then, and the data set after it.
  const group = (orientation?: string) => ({
    planeOrientationSequence: [orientation === undefined ? {} : { imageOrientationPatient: orientation }],
  });
  const frames = (shared: object) =>
    smallFile([0, 0], {
      ...{ columns: 1, numberOfFrames: 2, imageOrientationPatient: '1\\0\\0\\0\\1\\0' },
      sharedFunctionalGroupsSequence: [shared],
      perFrameFunctionalGroupsSequence: [group(), group('0\\1\\0\\0\\0\\-1')],
    } as DicomValues).dataSet;
  const rights = (shared: object) => [0, 1].map((frame) => edgeLetters(frames(shared), frame).right);
  expect(rights(group('-1\\0\\0\\0\\1\\0'))).toEqual(['R', 'P']);
  expect(rights({})).toEqual(['L', 'P']);
});
