/** Which image a key means that is not simply a path. */
import { expect, test } from 'vitest';
import type { CatalogueImage } from '../../../../core/services/import/catalogue.ts';
import { KeyFinder } from '../../../../core/services/import/label-keys.ts';
import { PathFinder } from '../../../../core/services/import/label-paths.ts';
import type { RowKey } from '../../../../core/services/import/labels-file.ts';

/** Images 1, 2, 3 … at places; each of its own series and study, two a patient. */
function finder(places: readonly string[], keys: readonly (readonly RowKey[])[]): KeyFinder {
  const images = places.map((place, at) => {
    const n = at + 1;
    return {
      ...{ instanceId: n, seriesId: n * 10, studyId: n * 100, patientId: Math.ceil(n / 2) },
      ...{ sopInstanceUID: `1.${n}.1`, seriesInstanceUID: `1.${n}`, studyInstanceUID: `2.${n}` },
      ...{ patientKey: `P${Math.ceil(n / 2)}`, kind: 'picture', places: [place] },
    } as unknown as CatalogueImage;
  });
  const nowhere = { images: [], places: [], how: 'as-written' } as const;
  return new KeyFinder(images, {
    paths: { find: () => nowhere },
    keys,
    identity: { patientKey: (key) => key, keyBehind: (key) => key },
  });
}

/** What keys of one kind mean: the targets, or the places that one fits. */
function found(places: readonly string[], kind: RowKey['kind'], ...texts: string[]): unknown[] {
  const keys = texts.map((text): RowKey[] => [{ kind, text }]);
  const by = finder(places, keys);
  return keys.map((key) => {
    const { targets, places: several } = by.find(key);
    return several.length > 0 ? several : targets.map(({ target }) => `${target.kind} ${target.id}`);
  });
}

test('names of files count without extension and case, in any folder; of two that differ in it the written one is meant', () => {
  const places = ['/d/a/One.PNG', '/d/b/1.2.840.5.dcm', '/d/c/two.png', '/d/c/two.jpg', '/d/e/x.dicom'];
  expect(found(places, 'file-name', 'one', 'one.jpg', '1.2.840.5', 'two.jpg', 'two', 'x', 'three')).toEqual([
    ['instance 1'],
    ['instance 1'],
    ['instance 2'],
    ['instance 4'],
    ['/d/c/two.png', '/d/c/two.jpg'],
    ['instance 5'],
    [],
  ]);
});

test('ends of paths go by whole folders, and leave the same ones off all keys but never the one of the file', () => {
  const places = ['/data/mine/train/p1/a.jpg', '/data/mine/train/p2/a.jpg', '/data/mine/xp1/a.jpg'];
  expect(found(places, 'path-end', 'Set-1.0/train/p1/a.jpg', 'Set-1.0\\train\\p2\\a.png')).toEqual([
    ['instance 1'],
    ['instance 2'],
  ]);
  expect(found(places, 'path-end', 'p1/a', 'p3/a')).toEqual([['instance 1'], []]);
  expect(found(places, 'path-end', 'other/a.jpg')).toEqual([[]]);
  expect(found([...places, '/copy/train/p1/a.jpg'], 'path-end', 'p1/a.jpg')).toEqual([
    [places[0], '/copy/train/p1/a.jpg'],
  ]);
});

test('folders and patients mean all of their images, UIDs what they name', () => {
  const places = ['/d/s1/1/a.png', '/d/s1/2/b.png', '/d/s2/c.png'];
  expect(found(places, 'folder', 's1', 'S2', 's')).toEqual([['instance 1', 'instance 2'], ['instance 3'], []]);
  // Of several folders of one name, the one below those that stand before it, as published lists of studies say it.
  const studies = [
    '/d/set/p1/study1/a.png',
    '/d/set/p1/study1/b.png',
    '/d/set/p2/study1/a.png',
    '/d/set/p2/study11/c.png',
  ];
  expect(found(studies, 'folder', 'set/p1/study1/', 'p2\\study1', 'p3/study1', 'set/p2')).toEqual([
    ['instance 1', 'instance 2'],
    ['instance 3'],
    [],
    ['instance 3', 'instance 4'],
  ]);
  expect(found(places, 'patientID', 'P1', 'P2')).toEqual([['patient 1'], ['patient 2']]);
  expect(found(places, 'seriesInstanceUID', '1.2')).toEqual([['series 20']]);
  expect(found(places, 'studyInstanceUID', '2.3')).toEqual([['study 300']]);
});

test('a folder that every patient has is looked for among those of the patient', () => {
  const patients = Array.from({ length: 4000 }, (_, at) => `P${at}`);
  const places = patients.flatMap((name) =>
    ['1', '2', '3'].map((slice) => `/data/set/${name}/study/scan/${slice}.png`),
  );
  const started = performance.now();
  const said = found(places, 'folder', ...patients.map((name) => `${name}/study/scan`));
  expect(said.every((images) => Array.isArray(images) && images.length === 3)).toBe(true);
  expect(performance.now() - started).toBeLessThan(10_000);
});

test('keys are tried one after the other until one leads to something', () => {
  const keys: RowKey[] = [
    { kind: 'sopInstanceUID', text: 'a' },
    { kind: 'file-name', text: 'a' },
  ];
  expect(finder(['/d/a.png'], [keys]).find(keys).targets).toHaveLength(1);
});

test('the end of a path is not that of another part of the set', () => {
  const places = ['/d/valid/P1/1.png', '/d/train/P2/1.png', '/d/mine/P3/1.png'];
  const keys = ['x/train/P1/1.png', 'x/train/P2/1.png', 'x/train/P3/1.png'];
  expect(found(places, 'path-end', ...keys)).toEqual([[], ['instance 2'], []]);
  // Where the parts are not kept apart here, and where they are named by nobody.
  expect(found(['/d/mine/P1/1.png', '/d/mine/P2/1.png'], 'path-end', ...keys)).toEqual([
    ['instance 1'],
    ['instance 2'],
    [],
  ]);
  expect(found(['/d/valid/P1/1.png'], 'path-end', ...keys)).toEqual([[], [], []]);
});

test('a path of another computer is not that of another part of the set', () => {
  const image = { places: ['/here/valid/P1/1.png'] } as unknown as CatalogueImage;
  const at = (bases: readonly string[], key: string): number =>
    new PathFinder([image], bases, [key]).find(key).images.length;
  expect(at(['/here/valid'], '/there/train/P1/1.png')).toBe(0);
  expect(at(['/here/valid'], '/there/validation/P1/1.png')).toBe(1);
  expect(at(['/here/valid'], 'C:\\set\\P1\\1.png')).toBe(1);
});
