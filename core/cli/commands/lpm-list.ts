import { embeddedLpmName } from '../../contract/index.ts';
import { defineCommand } from '../command.ts';
import { formatBytes, formatTable } from '../format.ts';
import { rowsOf } from '../rows.ts';

export const command = defineCommand({
  name: 'lpm list',
  summary: 'list the LPMs of the library',
  description: 'Lists the frozen pre-trained models that this library holds, with family, size and hash.',
  arguments: [],
  options: {},
  examples: [{ line: 'sidelight lpm list --json', why: 'for a script' }],
  run: async (context) => {
    const { listLpms } = await import('../../services/lpm/add.ts');
    const rows = await rowsOf(context, listLpms);
    return {
      json: rows,
      lines:
        rows.length === 0
          ? [
              `None was added yet. The one that comes with Sidelight ("${embeddedLpmName}") is used where none is named; a larger one: sidelight lpm add PATH`,
            ]
          : formatTable(
              ['name', 'family', 'size', 'hash', 'added'],
              rows.map((lpm) => [
                lpm.name,
                lpm.family,
                formatBytes(lpm.sizeBytes),
                lpm.hash.slice(0, 12),
                lpm.addedAt.slice(0, 10),
              ]),
            ),
    };
  },
});
