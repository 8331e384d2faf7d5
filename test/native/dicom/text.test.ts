import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { decodeText, parseDicom, type TextDecoderFactory } from '../../../core/dicom/index.ts';
import { hasShared, sharedPath } from '../../support/shared.ts';
import { pythonWith } from '../../support/tools.ts';

const python = pythonWith(['pydicom'], 'python3-pydicom');

const decoders: TextDecoderFactory = (label) => {
  const decoder = new TextDecoder(label);
  return (bytes) => decoder.decode(bytes);
};

const readNames = `
import json, pydicom, sys
print(json.dumps([str(pydicom.dcmread(p).get('PatientName', '')) for p in sys.argv[1:]]))
`;

test.skipIf(!python || !hasShared)(
  'names in fourteen character sets read as pydicom reads them (needs pydicom)',
  () => {
    const folder = sharedPath('dicom', 'pydicom-3.0.2-wheel', 'charset_files');
    const paths = readdirSync(folder).map((name) => `${folder}/${name}`);
    const { stdout } = spawnSync(String(python), ['-W', 'ignore', '-c', readNames, ...paths], { encoding: 'utf8' });
    const ours = paths.map((path) => {
      const { dataSet } = parseDicom(new Uint8Array(readFileSync(path)));
      // pydicom leaves out empty component groups at the end.
      return (decodeText(dataSet, 'patientName', decoders) ?? '').replace(/=+$/, '');
    });
    expect(ours).toEqual(JSON.parse(stdout));
  },
);
