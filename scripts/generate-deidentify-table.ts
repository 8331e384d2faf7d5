/**
 * Writes core/dicom/deidentify/generated/*.ts: Table E.1-1 of PS3.15 and the value representations of PS3.6.
 *
 * Run: node scripts/generate-deidentify-table.ts PART15.xml
 * PART15.xml is the standard's own DocBook (dicom.nema.org, .../source/docbook/part15/part15.xml); its edition is read from its title.
 * Value representations and keywords come from pydicom's copy of PS3.6 (python3 with pydicom must be there).
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { invariant } from '../core/base/errors.ts';

interface DictionaryRow {
  readonly tag: string;
  readonly vr: string;
  readonly keyword: string;
}

const folder = join(import.meta.dirname, '..', 'core/dicom/deidentify/generated');

/** The option columns of the table, left to right, by the names that our options have. */
const columns = [
  'safePrivate',
  'uids',
  'device',
  'institution',
  'patient',
  'fullDates',
  'modifiedDates',
  'descriptors',
  'structuredContent',
  'graphics',
];

/** UID attributes that name parts of the standard or of a coding scheme, not instances. */
const structural =
  /SOPClass|TransferSyntaxUID|^CodingSchemeUID$|^ContextUID$|^MappingResourceUID$|^ContextGroupExtensionCreatorUID$/;

function readDictionary(): { readonly version: string; readonly rows: readonly DictionaryRow[] } {
  const program = [
    'import json, pydicom',
    'from pydicom.datadict import DicomDictionary as d',
    "rows = [dict(tag='%08x' % t, vr=v[0], keyword=v[4]) for t, v in sorted(d.items())]",
    'print(json.dumps(dict(version=pydicom.__version__, rows=rows)))',
  ].join('\n');
  return JSON.parse(execFileSync('python3', ['-c', program], { encoding: 'utf8', maxBuffer: 1 << 26 }));
}

/** The text of a DocBook cell: tags and zero-width spaces (the standard's line-break hints) dropped. */
function cellText(xml: string): string {
  return xml
    .replace(/<[^>]*>/g, '')
    .replace(/&amp;/g, '&')
    .replace(/\u200b/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

function readTable(xml: string): { readonly edition: string; readonly rows: readonly (readonly string[])[] } {
  const edition = /<subtitle>DICOM (PS3\.15 \d{4}[a-z])/.exec(xml)?.[1];
  const table = /<table[^>]*xml:id="table_E\.1-1"[^>]*>([\s\S]*?)<\/table>/.exec(xml)?.[1];
  const body = /<tbody>([\s\S]*?)<\/tbody>/.exec(table ?? '')?.[1];
  invariant(edition !== undefined && body !== undefined, 'part15.xml has no edition or no Table E.1-1');
  const rows = [...body.matchAll(/<tr[^>]*>([\s\S]*?)<\/tr>/g)].map((row) =>
    [...(row[1] ?? '').matchAll(/<td[^>]*?(?:\/>|>([\s\S]*?)<\/td>)/g)].map((cell) => cellText(cell[1] ?? '')),
  );
  for (const row of rows) invariant(row.length === 15, `row "${row[0]}" has ${row.length} cells instead of 15`);
  return { edition, rows };
}

/** `(0008,0050)` -> `00080050`, `(60xx,3000)` -> `60xx3000`; the private row -> `private`. */
function tagKey(text: string): string {
  const match = /^\(([0-9a-fx]{4}),([0-9a-fx]{4})\)$/i.exec(text);
  if (match !== null) return `${match[1]}${match[2]}`.toLowerCase();
  invariant(text.includes('gggg is odd'), `tag ${text} is not understood`);
  return 'private';
}

/** A VR for rows that the dictionary is too old to know: enough to tell sequences and times, which is all that is asked of it. */
function guessedVr(name: string): string {
  if (name.endsWith('Sequence')) return 'SQ';
  return name.endsWith('DateTime') ? 'DT' : 'UN';
}

/** A row of the table: `attribute` is its tag, keyword and VR; `rule` what is done with it. */
interface ProfileRow {
  readonly attribute: string;
  readonly basic: string;
  readonly options: string;
}

function profileRows(
  rows: readonly (readonly string[])[],
  dictionary: ReadonlyMap<string, DictionaryRow>,
): readonly ProfileRow[] {
  return rows.map((cells) => {
    const [name = '', tagText = '', , , basic = ''] = cells;
    const tag = tagKey(tagText);
    const known = dictionary.get(tag);
    const keyword = known?.keyword || name.replace(/[^A-Za-z0-9]/g, '');
    const options = columns.flatMap((column, i) => (cells[5 + i] ? [`${column}:${cells[5 + i]}`] : [])).join(' ');
    return { attribute: `${tag} ${keyword} ${known?.vr ?? guessedVr(name)}`, basic, options };
  });
}

/** Attributes one after the other, as many in a line as fit. */
function inLines(attributes: readonly string[]): readonly string[] {
  const lines: string[] = [];
  for (const attribute of attributes) {
    const last = lines.at(-1);
    if (last === undefined || last.length + attribute.length > 130) lines.push(attribute);
    else lines[lines.length - 1] = `${last}, ${attribute}`;
  }
  return lines;
}

/** The source of profile-table.ts: attributes stand under what is done with them, which few rules say for all. */
function profileSource(edition: string, rows: readonly ProfileRow[]): string {
  const sorted = [...rows].sort((a, b) => (a.attribute < b.attribute ? -1 : 1));
  const rules = [...Map.groupBy(sorted, ({ basic, options }) => `'${basic}', '${options}'`)].sort();
  const blocks = rules.map(([rule, own]) => {
    const lines = inLines(own.map(({ attribute }) => attribute));
    return `  [${rule}, [\n${lines.map((line) => `    '${line}',`).join('\n')}\n  ]],`;
  });
  return `// @generated by scripts/generate-deidentify-table.ts from the DocBook source of DICOM ${edition}; do not edit
/** The edition whose Table E.1-1 stands below. */
export const profileEdition = '${edition}';

/**
 * Table E.1-1, Application Level Confidentiality Profile Attributes, by what is done: action of the basic profile, actions of the options
 * ("option:action"), and the attributes ("tag keyword VR" with commas between). \`xx\` stands for any two digits, \`private\` for every odd group.
 */
export const profileRules: readonly (readonly [basic: string, options: string, attributes: readonly string[]])[] = [
${blocks.join('\n')}
];
`;
}

function writeProfile(xml: string, dictionary: ReadonlyMap<string, DictionaryRow>): void {
  const { edition, rows } = readTable(xml);
  writeFileSync(join(folder, 'profile-table.ts'), profileSource(edition, profileRows(rows, dictionary)));
}

/** Lines of a source, of 16 tags each. */
function tagLines(rows: readonly DictionaryRow[], indent: string): string {
  const tags = rows.map(({ tag }) => tag);
  const lines = Array.from({ length: Math.ceil(tags.length / 16) }, (_, i) =>
    tags.slice(16 * i, 16 * (i + 1)).join(' '),
  );
  return lines.map((line) => `${indent}'${line}',`).join('\n');
}

function writeVrs(version: string, rows: readonly DictionaryRow[]): void {
  const byVr = [...Map.groupBy(rows, (row) => row.vr)].sort();
  const uids = rows.filter((row) => row.vr === 'UI' && structural.test(row.keyword));
  writeFileSync(
    join(folder, 'value-representations.ts'),
    `// @generated by scripts/generate-deidentify-table.ts from pydicom ${version}; do not edit
/** Every attribute of PS3.6 by value representation, as tags in hexadecimal with spaces between them. */
export const tagsByVr: Readonly<Record<string, readonly string[]>> = {
${byVr.map(([vr, list]) => `  '${vr}': [\n${tagLines(list, '    ')}\n  ],`).join('\n')}
};

/** UID attributes that name parts of the standard or of a coding scheme, so that they are no instance's identity; written as above. */
export const structuralUidTags: readonly string[] = [
${tagLines(uids, '  ')}
];
`,
  );
}

function main(): void {
  const path = process.argv[2];
  if (path === undefined) {
    console.error('usage: node scripts/generate-deidentify-table.ts PART15.xml');
    process.exitCode = 2;
    return;
  }
  const { version, rows } = readDictionary();
  writeProfile(readFileSync(path, 'utf8'), new Map(rows.map((row) => [row.tag, row])));
  writeVrs(version, rows);
}

main();
