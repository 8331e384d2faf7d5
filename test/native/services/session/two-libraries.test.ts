/** Nothing that one library's session keeps in memory reaches another's in the same process. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { silentLogger } from '../../../../core/base/logger.ts';
import { type InstanceId, importOptionsSchema, parseOptions } from '../../../../core/contract/index.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { heldImport, importPayload } from '../../../../core/services/import/ticket.ts';
import { deletePatient } from '../../../../core/services/library/delete-patient.ts';
import { type DecodePool, openDecodePool } from '../../../../core/services/pixels/decode/pool.ts';
import { frameBlock } from '../../../../core/services/pixels/display-frame.ts';
import type { ServiceContext } from '../../../../core/services/session/context.ts';
import { openServices } from '../../../../core/services/session/open.ts';
import { put, tinyDicom } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { appErrorOf } from '../../../support/thrown.ts';

async function openedSession(library: string): Promise<{ readonly context: ServiceContext; close(): Promise<void> }> {
  return await openServices({
    library,
    mode: 'write',
    engine: 'onnxruntime',
    device: 'cpu',
    progress: () => {},
    log: silentLogger,
    signal: new AbortController().signal,
  });
}

function viewport(): DecodePool {
  const pool = openDecodePool({ workers: 1 });
  onTestFinished(() => pool.close());
  return pool;
}

/** Imports one image of one grey level; it gets the first row id of a new library. */
async function importGrey(context: ServiceContext, folder: string, grey: number): Promise<void> {
  put(folder, `${grey}.dcm`, tinyDicom({ patient: `p${grey}`, study: `1.2.${grey}`, instance: `1.2.${grey}.1`, grey }));
  await importPaths(context, { paths: [folder], dataset: 'd' });
}

/** The first sample that the viewport draws of the library's first image. */
async function greyOnView(context: ServiceContext, pool: DecodePool): Promise<number> {
  const block = await frameBlock(context, pool, 1 as InstanceId, 0);
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  return view.getUint16(Math.ceil((4 + view.getUint32(0, true)) / 8) * 8, true);
}

test("a library opened where another one lay shows its own image, not the other's under the same row number", async () => {
  const folder = temporaryFolder();
  const library = join(folder, 'library');
  const pool = viewport();
  const first = await openedSession(library);
  await importGrey(first.context, join(folder, 'first'), 100);
  expect(await greyOnView(first.context, pool)).toBe(100);
  await first.close();
  rmSync(library, { recursive: true });

  const second = await openedSession(library);
  onTestFinished(() => second.close());
  await importGrey(second.context, join(folder, 'second'), 200);
  expect(await greyOnView(second.context, pool)).toBe(200);
});

test('the paths of a pseudonymised import are known to the session that was given them alone, and to nobody once it is closed', async () => {
  const folder = temporaryFolder();
  const one = await openedSession(join(folder, 'one'));
  const other = await openedSession(join(folder, 'other'));
  onTestFinished(() => other.close());
  const options = parseOptions(importOptionsSchema, { paths: [folder], dataset: 'd', pseudonymise: true });
  const payload = importPayload(one.context, options);
  expect(heldImport(one.context, payload)).toEqual(options);
  const refused = { code: 'BAD_INPUT' };
  expect(appErrorOf(() => heldImport(other.context, payload))).toMatchObject(refused);
  await one.close();
  expect(appErrorOf(() => heldImport(one.context, payload))).toMatchObject(refused);
});

test('an image of a deleted patient is not shown from memory', async () => {
  const folder = temporaryFolder();
  const { context, close } = await openedSession(join(folder, 'library'));
  onTestFinished(close);
  const pool = viewport();
  await importGrey(context, join(folder, 'studies'), 100);
  await greyOnView(context, pool);
  deletePatient(context, { patientID: 'p100' });
  await expect(greyOnView(context, pool)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
});
