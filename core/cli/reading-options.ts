/** Options that say how a labels file is read which has not our own columns; `import` and `labels import` share them. */
import {
  automaticProfile,
  type FindingMeaning,
  findingMeanings,
  keyKindMeanings,
  keyKinds,
  type LabelReadingOptions,
} from '../contract/index.ts';
import { type OptionSpec, UsageError } from './command.ts';
import { list, optionalOneOf, text } from './options.ts';

export const readingOptions = {
  profile: text(
    '--profile <name>',
    `read the labels file as that of a public set (docs/label-profiles.md): chexpert, cbis-ddsm:density, …; ${automaticProfile}: the one whose file it is`,
  ),
  keyColumn: text('--key-column <name>', 'column that names the image'),
  keys: optionalOneOf(
    '--keys <kind>',
    `what that column holds; ${keyKinds.map((kind) => `${kind}: ${keyKindMeanings[kind]}`).join('; ')}`,
    keyKinds,
  ),
  labelColumn: text('--label-column <name>', 'column of the labels'),
  findingColumns: list('--finding-columns <A,B,...>', 'columns of findings; of a profile, the findings to take'),
  separator: text(
    '--separator <text>',
    "what stands between several findings in one cell: \"|\" or the like; list: cells as ['a', 'b']",
  ),
  values: valuesOption(),
  readerColumn: text('--reader-column <name>', 'column that says who gave the label'),
  splitColumn: text('--split-column <name>', 'column of the split'),
  patientColumn: text('--patient-column <name>', 'column that says whose the image is'),
  secondFile: text('--second-file <table.csv>', 'second file of a set that comes in two, where it lies elsewhere'),
};

function valuesOption(): OptionSpec<LabelReadingOptions['values']> {
  const flags = '--values <1=present,...>';
  return {
    flags,
    help: `what stands in columns of findings: word=${findingMeanings.join('|')}, with commas; "blank" is an empty cell (default: 1=present,0=absent,blank=unknown)`,
    fallback: undefined,
    mandatory: false,
    parse: (value) =>
      value.split(',').map((part) => {
        const [, word = '', meaning = ''] = /^(.*)=(.*)$/.exec(part.trim()) ?? [];
        const means = findingMeanings.find((one): one is FindingMeaning => one === meaning.trim());
        if (word.trim() !== '' && means !== undefined) return { word: word.trim(), means };
        throw new UsageError(
          `--values: found "${part}"; allowed: a word of the file, "=" and one of ${findingMeanings.join(', ')}, as in 1=present,0=absent,-1=uncertain.`,
        );
      }),
  };
}

type Given = { readonly [Name in keyof typeof readingOptions]: (typeof readingOptions)[Name]['fallback'] };

/** The reading that was asked for, and the options without it; no reading where none of its options was given. */
export function withoutReading<Options extends Given>(
  options: Options,
): { readonly reading: LabelReadingOptions | undefined; readonly rest: Omit<Options, keyof Given> } {
  const names = new Set<string>(Object.keys(readingOptions));
  const of = (isReading: boolean): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(options).filter(
        ([name, value]) => names.has(name) === isReading && (!isReading || value !== undefined),
      ),
    );
  const reading = of(true);
  return {
    reading: Object.keys(reading).length === 0 ? undefined : (reading as LabelReadingOptions),
    rest: of(false) as Omit<Options, keyof Given>,
  };
}
