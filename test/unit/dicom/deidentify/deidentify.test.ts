import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../../../core/base/errors.ts';
import { type DeidentifyOptions, deidentify } from '../../../../core/dicom/deidentify/index.ts';
import type { OutElement } from '../../../../core/dicom/deidentify/rewrite.ts';
import { parseDicom } from '../../../../core/dicom/parse.ts';
import { canaryFile, foundCanaries, plantedCount } from '../../../support/canaries.ts';
import { dicomFile, identity, joined, shortElement, textElement } from '../../../support/dicom-file.ts';

function keyedBy(key: string): DeidentifyOptions['keyed'] {
  return (purpose, text) => new Uint8Array(createHmac('sha256', key).update(`${purpose}\0${text}`).digest());
}
const plain: DeidentifyOptions = { retain: [], dates: 'remove', keyed: keyedBy('a') };

function run(elements: readonly OutElement[], options = plain) {
  const result = deidentify(parseDicom(dicomFile([...identity, ...elements])), options);
  return { ...result, file: parseDicom(joined(result.chunks)) };
}

describe('planted identifiers', () => {
  test('all of them are in the file before', () => {
    expect([plantedCount, foundCanaries(canaryFile()).length >= 51]).toEqual([51, true]);
  });

  test.each([
    ['basic profile', plain],
    [
      'device, institution and patient characteristics retained, dates shifted',
      { ...plain, retain: ['patient'], dates: 'shift' },
    ],
  ] as const)('none is in the bytes after: %s', (_name, options) => {
    const result = deidentify(parseDicom(canaryFile()), options);
    expect(
      foundCanaries(joined(result.chunks)).filter((c) => !/^101112/.test(c) || options.dates === 'remove'),
    ).toEqual([]);
  });

  test('none is in what is told about the file', () => {
    const { chunks: _, ...told } = deidentify(parseDicom(canaryFile()), plain);
    expect(foundCanaries(new TextEncoder().encode(JSON.stringify(told)))).toEqual([]);
  });

  test('retained UIDs are the only ones that come through with that option', () => {
    const result = deidentify(parseDicom(canaryFile()), { ...plain, retain: ['uids'] });
    expect(foundCanaries(joined(result.chunks)).filter((c) => !c.startsWith('1.2.276.0.55.'))).toEqual([]);
  });
});

describe('identity', () => {
  const study = textElement(0x0020000d, 'UI', '1.2.3.100');

  test('a reference points at the new UID of what it pointed at, in other files and in other runs', () => {
    const other = deidentify(
      parseDicom(
        dicomFile([
          textElement(0x00080016, 'UI', '1.2.840.10008.5.1.4.1.1.2'),
          textElement(0x00080018, 'UI', '1.2.3.4.6'),
          study,
          { tag: 0x00081140, vr: 'SQ', items: [[textElement(0x00081155, 'UI', '1.2.3.4.5')]] },
        ]),
      ),
      plain,
    );
    const first = run([study]);
    const referenced = parseDicom(joined(other.chunks)).dataSet.itemsOf(0x00081140)[0]?.elements.get(0x00081155);
    const bytes = joined(other.chunks).subarray(
      referenced?.start,
      (referenced?.start ?? 0) + (referenced?.length ?? 0),
    );
    expect(Buffer.from(bytes).toString().replace('\0', '')).toBe(first.sopInstanceUID);
    expect(other.studyInstanceUID).toBe(first.studyInstanceUID);
    expect(other.sopInstanceUID).not.toBe(first.sopInstanceUID);
    expect([first.file.meta.uid('mediaStorageSOPInstanceUID'), first.file.dataSet.uid('sopInstanceUID')]).toEqual([
      first.sopInstanceUID,
      first.sopInstanceUID,
    ]);
  });

  test('another key gives other UIDs, another pseudonym and another shift', () => {
    const a = run([study, textElement(0x00100020, 'LO', 'P')]);
    const b = run([study, textElement(0x00100020, 'LO', 'P')], { ...plain, keyed: keyedBy('b') });
    expect(a.studyInstanceUID).not.toBe(b.studyInstanceUID);
    expect(a.pseudonym).not.toBe(b.pseudonym);
  });

  test('UIDs of the standard stay', () => {
    const { file } = run([textElement(0x00200052, 'UI', '1.2.840.10008.1.4.1.1')]);
    expect([file.dataSet.uid('frameOfReferenceUID'), file.dataSet.uid('sopClassUID')]).toEqual([
      '1.2.840.10008.1.4.1.1',
      '1.2.840.10008.5.1.4.1.1.2',
    ]);
  });

  test("a site's own pseudonym is used for name and ID", () => {
    const options = { ...plain, pseudonym: (id: string) => (id === 'P' ? 'TRIAL-007' : undefined) };
    const { file } = run([textElement(0x00100020, 'LO', 'P'), textElement(0x00100010, 'PN', 'A^B')], options);
    expect([file.dataSet.text('patientID'), file.dataSet.text('patientName')]).toEqual(['TRIAL-007', 'TRIAL-007']);
  });

  test('intervals between the studies of one patient stay, those between patients do not', () => {
    const dates = (patient: string, date: string) => {
      const { file } = run([textElement(0x00100020, 'LO', patient), textElement(0x00080020, 'DA', date)], {
        ...plain,
        dates: 'shift',
      });
      const text = file.dataSet.text('studyDate') ?? '';
      return Date.parse(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`) / 86_400_000;
    };
    expect(dates('P', '20240301') - dates('P', '20240228')).toBe(2);
    expect(dates('P', '20240301') - dates('Q', '20240228')).not.toBe(2);
  });

  test('what is no date is not kept by shifting', () => {
    const { file } = run([textElement(0x00080020, 'DA', 'MILLER01'), textElement(0x00080021, 'DA', '20231350')], {
      ...plain,
      dates: 'shift',
    });
    expect([file.dataSet.text('studyDate'), file.dataSet.text('seriesDate')]).toEqual([undefined, '19000101']);
  });
});

describe('files', () => {
  const pixels = Uint8Array.of(9, 8, 7, 6);

  test.each([
    ['implicit VR little endian', { littleEndian: true, explicit: false }, '1.2.840.10008.1.2'],
    ['explicit VR big endian', { littleEndian: false, explicit: true }, '1.2.840.10008.1.2.2'],
  ])('%s stays so, with its pixels', (_name, encoding, uid) => {
    const sequence: OutElement = { tag: 0x00081115, vr: 'SQ', items: [[textElement(0x0020000e, 'UI', '1.2.3.7')]] };
    const file = dicomFile([...identity, sequence, { tag: 0x7fe00010, vr: 'OW', value: pixels }], encoding, uid);
    const result = deidentify(parseDicom(file), plain);
    const again = parseDicom(joined(result.chunks));
    expect([again.transferSyntaxUID, again.dataSet.encoding]).toEqual([uid, encoding]);
    expect(again.dataSet.valueBytes('pixelData')).toEqual(pixels);
    expect(again.dataSet.itemsOf(0x00081115)[0]?.elements.get(0x0020000e)?.length).toBeGreaterThan(20);
  });

  test('fragments of compressed pixels are copied as they are', () => {
    const fragments = [Uint8Array.of(1, 2), Uint8Array.of(3, 4, 5, 6)];
    const offsetTable = new Uint8Array(4);
    const file = dicomFile(
      [...identity, { tag: 0x7fe00010, vr: 'OB', encapsulated: { offsetTable, fragments } }],
      undefined,
      '1.2.840.10008.1.2.4.50',
    );
    const again = parseDicom(joined(deidentify(parseDicom(file), plain).chunks)).dataSet;
    const read = again.element('pixelData')?.encapsulated;
    expect(read?.fragments.map((f) => again.bytes.slice(f.start, f.start + f.length))).toEqual(fragments);
    expect(read?.offsetTable.length).toBe(4);
  });

  test('a padded odd fragment takes the offset table with it, because offsets behind it move', () => {
    const fragments = [Uint8Array.of(1, 2, 3, 4), Uint8Array.of(5, 6)];
    const file = dicomFile(
      [...identity, { tag: 0x7fe00010, vr: 'OB', encapsulated: { offsetTable: new Uint8Array(8), fragments } }],
      undefined,
      '1.2.840.10008.1.2.4.50',
    );
    const at = Buffer.from(file).indexOf(Buffer.of(1, 2, 3, 4));
    // The first fragment made one byte short, as some writers do.
    const odd = joined([file.subarray(0, at - 4), Uint8Array.of(3, 0, 0, 0, 1, 2, 3), file.subarray(at + 4)]);
    const result = deidentify(parseDicom(odd), plain);
    expect(result.warnings.map((w) => w.code)).toContain('ODD_FRAGMENTS');
    expect(parseDicom(joined(result.chunks)).dataSet.element('pixelData')?.encapsulated?.offsetTable.length).toBe(0);
  });

  test('bytes that should be a sequence and are none are removed', () => {
    const { file } = run([{ tag: 0x00081115, vr: 'OB', value: pixels }]);
    expect(file.dataSet.elements.has(0x00081115)).toBe(false);
  });

  test.each([
    ['a DICOMDIR', [textElement(0x00080016, 'UI', '1.2.840.10008.1.3.10'), textElement(0x00080018, 'UI', '1.2.3')]],
    ['no SOP class', [textElement(0x00080018, 'UI', '1.2.3'), textElement(0x00100010, 'PN', 'X')]],
    [
      'a private SOP class',
      [textElement(0x00080016, 'UI', '1.3.12.2.1107.5.9.1'), textElement(0x00080018, 'UI', '1.2.3')],
    ],
  ])('%s is refused with the reason', (_name, elements) => {
    let thrown: unknown;
    try {
      deidentify(parseDicom(dicomFile(elements)), plain);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(AppError);
    expect((thrown as AppError).code).toBe('DEIDENTIFY_REFUSED');
  });
});

describe('warnings about what stays in the pixels', () => {
  const image = [{ tag: 0x7fe00010, vr: 'OB', value: Uint8Array.of(1, 2) }, shortElement(0x00280010, 1)];
  const codes = (...elements: readonly OutElement[]) => run([...image, ...elements]).warnings.map((w) => w.code);

  test('burned-in text that the file admits', () => {
    expect(codes(textElement(0x00280301, 'CS', 'YES'))).toEqual(['BURNED_IN_ANNOTATION']);
  });
  test('ultrasound, screen captures and converted pictures are suspect unless the file says NO', () => {
    expect(codes(textElement(0x00080060, 'CS', 'US'))).toEqual(['BURNED_IN_LIKELY']);
    expect(codes(textElement(0x00080064, 'CS', 'WSD'))).toEqual(['BURNED_IN_LIKELY']);
    expect(codes(textElement(0x00080008, 'CS', 'DERIVED\\SECONDARY\\SCREEN SAVE'))).toEqual(['BURNED_IN_LIKELY']);
    expect(codes(textElement(0x00080060, 'CS', 'US'), textElement(0x00280301, 'CS', 'NO'))).toEqual([]);
    expect(codes(textElement(0x00080060, 'CS', 'CT'))).toEqual([]);
  });
  test('an overlay in unused pixel bits and recognizable features', () => {
    expect(codes(shortElement(0x60000100, 16), textElement(0x00280302, 'CS', 'YES'))).toEqual([
      'RECOGNISABLE_FEATURES',
      'OVERLAY_IN_PIXELS',
    ]);
  });
});
