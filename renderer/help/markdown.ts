/**
 * The pages of docs/window as blocks that the page draws itself: headings, paragraphs, lists, tables, quotations, code. It reads what those pages
 * use and no more. Pictures are left out (they are of the screen that stands behind), comments too.
 */
export type Inline =
  | { readonly kind: 'text' | 'code'; readonly text: string }
  | { readonly kind: 'strong' | 'emphasis'; readonly of: readonly Inline[] }
  | { readonly kind: 'link'; readonly of: readonly Inline[]; readonly to: string };

export type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly of: readonly Inline[]; readonly id: string }
  | { readonly kind: 'paragraph' | 'quotation'; readonly of: readonly Inline[] }
  | {
      readonly kind: 'list';
      /** The number of the first item; null where they have none. */
      readonly start: number | null;
      readonly items: readonly (readonly Inline[])[];
    }
  | {
      readonly kind: 'table';
      readonly head: readonly (readonly Inline[])[];
      readonly rows: readonly (readonly (readonly Inline[])[])[];
    }
  | { readonly kind: 'code'; readonly text: string };

/** The blocks of a page. */
export function parseMarkdown(text: string): Block[] {
  const lines = text.replaceAll(/<!--[\s\S]*?-->/g, '').split(/\r?\n/);
  const blocks: Block[] = [];
  let at = 0;
  const takeWhile = (is: (line: string) => boolean): string[] => {
    const taken: string[] = [];
    for (; at < lines.length && is(lines[at] as string); at++) taken.push(lines[at] as string);
    return taken;
  };
  while (at < lines.length) {
    const line = lines[at] as string;
    const heading = /^(#{1,4})\s+(.*)$/.exec(line);
    if (line.trim() === '') at += 1;
    else if (line.startsWith('```')) {
      at += 1;
      blocks.push({ kind: 'code', text: takeWhile((one) => !one.startsWith('```')).join('\n') });
      at += 1;
    } else if (heading !== null) {
      at += 1;
      const [, signs = '', title = ''] = heading;
      blocks.push({ kind: 'heading', level: signs.length, of: parseInline(title), id: anchorOf(title) });
    } else if (line.startsWith('|')) {
      const rows = takeWhile((one) => one.startsWith('|')).map(cellsOf);
      const [head = [], , ...others] = rows;
      blocks.push({ kind: 'table', head: head.map(parseInline), rows: others.map((row) => row.map(parseInline)) });
    } else if (itemStart.test(line)) {
      const items: string[] = [];
      // An item goes on in the lines that are indented below it.
      for (const one of takeWhile((next) => itemStart.test(next) || /^\s+\S/.test(next))) {
        if (itemStart.test(one)) items.push(one.replace(itemStart, ''));
        else items[items.length - 1] += ` ${one.trim()}`;
      }
      const start = /^\d+/.exec(line)?.[0];
      blocks.push({ kind: 'list', start: start === undefined ? null : Number(start), items: items.map(parseInline) });
    } else if (line.startsWith('>')) {
      const taken = takeWhile((one) => one.startsWith('>')).map((one) => one.replace(/^>\s?/, ''));
      blocks.push({ kind: 'quotation', of: parseInline(taken.join(' ')) });
    } else {
      const taken = takeWhile((one) => one.trim() !== '' && !/^(#{1,4}\s|\||```|>)/.test(one) && !itemStart.test(one));
      const of = parseInline(taken.join(' '));
      if (of.length > 0) blocks.push({ kind: 'paragraph', of });
    }
  }
  return blocks;
}

const itemStart = /^(?:[-*]|\d+\.)\s+/;

function cellsOf(row: string): string[] {
  // A bar inside code or behind a backslash is no border.
  const cells = row
    .trim()
    .replace(/^\|/, '')
    .replace(/\|$/, '')
    .split(/(?<!\\)\|(?=(?:[^`]*`[^`]*`)*[^`]*$)/);
  return cells.map((cell) => cell.trim().replaceAll('\\|', '|'));
}

/** The name of a heading in links, as the places that show these pages make it. */
export function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-');
}

const marks =
  /`(?<code>[^`]+)`|!\[[^\]]*\]\([^)]*\)|\[The same at[^\]]*\]\([^)]*\)|\[(?<link>(?:[^\][]|\[[^\]]*\])+)\]\((?<to>[^)\s]+)\)|\*\*(?<strong>.+?)\*\*|\*(?<emphasis>[^*\s](?:[^*]*[^*\s])?)\*/g;

/** Text with its marks; pictures leave nothing. */
export function parseInline(text: string): Inline[] {
  const found: Inline[] = [];
  let end = 0;
  const plain = (part: string): void => {
    if (part.trim() !== '' || (part !== '' && found.length > 0)) found.push({ kind: 'text', text: part });
  };
  for (const match of text.matchAll(marks)) {
    plain(text.slice(end, match.index));
    end = match.index + match[0].length;
    const { code, link, to = '', strong, emphasis } = match.groups ?? {};
    if (code !== undefined) found.push({ kind: 'code', text: code });
    else if (link !== undefined) found.push({ kind: 'link', of: parseInline(link), to });
    else if (strong !== undefined) found.push({ kind: 'strong', of: parseInline(strong) });
    else if (emphasis !== undefined) found.push({ kind: 'emphasis', of: parseInline(emphasis) });
  }
  plain(text.slice(end));
  return found;
}

/** Every letter of some blocks, for looking for words in them. */
export function wordsOf(text: string): string {
  return text.replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll(/[*`|#]/g, ' ');
}
