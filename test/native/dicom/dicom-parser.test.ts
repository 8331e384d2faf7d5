import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../../core/base/errors.ts';
import type { DicomDataSet } from '../../../core/dicom/data-set.ts';
import { readDataSet, readRegular } from '../../../core/dicom/dicom-parser.ts';
import { type ParseOptions, parseElements } from '../../../core/dicom/elements.ts';
import { parseDicom } from '../../../core/dicom/index.ts';
import { hasShared, sharedPath } from '../../support/shared.ts';

const quiet: ParseOptions = { problem: () => {} };

/** Everything a data set says, sequences opened, as plain data. */
function plain(dataSet: DicomDataSet): unknown {
  return [...dataSet.elements.values()].map((element) => {
    const { items, ...rest } = element;
    const opened = items ?? (element.vr === 'SQ' ? dataSet.itemsOf(element.tag) : undefined);
    return { ...rest, ...(opened && { items: opened.map(plain) }) };
  });
}

function files(): string[] {
  return readdirSync(sharedPath('dicom'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(tsv|md)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

describe.skipIf(!hasShared)('the two readers on real files (needs shared/dicom)', () => {
  test('dicom-parser reads nine files in ten, and both give the same elements, fragments and items', () => {
    let regular = 0;
    let total = 0;
    for (const path of files()) {
      const bytes = new Uint8Array(readFileSync(path));
      let file: ReturnType<typeof parseDicom>;
      try {
        file = parseDicom(bytes);
      } catch (thrown) {
        if (thrown instanceof AppError) continue;
        throw thrown;
      }
      total += 1;
      // A deflated data set is read from its inflated bytes.
      const all = file.dataSet.bytes;
      const first = Math.min(...[...file.dataSet.elements.values()].map((e) => e.start));
      if (!Number.isFinite(first)) continue;
      const encoding = file.dataSet.encoding;
      const headerBytes = firstHeaderBytes(file.dataSet);
      const theirs = readRegular(all, encoding, first - headerBytes, quiet);
      if (theirs === undefined) continue;
      regular += 1;
      const ours = parseElements(all, encoding, first - headerBytes, all.length, quiet).dataSet;
      expect(plain(theirs), path.slice(-40)).toEqual(plain(ours));
    }
    expect(total).toBeGreaterThan(300);
    expect(regular).toBeGreaterThan(0.9 * total);
  });

  test('both stop before the pixel data with the same elements', () => {
    for (const path of files().slice(0, 120)) {
      const bytes = new Uint8Array(readFileSync(path));
      let file: ReturnType<typeof parseDicom>;
      try {
        file = parseDicom(bytes);
      } catch {
        continue;
      }
      const { dataSet } = file;
      const first = Math.min(...[...dataSet.elements.values()].map((e) => e.start));
      if (!Number.isFinite(first)) continue;
      const start = first - firstHeaderBytes(dataSet);
      const options = { ...quiet, untilPixelData: true };
      const theirs = readRegular(dataSet.bytes, dataSet.encoding, start, options);
      if (theirs === undefined) continue;
      const ours = parseElements(dataSet.bytes, dataSet.encoding, start, dataSet.bytes.length, options).dataSet;
      expect(plain(theirs), path.slice(-40)).toEqual(plain(ours));
    }
  });
});

/** Bytes of the first element's header: tag, VR and length. */
function firstHeaderBytes(dataSet: DicomDataSet): number {
  const first = [...dataSet.elements.values()].reduce((a, b) => (a.start < b.start ? a : b));
  if (!dataSet.encoding.explicit) return 8;
  return ['OB', 'OD', 'OF', 'OL', 'OW', 'SQ', 'UC', 'UN', 'UR', 'UT'].includes(first.vr ?? '') ? 12 : 8;
}

describe('a data set that dicom-parser cannot be trusted with', () => {
  const element = (tag: number, vr: string, value: number[]): number[] => [
    ...[(tag >>> 16) & 255, tag >>> 24, tag & 255, (tag >>> 8) & 255],
    ...[vr.charCodeAt(0), vr.charCodeAt(1), value.length, 0],
    ...value,
  ];
  const explicit = { littleEndian: true, explicit: true };

  test.each([
    ['tags that go back', [...element(0x00100020, 'LO', [65, 66]), ...element(0x00080060, 'CS', [67, 84])]],
    ['a VR that does not exist', [...element(0x00080060, 'CS', [67, 84]), ...element(0x00100020, 'Q?', [65, 66])]],
    ['bytes left over', [...element(0x00080060, 'CS', [67, 84]), 1, 2, 3]],
  ])('is left to the tolerant reader: %s', (_, bytes) => {
    const data = Uint8Array.from(bytes);
    expect(readRegular(data, explicit, 0, quiet)).toBeUndefined();
    expect(readDataSet(data, explicit, 0, quiet).text('modality')).toBe('CT');
  });

  test('nesting that overflows its stack becomes one clear error', () => {
    const item = [0xfe, 0xff, 0x00, 0xe0, 0xff, 0xff, 0xff, 0xff];
    const sequence = [0x08, 0x00, 0x40, 0x11, 0x53, 0x51, 0, 0, 0xff, 0xff, 0xff, 0xff];
    const deep = Uint8Array.from(Array.from({ length: 5000 }, () => [...sequence, ...item]).flat());
    expect(() => readDataSet(deep, explicit, 0, quiet)).toThrow(/nested more than 64 deep/);
  });
});
