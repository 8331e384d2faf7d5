/**
 * What the profile does with an attribute: the row of Table E.1-1 under the chosen options.
 *
 * Compound actions ("X/Z/D": remove unless the object definition needs the attribute) are resolved to the one that leaves every object
 * definition valid: a dummy or empty value stands wherever the attribute stood. That discloses nothing and breaks no IOD.
 *
 * Beyond the table (PS3.15 E.1.1 allows it, because the standard grows): names, dates and instance UIDs that the table does not list
 * are treated by their value representation, and attributes that PS3.6 does not know are removed.
 */
import { structuralUidTags, tagsByVr } from './generated/value-representations.ts';
import type { DeidentifyOptions } from './options.ts';
import { profileTable } from './profile-table.ts';

/**
 * remove: the attribute goes. empty: it stays without a value. dummy: it stays with a value that says nothing. uid: a new UID, the same
 * for the same original. shift: a date moved by the patient's shift. keep: as it is (sequences: their items are treated one by one).
 */
export type Action = 'remove' | 'empty' | 'dummy' | 'uid' | 'shift' | 'keep';

const basicActions: Readonly<Record<string, Action>> = {
  X: 'remove',
  Z: 'empty',
  D: 'dummy',
  U: 'uid',
  'X/Z': 'empty',
  'X/D': 'dummy',
  'X/Z/D': 'dummy',
  'Z/D': 'dummy',
  'X/Z/U*': 'uid',
};

interface Row {
  readonly basic: Action;
  readonly vr: string;
  readonly options: Readonly<Record<string, string>>;
}

const rows: ReadonlyMap<number, Row> = new Map(
  profileTable
    .filter(({ tag }) => /^[0-9a-f]{8}$/.test(tag))
    .map(({ tag, vr, basic, options }) => {
      const actions = Object.fromEntries(options.split(' ').map((option) => option.split(':')));
      return [Number.parseInt(tag, 16), { vr, basic: basicActions[basic] ?? 'remove', options: actions }];
    }),
);

const tagsIn = (lines: readonly string[]): readonly number[] =>
  lines.flatMap((line) => line.split(' ').map((tag) => Number.parseInt(tag, 16)));

const vrs: ReadonlyMap<number, string> = new Map(
  Object.entries(tagsByVr).flatMap(([vr, lines]) => tagsIn(lines).map((tag) => [tag, vr] as const)),
);

const structuralUids: ReadonlySet<number> = new Set(tagsIn(structuralUidTags));

/** The value representation of PS3.6 ("US or SS" is possible); undefined for private and unknown attributes. */
export function standardVr(tag: number): string | undefined {
  return vrs.get(tag) ?? rows.get(tag)?.vr;
}

/** Group 0000 (commands), 0002 (written anew), 0004 (directories), odd, 50xx curves, 60xx overlays, lengths, delimiters. */
function isRemovedGroup(tag: number): boolean {
  const group = tag >>> 16;
  return (
    group % 2 === 1 ||
    group <= 0x0004 ||
    group >> 8 === 0x50 ||
    group >> 8 === 0x60 ||
    group >= 0xfff0 ||
    (tag & 0xffff) === 0
  );
}

/** The action for an attribute of value representation `vr` (as written, or of PS3.6). */
export function actionFor(tag: number, vr: string, options: DeidentifyOptions): Action {
  if (isRemovedGroup(tag)) return 'remove';
  const row = rows.get(tag);
  if (row === undefined) return unlistedAction(tag, vr, options);
  const kept = options.retain.some((name) => row.options[name] === 'K');
  if (kept || (options.dates === 'keep' && row.options['fullDates'] === 'K')) return 'keep';
  return options.dates === 'shift' && row.options['modifiedDates'] === 'C' ? 'shift' : row.basic;
}

function unlistedAction(tag: number, vr: string, options: DeidentifyOptions): Action {
  const standard = vrs.get(tag);
  if (standard === undefined) return 'remove';
  if (vr === 'PN' || standard === 'PN') return 'empty';
  if (vr === 'DA' || vr === 'DT' || standard === 'DA' || standard === 'DT') {
    return options.dates === 'keep' ? 'keep' : options.dates === 'shift' ? 'shift' : 'dummy';
  }
  if (standard === 'UI' && !structuralUids.has(tag)) return options.retain.includes('uids') ? 'keep' : 'uid';
  return 'keep';
}

/** What replaces a date that cannot be shifted, because it is no date: the basic profile's action. */
export function basicAction(tag: number): Action {
  return rows.get(tag)?.basic ?? 'dummy';
}
