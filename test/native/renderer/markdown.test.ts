/** The pages of docs/window as the help inside the window reads them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { anchorOf, type Block, type Inline, parseInline, parseMarkdown } from '../../../renderer/help/markdown.ts';
import { foundCommands } from '../../../renderer/screens/read/found-commands.ts';
import { repositoryRoot } from '../../support/shared.ts';

const folder = join(repositoryRoot, 'docs', 'window');
const pages = readdirSync(folder).filter((name) => name.endsWith('.md'));
const text = (of: readonly Inline[]): string => of.map((part) => ('text' in part ? part.text : text(part.of))).join('');

test('marks, links and code become parts; pictures and comments leave nothing', () => {
  expect(parseInline('a **b `c`** *d* [e *f*](judge.md#g) ![h](i.png)')).toEqual([
    { kind: 'text', text: 'a ' },
    {
      kind: 'strong',
      of: [
        { kind: 'text', text: 'b ' },
        { kind: 'code', text: 'c' },
      ],
    },
    { kind: 'text', text: ' ' },
    { kind: 'emphasis', of: [{ kind: 'text', text: 'd' }] },
    { kind: 'text', text: ' ' },
    {
      kind: 'link',
      of: [
        { kind: 'text', text: 'e ' },
        { kind: 'emphasis', of: [{ kind: 'text', text: 'f' }] },
      ],
      to: 'judge.md#g',
    },
    { kind: 'text', text: ' ' },
  ]);
  // Stars that multiply are none.
  expect(parseInline('3 * 4 * 5')).toEqual([{ kind: 'text', text: '3 * 4 * 5' }]);
  expect(parseMarkdown('<!-- generated -->\n![a](b.png)\n\n[The same at 1024 × 768](c.png)\n')).toEqual([]);
});

test('headings, lists with their numbers, tables, quotations and code are told apart', () => {
  const source =
    '# A *b*\n> q\n> r\n\n- one\n  more\n- two\n\n3. three\n\n| x | y |\n|---|---|\n| `a | b` | c \\| d |\n\n```sh\nls\n```\nlast\nline';
  const shape = (block: Block): unknown => {
    if (block.kind === 'list') return [block.start, ...block.items.map(text)];
    if (block.kind === 'table') return [block.head.map(text), ...block.rows.map((row) => row.map(text))];
    if (block.kind === 'code') return block;
    return `${block.kind} ${text(block.of)}`;
  };
  expect(parseMarkdown(source).map(shape)).toEqual([
    'heading A b',
    'quotation q r',
    [null, 'one more', 'two'],
    [3, 'three'],
    [
      ['x', 'y'],
      ['a | b', 'c | d'],
    ],
    { kind: 'code', text: 'ls' },
    'paragraph last line',
  ]);
});

test('no page keeps a mark that was not understood, and every link within the pages leads to a heading that is there', () => {
  const anchors = new Map(
    pages.map((name) => {
      const blocks = parseMarkdown(readFileSync(join(folder, name), 'utf8'));
      return [name, new Set(blocks.flatMap((block) => (block.kind === 'heading' ? [block.id] : [])))] as const;
    }),
  );
  const wrong: string[] = [];
  const look = (name: string, of: readonly Inline[]): void => {
    for (const part of of) {
      if (part.kind === 'text' && /\*\*|\]\(|^\s*[#|]/.test(part.text)) wrong.push(`${name}: ${part.text}`);
      if ('of' in part) look(name, part.of);
      if (part.kind !== 'link' || /^https?:/.test(part.to)) continue;
      const [file, anchor] = part.to.split('#');
      const there = anchors.get(file === '' ? name : (file ?? ''));
      if (there === undefined ? !existsSync(join(folder, file ?? '')) : anchor !== undefined && !there.has(anchor)) {
        wrong.push(`${name}: ${part.to}`);
      }
    }
  };
  for (const name of pages) {
    for (const block of parseMarkdown(readFileSync(join(folder, name), 'utf8'))) {
      if ('of' in block) look(name, block.of);
      else if (block.kind === 'list') for (const item of block.items) look(name, item);
      else if (block.kind === 'table') for (const cell of [block.head, ...block.rows].flat()) look(name, cell);
    }
  }
  expect(wrong).toEqual([]);
  expect(anchorOf('Which class is positive?')).toBe('which-class-is-positive');
});

test('the help knows every page of docs/window', () => {
  const source = readFileSync(join(repositoryRoot, 'renderer', 'help', 'help.svelte.ts'), 'utf8');
  const listed = /helpPages = \[([\s\S]*?)\]/.exec(source)?.[1] ?? '';
  const names = [...listed.matchAll(/'([^']+)'/g)].map(([, name]) => `${name}.md`);
  expect(names.toSorted()).toEqual(pages.toSorted());
});

test('commands are found by words of their name or group, or by one of their keys and not by a part of it', () => {
  const names = { zoomIn: 'Zoom in', invert: 'Invert', undo: 'Undo' } as Readonly<Record<string, string>>;
  const keys = { zoomIn: ['+'], invert: ['I'], undo: ['Ctrl+Z'] } as Readonly<Record<string, readonly string[]>>;
  const found = (sought: string) =>
    foundCommands(
      sought,
      (name) => names[name] ?? '',
      (group) => group,
      (name) => keys[name] ?? [],
    )
      .flatMap((group) => group.commands)
      .filter((name) => name in names);
  expect(found('')).toEqual(['undo', 'zoomIn', 'invert']);
  expect(found('view zoom')).toEqual(['zoomIn']);
  expect(found('ctrl+z')).toEqual(['undo']);
  expect(found('+')).toEqual(['zoomIn']);
  expect(found('nothing such')).toEqual([]);
});
