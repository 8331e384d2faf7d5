import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parseDicom, readHeader, writeDicom } from '../../../core/dicom/index.ts';
import { pythonWith, tool } from '../../support/tools.ts';

const dcmdump = tool('dcmdump', 'dcmtk');
const dciodvfy = tool('dciodvfy', 'dicom3tools');
const python = pythonWith(['pydicom', 'numpy'], 'python3-pydicom');
const folder = mkdtempSync(join(tmpdir(), 'sidelight-written-'));
const path = join(folder, 'written.dcm');
const pixels = Uint16Array.from({ length: 64 * 48 }, (_, i) => i);
const bytes = writeDicom({
  specificCharacterSet: 'ISO_IR 100',
  imageType: 'DERIVED\\SECONDARY',
  sopClassUID: '1.2.840.10008.5.1.4.1.1.7',
  sopInstanceUID: '2.25.1234',
  studyDate: '20260101',
  studyTime: '101010',
  accessionNumber: '',
  modality: 'OT',
  conversionType: 'WSD',
  referringPhysicianName: '',
  patientName: 'Prüf^Eins',
  patientID: 'P1',
  patientBirthDate: '',
  patientSex: 'O',
  studyInstanceUID: '2.25.1',
  seriesInstanceUID: '2.25.2',
  studyID: '1',
  seriesNumber: 1,
  instanceNumber: 1,
  laterality: 'L',
  patientOrientation: '',
  samplesPerPixel: 1,
  photometricInterpretation: 'MONOCHROME2',
  rows: 48,
  columns: 64,
  bitsAllocated: 16,
  bitsStored: 12,
  highBit: 11,
  pixelRepresentation: 0,
  windowCenter: 1500,
  windowWidth: 3000,
  rescaleIntercept: 0,
  rescaleSlope: 1,
  rescaleType: 'US',
  pixelData: pixels,
});
writeFileSync(path, bytes);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('written files', () => {
  test('read back as they were written', () => {
    const file = parseDicom(bytes);
    expect(file.problems).toEqual([]);
    expect(readHeader(file)).toMatchObject({ patientName: 'Prüf^Eins', rows: 48, columns: 64, seriesNumber: 1 });
    expect(file.dataSet.words('pixelData')).toEqual(pixels);
  });

  test.skipIf(!dcmdump)('dcmdump reads them without a word of complaint (needs DCMTK)', () => {
    const { status, stderr, stdout } = spawnSync(String(dcmdump), [path], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('[2.25.1234]');
  });

  test.skipIf(!dciodvfy)('dciodvfy finds no error (needs dicom3tools)', () => {
    const { stderr } = spawnSync(String(dciodvfy), [path], { encoding: 'utf8' });
    expect(stderr.split('\n').filter((line) => line.startsWith('Error'))).toEqual([]);
  });

  test.skipIf(!python)('pydicom reads the same values (needs pydicom)', () => {
    const code =
      'import pydicom, sys; d = pydicom.dcmread(sys.argv[1]); print(d.PatientName, d.pixel_array.shape, d.pixel_array.max())';
    expect(spawnSync(String(python), ['-c', code, path], { encoding: 'utf8' }).stdout.trim()).toBe(
      'Prüf^Eins (48, 64) 3071',
    );
  });
});
