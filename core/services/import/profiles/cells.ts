/** Cells of a labels file by the names that profiles and options give its columns. */
import { plainColumnName } from '../../../contract/index.ts';
import type { LabelTableRow } from '../label-table.ts';
import type { Profile } from './profile.ts';

/** What a row holds under a name of a column, made ones among them; undefined where there is no such column or it could not be made. */
export type CellOf = (row: LabelTableRow, name: string) => string | undefined;

/** The columns of a table and of those that are made of them. */
export class Columns {
  readonly #at = new Map<string, number>();
  readonly #known = new Map<string, number>();
  readonly #made = new Map<string, { readonly at: number; readonly pattern: RegExp }>();

  constructor(header: readonly string[], { cells, otherNames }: Pick<Profile, 'cells' | 'otherNames'>) {
    header.forEach((name, at) => {
      if (!this.#at.has(plainColumnName(name))) this.#at.set(plainColumnName(name), at);
    });
    for (const [other, name] of Object.entries(otherNames)) {
      const at = this.#at.get(plainColumnName(other));
      if (at !== undefined && !this.#at.has(plainColumnName(name))) this.#at.set(plainColumnName(name), at);
    }
    for (const { column, pattern } of cells) {
      const at = this.#at.get(plainColumnName(column));
      if (at === undefined) continue;
      for (const [, part] of pattern.matchAll(/\(\?<(\w+)>/g))
        this.#made.set(part ?? '', { at, pattern: new RegExp(pattern, 'u') });
    }
  }

  /** Whether the table has the column, or one that it is made of. */
  has(name: string): boolean {
    return this.#made.has(name) || this.#at.has(plainColumnName(name));
  }

  /** Where in a row the column stands; -1 where it is made or not there. Asked for every cell, so names are made plain once. */
  indexOf(name: string): number {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const at = this.#at.get(plainColumnName(name)) ?? -1;
    this.#known.set(name, at);
    return at;
  }

  readonly cell: CellOf = ({ fields }, name) => {
    const made = this.#made.get(name);
    if (made !== undefined) return made.pattern.exec(fields[made.at] ?? '')?.groups?.[name];
    const at = this.indexOf(name);
    return at < 0 ? undefined : (fields[at] ?? '');
  };

  /** A template with the cells of a row in it; null where one of them is empty or not there. */
  fill(template: string, row: LabelTableRow): string | null {
    let isWhole = true;
    const text = template.replaceAll(/\{([^}]+)\}/g, (_, name: string) => {
      const value = this.cell(row, name) ?? '';
      if (value === '') isWhole = false;
      return value;
    });
    return isWhole ? text : null;
  }
}

/** The columns that a template names. */
export function columnsOf(template: string): string[] {
  return [...template.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name ?? '');
}

/** A word of a cell as words are compared: numbers as numbers, others without case. */
export function plainWord(word: string): string {
  const text = word.trim();
  return /^[-−+]?\d+(?:\.\d+)?$/.test(text) ? String(Number(text.replace('−', '-'))) : text.toLowerCase();
}
