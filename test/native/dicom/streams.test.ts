/** Streams against their headers, empty tables and inverted displays, in files that this test makes with DCMTK and GDCM. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { attributes } from '../../../core/dicom/generated/attributes.ts';
import type { Keyword } from '../../../core/dicom/index.ts';
import { type DicomValues, parseDicom, renderFrame, writeDicom } from '../../../core/dicom/index.ts';
import { openDecodePool } from '../../../core/services/pixels/decode/pool.ts';
import { withShort, withVr } from '../../support/dicom-patch.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { tool } from '../../support/tools.ts';

const pool = openDecodePool();
afterAll(() => pool.close());

const bitsStored = 0x00280101;
const highBit = 0x00280102;

/** A grey instance, its elements in order, as other programs want it. */
function instance(values: DicomValues): Uint8Array {
  const all: DicomValues = {
    sopClassUID: '1.2.840.10008.5.1.4.1.1.7',
    sopInstanceUID: '2.25.77',
    studyInstanceUID: '2.25.1',
    seriesInstanceUID: '2.25.2',
    patientID: 'P',
    patientName: 'Test',
    modality: 'OT',
    samplesPerPixel: 1,
    photometricInterpretation: 'MONOCHROME2',
    pixelRepresentation: 0,
    ...values,
  };
  const sorted = Object.entries(all).sort(([a], [b]) => attributes[a as Keyword].tag - attributes[b as Keyword].tag);
  return writeDicom(Object.fromEntries(sorted));
}

/** What `command` makes of a file. */
function converted(command: string, options: readonly string[], bytes: Uint8Array): Uint8Array {
  const folder = temporaryFolder();
  const [from, to] = [join(folder, 'in.dcm'), join(folder, 'out.dcm')];
  writeFileSync(from, bytes);
  const { status, stderr } = spawnSync(command, [...options, from, to], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return new Uint8Array(readFileSync(to));
}

const side = 64;
const ramp = Uint16Array.from({ length: side * side }, (_, i) => Math.round((3000 * (i % side)) / (side - 1)));
const sixteen = { rows: side, columns: side, bitsAllocated: 16, bitsStored: 16, highBit: 15, pixelData: ramp };

const dcmtk = tool('dcm2pnm', 'dcmtk');
const gdcm = tool('gdcmconv', 'libgdcm-tools', { optional: true });

describe('streams wider than Bits Stored', () => {
  /** 0 to 3000 in sixteen bits, compressed by another program, under a header that says ten. */
  async function expectWhole(command: string, ...options: string[]): Promise<void> {
    const compressed = converted(command, options, instance(sixteen));
    expect(parseDicom(compressed).dataSet.element('pixelData')?.encapsulated).toBeDefined();
    const lying = withShort(withShort(compressed, bitsStored, 10), highBit, 9);
    const { samples } = await pool.decodeFrame(lying, 0);
    expect([...samples]).toEqual([...ramp]);
  }

  test.skipIf(!gdcm).each(['--j2k', '--jpegls', '--jpeg'])('gdcmconv %s: used whole (needs GDCM)', async (option) => {
    await expectWhole('gdcmconv', option);
  });

  test.skipIf(!dcmtk).each(['dcmcjpls', 'dcmcjpeg'])('%s: used whole (needs DCMTK)', async (command) => {
    await expectWhole(command);
  });

  test.skipIf(!dcmtk)('cells of RLE are no stream: their unused bits are removed (needs DCMTK)', async () => {
    const lying = withShort(withShort(converted('dcmcrle', [], instance(sixteen)), bitsStored, 10), highBit, 9);
    expect([...(await pool.decodeFrame(lying, 0)).samples]).toEqual([...ramp].map((value) => value & 0x3ff));
  });
});

describe('lossy samples above the bits stored', () => {
  const board = Uint8Array.from({ length: side * side }, (_, i) => (((i >> 2) + (i >> 8)) % 2 === 0 ? 0 : 127));
  const eight = { rows: side, columns: side, bitsAllocated: 8, bitsStored: 8, highBit: 7, pixelData: board };

  test.skipIf(!dcmtk)('are clamped to white, not wrapped to black (needs DCMTK)', async () => {
    const compressed = converted('dcmcjpeg', ['+eb', '+q', '90'], instance(eight));
    const { dataSet } = parseDicom(converted('dcmdjpeg', [], compressed));
    const theirs = dataSet.valueBytes('pixelData') ?? new Uint8Array(0);
    const over = theirs.filter((value) => value > 127).length;
    expect(over).toBeGreaterThan(100);
    const { samples } = await pool.decodeFrame(withShort(withShort(compressed, bitsStored, 7), highBit, 6), 0);
    for (let i = 0; i < samples.length; i++) {
      const expected = Math.min(127, theirs[i] ?? 0);
      expect(Math.abs((samples[i] as number) - expected), `sample ${i}`).toBeLessThanOrEqual(1);
    }
  });
});

describe.skipIf(!dcmtk)('signed values whose sign was never extended (needs DCMTK)', () => {
  /** -1500 to 1500 in twelve bits of sixteen, the four above them empty. */
  const cells = Uint16Array.from(ramp, (value) => (value - 1500) & 0x0fff);
  const plain = instance({ ...sixteen, bitsStored: 12, highBit: 11, pixelRepresentation: 1, pixelData: cells });
  test.each([['dcmcjpeg', '+e1'], ['dcmcjpeg', '+el'], ['dcmcjpls', '+el'], ['dcmcrle']])(
    'are the same after %s %s',
    async (command, ...options) => {
      const compressed = converted(command, options, plain);
      expect(parseDicom(compressed).dataSet.element('pixelData')?.encapsulated).toBeDefined();
      const { samples, bitsStored: bits } = await pool.decodeFrame(compressed, 0);
      expect([...samples]).toEqual([...ramp].map((value) => value - 1500));
      expect([bits, [...(await pool.decodeFrame(plain, 0)).samples]]).toEqual([12, [...samples]]);
    },
  );
});

/** Grey levels of 0 to 255 as DCMTK draws the file, by its first window unless `options` say otherwise. */
function drawnByDcmtk(bytes: Uint8Array, options: readonly string[] = ['+Wi', '1']): number[] {
  const folder = temporaryFolder();
  const [from, to] = [join(folder, 'in.dcm'), join(folder, 'out.pgm')];
  writeFileSync(from, bytes);
  const { status, stderr } = spawnSync('dcm2pnm', ['--write-raw-pnm', ...options, from, to], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return [...readFileSync(to).subarray(-side * side)];
}

/** A modality LUT for 0 onwards; rescaling beside it would be against the standard. */
function table(lutData: Uint16Array): DicomValues {
  const item = { lutDescriptor: [lutData.length, 0, 16], modalityLUTType: 'US', lutData };
  return { modalityLUTSequence: [item], rescaleIntercept: '', rescaleSlope: '' };
}

describe.skipIf(!dcmtk)('display as DCMTK draws it (needs DCMTK)', () => {
  const windowed: DicomValues = {
    ...sixteen,
    windowCenter: '500',
    windowWidth: '2000',
    rescaleIntercept: '-1000',
    rescaleSlope: '1',
  };
  const cases: readonly [string, DicomValues][] = [
    ['a window', {}],
    ['an empty item in the Modality LUT Sequence', { modalityLUTSequence: [{}] }],
    ['an empty item in the VOI LUT Sequence', { voiLUTSequence: [{}] }],
    // Retired, angiography and fluoroscopy: DCMTK knows which are drawn as they are stored.
    ...['12.1', '12.2', '12.3', '12.1.1', '12.2.1', '1'].flatMap((end): [string, DicomValues][] => {
      const sopClassUID = `1.2.840.10008.5.1.4.1.1.${end}`;
      const lutData = Uint16Array.from({ length: 3001 }, (_, i) => (i * i) / 200);
      return [
        [`rescale of SOP class ${end}`, { sopClassUID }],
        [`a modality LUT of SOP class ${end}`, { sopClassUID, ...table(lutData) }],
      ];
    }),
    ...['MONOCHROME1', 'MONOCHROME2'].flatMap((photometricInterpretation) =>
      ['IDENTITY', 'INVERSE'].map((presentationLUTShape): [string, DicomValues] => [
        `${photometricInterpretation} with Presentation LUT Shape ${presentationLUTShape}`,
        { photometricInterpretation, presentationLUTShape },
      ]),
    ),
  ];
  test.each(cases)('%s', (_, values) => {
    const bytes = instance({ ...windowed, ...values });
    const ours = [...renderFrame(parseDicom(bytes), 0).data].map((value) => value * 255);
    const theirs = drawnByDcmtk(bytes);
    const worst = ours.reduce((most, value, i) => Math.max(most, Math.abs(value - (theirs[i] ?? 0))), 0);
    expect(worst).toBeLessThanOrEqual(1);
  });

  /** A table that brightens from `first` on. */
  const brightening = (first: number) => [
    {
      lutDescriptor: [2048, first, 16],
      lutData: Uint16Array.from({ length: 2048 }, (_, i) => Math.round((65_535 * i) / 2047)),
    },
  ];
  const signed = {
    ...{ ...sixteen, pixelRepresentation: 1 },
    pixelData: Uint16Array.from(ramp, (value) => (value - 1500) & 0xffff),
  };
  const tables: readonly [string, readonly string[], DicomValues][] = [
    ['a modality LUT of signed values', ['+Wm'], { ...signed, modalityLUTSequence: brightening(-1024) }],
    ['a VOI LUT of signed values', ['+Wl', '1'], { ...signed, voiLUTSequence: brightening(-1024) }],
    [
      'a VOI LUT of what a rescale takes below 0',
      ['+Wl', '1'],
      { ...sixteen, rescaleIntercept: '-1500', rescaleSlope: '1', voiLUTSequence: brightening(64_512) },
    ],
    [
      'a VOI LUT of what a rescale takes above 32767',
      ['+Wl', '1'],
      { ...signed, rescaleIntercept: '34000', rescaleSlope: '1', voiLUTSequence: brightening(33_000) },
    ],
    [
      'a VOI LUT of what a modality LUT makes of signed values',
      ['+Wl', '1'],
      {
        ...signed,
        modalityLUTSequence: [
          { lutDescriptor: [3000, -1500, 16], lutData: Uint16Array.from({ length: 3000 }, (_, i) => 39_000 + i) },
        ],
        voiLUTSequence: brightening(39_500),
      },
    ],
  ];
  test.each(
    tables.flatMap(([name, options, values]) =>
      ['SS', 'US', 'no VR'].map((vr) => [`${name}, its first input under ${vr}`, options, values, vr] as const),
    ),
  )('%s', (_, options, values, vr) => {
    const written = instance(values);
    const bytes = vr === 'no VR' ? converted('dcmconv', ['+ti'], written) : withVr(written, 0x00283002, vr);
    const ours = [...renderFrame(parseDicom(bytes), 0).data].map((value) => value * 255);
    const theirs = drawnByDcmtk(bytes, options);
    const worst = ours.reduce((most, value, i) => Math.max(most, Math.abs(value - (theirs[i] ?? 0))), 0);
    expect(worst).toBeLessThanOrEqual(1);
    expect(new Set(theirs).size).toBeGreaterThan(20);
  });
});
