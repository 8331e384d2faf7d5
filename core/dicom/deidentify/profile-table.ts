/** Table E.1-1 of PS3.15, a row for each attribute. */
import { profileRules } from './generated/profile-table.ts';

export interface ProfileRow {
  /** Eight hexadecimal digits; `xx` stands for any two, `private` for every odd group. */
  readonly tag: string;
  readonly keyword: string;
  readonly vr: string;
  /** The action of the basic profile: `X`, `Z/D`, ... */
  readonly basic: string;
  /** `option:action`, with spaces between. */
  readonly options: string;
}

export const profileTable: readonly ProfileRow[] = profileRules.flatMap(([basic, options, lines]) =>
  lines
    .flatMap((line) => line.split(', '))
    .map((attribute) => {
      const [tag = '', keyword = '', vr = ''] = attribute.split(' ');
      return { tag, keyword, vr, basic, options };
    }),
);
