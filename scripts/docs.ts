/** `npm run docs`: writes the generated pages of docs/. A unit test fails when they are out of date. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadCommands } from '../core/cli/folder.ts';
import { commandLine } from './command-line.ts';
import { labelsPage } from './docs/labels-page.ts';
import { callsPage, commandReference, errorCodesPage } from './docs/pages.ts';
import { pixelsPage } from './docs/pixels-page.ts';
import { profilesPage } from './docs/profiles-page.ts';
import { licencesPage } from './licences/page.ts';

commandLine(import.meta.filename, {});
const folder = join(import.meta.dirname, '..', 'docs');
writeFileSync(join(folder, 'commands.md'), commandReference(await loadCommands()));
writeFileSync(join(folder, 'error-codes.md'), errorCodesPage());
writeFileSync(join(folder, 'calls.md'), callsPage());
writeFileSync(join(folder, 'labels-files.md'), labelsPage());
writeFileSync(join(folder, 'label-profiles.md'), profilesPage());
writeFileSync(join(folder, 'pixels.md'), pixelsPage());
writeFileSync(join(folder, 'licences.md'), licencesPage(join(folder, '..')));
console.log(
  'Wrote docs/commands.md, docs/error-codes.md, docs/calls.md, docs/labels-files.md, docs/label-profiles.md, docs/pixels.md and docs/licences.md',
);
