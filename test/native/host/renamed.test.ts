/** What the window is told when something has another name: everything that shows the former one. */
import { expect, test } from 'vitest';
import type { CoreContext } from '../../../core/host/context.ts';
import { editingHandlers } from '../../../core/host/handlers/editing.ts';
import { libraryHandlers } from '../../../core/host/handlers/library.ts';
import { addModelRow, temporaryLibrary } from '../../support/library.ts';
import { testContext } from '../../support/studies.ts';

test('a renamed model or data set is told to lists of jobs and of watched folders, too', async () => {
  const library = temporaryLibrary();
  addModelRow(library, 'one');
  const told: unknown[] = [];
  const context = {
    services: testContext(library),
    emit: (name: string, payload: object) => told.push([name, ...Object.values(payload)]),
  } as unknown as CoreContext;
  await editingHandlers['models.rename']({ model: 'one', name: 'two' }, context);
  expect(told.splice(0)).toEqual(
    expect.arrayContaining([['library.changed', 'models'], ['library.changed', 'jobs'], ['watches.changed']]),
  );
  await libraryHandlers['datasets.rename']({ dataset: 'demo', name: 'shown' }, context);
  expect(told).toEqual(
    expect.arrayContaining([['library.changed', 'datasets'], ['library.changed', 'jobs'], ['watches.changed']]),
  );
});
