/** An order by uncertainty is made in one window while another, of another account, looks at the same library. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { silentLogger } from '../../core/base/logger.ts';
import { importPaths } from '../../core/services/import/import.ts';
import { openServices } from '../../core/services/session/open.ts';
import { writeStudies } from '../support/made-studies.ts';
import { put } from '../support/studies.ts';
import { callFrom } from './support/calls.ts';
import { launch, temporaryFolder } from './support/launch.ts';
import { openReading } from './support/reading.ts';
import { show } from './support/screens.ts';

const patients = 10;

/** A library of two studies a patient, of whom eight patients have labels. */
async function partlyLabelled(): Promise<{ readonly folder: string; readonly library: string }> {
  const folder = temporaryFolder('two');
  const library = join(folder, 'library');
  writeStudies(join(folder, 'studies'), patients);
  const rows = Array.from({ length: 8 }, (_, p) => `P1-${p},${p % 2 === 1 ? 'disc' : 'normal'}`);
  const labels = put(folder, 'some.csv', ['patientID,label', ...rows].join('\n'));
  const { context, close } = await openServices({
    ...{ library, mode: 'write', engine: 'onnxruntime', device: 'cpu', progress: () => {}, log: silentLogger },
    signal: new AbortController().signal,
  });
  await importPaths(context, { paths: [join(folder, 'studies')], dataset: 'reading', labels });
  await close();
  return { folder, library };
}

test('the second window reads on while the first makes an order, is told nothing is wrong, and finds the order when it takes the library over', async () => {
  const { folder, library } = await partlyLabelled();
  const first = await launch({ library });
  await openReading(first.page);
  await first.page.getByRole('button', { name: 'Order by uncertainty' }).click();
  const making = first.page.getByTestId('order').filter({ hasText: 'A new order is being made' });
  const made = first.page.getByTestId('order').filter({ hasText: /The least certain first: 20 cases/ });
  await making.or(made).waitFor({ timeout: 120_000 });

  const second = await launch({ library });
  const main = second.page.getByRole('main');
  await main.getByText('Another Sidelight is working in this library').waitFor();
  await main.getByRole('button', { name: 'Open for reading only' }).click();
  await second.page.getByText('Open for reading only: nothing can be changed.').waitFor();
  await openReading(second.page);
  const alerts = (): Promise<string[]> => second.page.locator('.notices').getByRole('alert').allTextContents();
  expect(await alerts()).toEqual([]);
  await made.waitFor({ timeout: 600_000 });
  // It reads what the first has written meanwhile, and may not ask for an order itself.
  await show(second.page, 'Library');
  await openReading(second.page);
  expect(await alerts()).toEqual([]);
  await expect(callFrom(second.page, 'readers.add', { name: 'Dr. Weiss' })).rejects.toThrow('reading only');

  await first.close();
  await second.page.getByRole('button', { name: 'Open for writing' }).click();
  await expect.poll(() => second.page.getByText('nothing can be changed').count()).toBe(0);
  await openReading(second.page);
  await second.page
    .getByTestId('order')
    .filter({ hasText: /The least certain first: 20 cases/ })
    .waitFor({ timeout: 120_000 });
  await second.close();
  expect([first.complaints, second.complaints]).toEqual([[], []]);
  rmSync(folder, { recursive: true, force: true });
}, 1_200_000);
