import { defineCommand } from '../command.ts';
import { formatBytes } from '../format.ts';
import { text } from '../options.ts';

export const command = defineCommand({
  name: 'library backup',
  summary: 'copy the database to a place of your choice',
  description:
    'Writes a consistent, checked copy of the database (labels, data sets, models with their weights, results) into a folder; may run ' +
    'while Sidelight works, but not while patients are deleted. It holds patient IDs: protect it like the library. Image files, LPMs and the computed features are not in ' +
    'it. Sidelight also makes a copy every day and before every update of the library and keeps the last seven daily ones.',
  arguments: [],
  options: { to: text('--to <dir>', 'folder to write into (default: backups/ in the library)') },
  examples: [{ line: 'sidelight library backup --to /mnt/backup/sidelight', why: 'onto another disk' }],
  run: async (context, _args, options) => {
    const { backUpLibrary } = await import('../../services/library/backup.ts');
    const { libraryFolder } = await import('../../services/session/library.ts');
    const report = backUpLibrary(libraryFolder(context.globals.library), options.to, new Date());
    return { json: report, lines: [`Backed up to ${report.path} (${formatBytes(report.sizeBytes)}).`] };
  },
});
