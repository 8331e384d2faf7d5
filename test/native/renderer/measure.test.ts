/** Lengths and angles, against numbers computed by hand; how pictures are drawn enlarged; at which rate a stack is played. */
import { expect, test } from 'vitest';
import type { FrameHeader, InstanceId, SeriesId, StudyId } from '../../../core/contract/index.ts';
import { activePlace, mammographyHanging } from '../../../renderer/screens/read/hanging.ts';
import type { Series, Start } from '../../../renderer/screens/read/series.ts';
import { playableRate } from '../../../renderer/viewport/cine.svelte.ts';
import { fitScale, fitted, isMirrored, smoothing } from '../../../renderer/viewport/geometry.ts';
import { angleOf, lengthOf, measured } from '../../../renderer/viewport/measure.ts';
import { presetTables, presetWindow, seriesWindow } from '../../../renderer/viewport/presets.ts';

test('a length takes the row spacing for rows and the column spacing for columns', () => {
  // 24 columns of 0.25 mm, 16 rows of 0.5 mm: 6 and 8.
  expect(lengthOf({ x: 10, y: 10 }, { x: 34, y: 26 }, [0.5, 0.25])).toBeCloseTo(10, 12);
  expect(lengthOf({ x: 10, y: 10 }, { x: 13, y: 14 }, [1, 1])).toBe(5);
});

test('an angle is the one in the patient where pixels are not square, and never more than 180 degrees', () => {
  const corner = { x: 0, y: 0 };
  expect(angleOf({ x: 24, y: 0 }, corner, { x: 24, y: 12 }, [0.5, 0.25])).toBeCloseTo(45, 10);
  expect(angleOf({ x: 24, y: 0 }, corner, { x: 24, y: 12 }, [1, 1])).toBeCloseTo(26.565051177, 8);
  expect(angleOf({ x: 1, y: 0 }, corner, { x: -1, y: -1e-9 }, [1, 1])).toBeCloseTo(180, 6);
  expect(angleOf({ x: 0, y: 5 }, corner, { x: 5, y: 0 }, [1, 1])).toBeCloseTo(90, 12);
  expect(angleOf(corner, corner, { x: 5, y: 0 }, [1, 1])).toBeNull();
});

test('a length says in what it is and whether it is that of the shadow at the detector; an angle never is', () => {
  const points = [
    { x: 0, y: 0 },
    { x: 3, y: 4 },
  ];
  const at = (spacingMm: [number, number] | null, spacingAt: FrameHeader['spacingAt'], pixelAspect = 1) =>
    measured({ kind: 'length', points }, { spacingMm, spacingAt, pixelAspect });
  for (const place of ['patient', 'estimated', 'detector', 'unknown'] as const) {
    expect(at([2, 2], place)).toEqual({ value: 10, unit: 'mm', at: place });
  }
  expect(at(null, 'patient')).toEqual({ value: 5, unit: 'px', at: null });
  const angle = { kind: 'angle' as const, points: [...points, { x: 6, y: 4 }] };
  const square = { spacingMm: [1, 1] as [number, number], spacingAt: 'detector' as const, pixelAspect: 1 };
  expect(measured(angle, square)).toMatchObject({ unit: '°', at: null });
  expect(measured({ kind: 'angle', points }, { ...square, spacingMm: null })).toBeNull();
});

test('what is measured on pixels that are not square takes their shape where no file says how large they are', () => {
  const header = { spacingMm: null, spacingAt: 'patient' as const, pixelAspect: 0.75 };
  const [a, b, c] = [
    { x: 3, y: 0 },
    { x: 0, y: 0 },
    { x: 0, y: 4 },
  ] as const;
  expect(measured({ kind: 'length', points: [b, c] }, header)).toMatchObject({ value: 3, unit: 'px' });
  const diagonal = measured({ kind: 'angle', points: [a, b, { x: 3, y: 4 }] }, header);
  expect(diagonal?.value).toBeCloseTo(45, 10);
  expect(fitScale({ rows: 4, columns: 3, pixelAspect: 0.75 }, 90, 90, 0)).toBe(30);
});

test('a picture is mirrored when it was turned over once: twice is half a turn', () => {
  const flipped = (isFlippedHorizontally: boolean, isFlippedVertically: boolean) =>
    isMirrored({ ...fitted, rotation: 90, isFlippedHorizontally, isFlippedVertically });
  expect([flipped(false, false), flipped(true, false), flipped(false, true), flipped(true, true)]).toEqual([
    ...[false, true, true, false],
  ]);
});

test('enlarged pictures are smoothed as chosen, made smaller they always are', () => {
  expect(smoothing('automatic', 3.9)).toEqual({ isSmooth: true, quality: 'low' });
  expect(smoothing('automatic', 4)).toEqual({ isSmooth: false, quality: 'low' });
  expect(smoothing('bilinear', 40)).toEqual({ isSmooth: true, quality: 'low' });
  expect(smoothing('nearest', 1)).toEqual({ isSmooth: false, quality: 'low' });
  expect(smoothing('nearest', 0.5)).toEqual({ isSmooth: true, quality: 'high' });
});

test('a stack plays at what a screen can show', () => {
  expect([25, 0.2, 500, Number.NaN].map(playableRate)).toEqual([25, 1, 60, 10]);
});

test('a CT in Hounsfield units without a window is read with soft tissue; anything else keeps the range of its first image', () => {
  const range = { shape: 'LINEAR_EXACT' as const, center: 50, width: 100, name: '' };
  const header = { modality: 'CT', unit: 'HU', channels: 1, min: -1000, max: 3000, windows: [range] };
  const windowOf = (changes: object) => seriesWindow({ ...header, ...changes } as Parameters<typeof seriesWindow>[0]);
  expect(windowOf({})).toEqual({ shape: 'LINEAR', center: 40, width: 400, name: '' });
  // A report that was photographed into a CT series has no air in it.
  expect(windowOf({ min: 0, max: 255 })).toEqual(range);
  expect(windowOf({ modality: 'MR' })).toEqual(range);
  expect(windowOf({ unit: 'MGML' })).toEqual(range);
  // Signed values of a file without a rescale.
  expect(windowOf({ unit: '' })).toEqual({ shape: 'LINEAR', center: 40, width: 400, name: '' });
  expect(windowOf({ channels: 3, windows: [] })).toBeNull();
});

test('windows of CT are offered for Hounsfield units alone: not for what else a CT series holds', () => {
  const header = { modality: 'CT', unit: 'HU', channels: 1, min: -1000, max: 3000, windows: [], hasOwnWindow: false };
  const offered = (changes: object) =>
    Object.values(presetTables.weasis).filter(
      (preset) => presetWindow(preset, { ...header, ...changes } as object as FrameHeader) !== null,
    ).length;
  expect([{}, { unit: '' }, { unit: 'Z_EFF' }, { channels: 3 }, { modality: 'PT', unit: 'BQML' }].map(offered)).toEqual(
    [7, 1, 1, 0, 1],
  );
});

const series = (
  id: number,
  views: readonly (readonly [number, string | null, string | null])[],
  modality = 'MG',
): Series => ({
  id: id as SeriesId,
  studyId: 1 as StudyId,
  modality,
  frames: views.map(([instanceId]) => ({ instanceId: instanceId as InstanceId, frame: 0 })),
  views: views.map(([instanceId, laterality, viewPosition], at) => ({
    instanceId: instanceId as InstanceId,
    at,
    laterality,
    viewPosition,
  })),
});
const hung = (all: readonly Series[], panes: number, start: Start | null = null) =>
  mammographyHanging(all, panes, start)?.map((one) => one?.instanceId ?? null) ?? null;
const image = (id: number): Start => ({ kind: 'instance', id: id as InstanceId, frame: 0 });

test('mammograms hang right beside left, CC above MLO, whether they are one series or four', () => {
  const one = [
    series(1, [
      [1, 'L', 'MLO'],
      [2, 'R', 'MLO'],
      [3, 'L', 'CC'],
      [4, 'R', 'CC'],
    ]),
  ];
  const four = [
    series(1, [[1, 'L', 'MLO']]),
    series(2, [[2, 'R', 'MLO']]),
    series(3, [[3, 'L', 'CC']]),
    series(4, [[4, 'R', 'CC']]),
  ];
  for (const study of [one, four]) {
    expect(hung(study, 4)).toEqual([4, 3, 2, 1]);
    expect(hung(study, 2)).toEqual([4, 3]);
    expect(hung(study, 2, image(1))).toEqual([2, 1]);
    expect(hung(study, 1)).toBeNull();
  }
});

test('the viewport that keys are about is the one that was asked for, by image or by series', () => {
  const four = [
    series(1, [[1, 'L', 'MLO']]),
    series(2, [[2, 'R', 'MLO']]),
    series(3, [[3, 'L', 'CC']]),
    series(4, [[4, 'R', 'CC']]),
  ];
  const active = (start: Start | null): number => activePlace(mammographyHanging(four, 4, start) ?? [], start);
  expect([1, 2, 3, 4].map((id) => active(image(id)))).toEqual([3, 2, 1, 0]);
  expect([1, 2, 3, 4].map((id) => active({ kind: 'series', id: id as SeriesId }))).toEqual([3, 2, 1, 0]);
  expect(active(null)).toBe(0);
});

test('a side keeps its side where a view is missing; of two takes the one that was asked for, else the later', () => {
  const missing = [
    series(1, [
      [1, 'L', 'CC'],
      [2, 'L', 'MLO'],
      [3, 'R', 'ML'],
    ]),
  ];
  expect(hung(missing, 4)).toEqual([null, 1, 3, 2]);
  expect(hung(missing, 2)).toEqual([3, 2]);
  const twice = [
    series(1, [
      [1, 'R', 'CC'],
      [2, 'R', 'CC'],
      [3, 'L', 'CC'],
    ]),
  ];
  expect(hung(twice, 4)).toEqual([2, 3, null, null]);
  expect(hung(twice, 4, image(1))).toEqual([1, 3, null, null]);
});

test('what is no mammogram, or says no side, hangs as it is', () => {
  expect(
    hung(
      [
        series(
          1,
          [
            [1, 'L', 'CC'],
            [2, 'R', 'CC'],
          ],
          'CR',
        ),
      ],
      4,
    ),
  ).toBeNull();
  expect(
    hung(
      [
        series(1, [
          [1, null, 'CC'],
          [2, null, 'MLO'],
        ]),
      ],
      4,
    ),
  ).toBeNull();
  // A magnification that was asked for has no place there, and must not be missing because of it.
  expect(
    hung(
      [
        series(1, [
          [1, 'L', 'CC'],
          [2, 'R', 'CC'],
          [3, 'R', 'XCCL'],
        ]),
      ],
      4,
      image(3),
    ),
  ).toBeNull();
});
