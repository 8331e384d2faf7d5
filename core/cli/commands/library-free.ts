import type { FreeReport } from '../../contract/results/maintenance.ts';
import { defineCommand } from '../command.ts';
import { formatBytes, plural } from '../format.ts';
import { toggle } from '../options.ts';

export const command = defineCommand({
  name: 'library free',
  summary: 'free the room of features that no data set needs',
  description:
    'Says how much room features and resized images take that no data set needs: those of deleted data sets, and of images that are in none. With ' +
    '--confirm it removes them. Nothing else goes: no image, label or model, and nothing that a data set has or has frozen. What is needed after all, as when a ' +
    'deleted data set is brought back, is computed again, which takes as long as the first time; so what is kept of images whose file is not there any ' +
    'more stays. Close Sidelight first.',
  arguments: [],
  options: { confirm: toggle('--confirm', 'remove them; without, only what would go is said') },
  examples: [
    { line: 'sidelight library free', why: 'what would go' },
    { line: 'sidelight library free --confirm', why: 'remove it' },
  ],
  run: async (context, _args, { confirm }) => {
    const services = await context.services(confirm ? 'write' : 'read');
    const { freeRecords, planFreeing } = await import('../../services/library/free.ts');
    const report = confirm ? freeRecords(services) : planFreeing(services);
    return { json: report, lines: freeLines(report) };
  },
});

function freeLines({ isDone, files, bytes, keptFiles }: FreeReport): string[] {
  const kept =
    keptFiles === 0
      ? []
      : [
          `${plural(keptFiles, 'file')} of features that no data set needs ${keptFiles === 1 ? 'stays' : 'stay'}: an image in ${keptFiles === 1 ? 'it' : 'them'} has no file any more from which they could be computed again.`,
        ];
  if (files === 0) return ['Nothing to free: a data set needs every file of features that could go.', ...kept];
  const what = `${plural(files, 'file')} of features and resized images (${formatBytes(bytes)}) that no data set needs`;
  return isDone
    ? [`Removed: ${what}.`, ...kept]
    : [`Would go: ${what}.`, ...kept, 'Remove them: sidelight library free --confirm'];
}
