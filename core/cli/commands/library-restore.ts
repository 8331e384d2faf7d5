import { defineCommand } from '../command.ts';
import { text } from '../options.ts';
import { putAsideLines } from '../put-aside-lines.ts';

export const command = defineCommand({
  name: 'library restore',
  summary: 'put a backup in the place of the database',
  description:
    'Takes the newest sound backup, or the one named, checks it and puts it in place. The present database is never destroyed: it goes ' +
    'into set-aside/ with the time as its name. What was done after the backup was made is not in it; jobs that waited or ran when it was made do not ' +
    'begin by themselves. Close Sidelight first.',
  arguments: [],
  options: {
    from: text('--from <backup>', 'name of a file in backups/, or path of a copy (default: the newest sound one)'),
  },
  examples: [
    { line: 'sidelight library restore', why: 'after damage: the newest sound backup' },
    {
      line: 'sidelight library restore --from /mnt/backup/sidelight/sidelight-2026-05-04.sqlite',
      why: 'a copy of your own',
    },
  ],
  run: async (context, _args, options) => {
    const { restoreFromBackup } = await import('../../services/library/backup.ts');
    const { libraryFolder } = await import('../../services/session/library.ts');
    const report = restoreFromBackup(libraryFolder(context.globals.library), options.from, new Date());
    return {
      json: report,
      lines: [
        `Restored ${report.backup}${report.madeAt === '' ? '' : `, made at ${report.madeAt}`}.`,
        ...(report.setAside === null ? [] : [`What was there before is in ${report.setAside} of the library.`]),
        ...putAsideLines(report.putAside),
        ...report.unsound.map((name) => `Passed over, because it is damaged: ${name}`),
        ...report.ofNewer.map((name) => `Passed over, because a newer Sidelight made it: ${name}`),
      ],
    };
  },
});
