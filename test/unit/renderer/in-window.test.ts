/** No failure that the window shows speaks of an option or a command of the terminal: every text of core that does is looked for. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { errorCodes } from '../../../core/base/error-codes.ts';
import { repositoryRoot } from '../../support/shared.ts';

const { factInWindow, stepInWindow } = (await import(
  join(repositoryRoot, 'renderer', 'i18n', 'in-window.ts')
)) as Record<'factInWindow' | 'stepInWindow', (text: string, code: string) => string>;

/** What a person who sits at the window cannot do. */
const ofTerminal = /(?:^|[\s(“"])--[a-z]|`|\bsidelight [a-z]|\brun the (?:same )?command\b/;

/** Texts in code, with X for what is filled in; comments and the commands themselves are left out. */
function texts(): string[] {
  const files = globSync('core/**/*.ts', { cwd: repositoryRoot }).filter((file) => !/^core\/cli\//.test(file));
  return files.flatMap((file) => {
    const source = ts.createSourceFile(file, readFileSync(join(repositoryRoot, file), 'utf8'), ts.ScriptTarget.Latest);
    const found: string[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isStringLiteralLike(node)) found.push(node.text);
      else if (ts.isTemplateExpression(node)) {
        found.push(node.head.text + node.templateSpans.map(({ literal }) => `X${literal.text}`).join(''));
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
    return found;
  });
}

test('no text of core that names an option or a command names it in the window', () => {
  const naming = texts().filter((text) => / /.test(text) && ofTerminal.test(text));
  expect(naming.length).toBeGreaterThan(60);
  for (const text of naming) {
    expect(stepInWindow(text, 'BAD_INPUT')).not.toMatch(ofTerminal);
    expect(stepInWindow(text, 'BAD_INPUT')).not.toBe('');
    expect(factInWindow(text, '')).not.toMatch(/--[a-z]|`/);
  }
});

test('every code has a step in the window', () => {
  for (const [code, { action }] of Object.entries(errorCodes)) {
    expect(`${code}: ${stepInWindow(action, code)}`).toMatch(/: .{10}/);
    expect(stepInWindow(action, code)).not.toMatch(ofTerminal);
  }
});

test('an option that has a field here is called by its name, and what else can be done stays', () => {
  expect(stepInWindow('Give fewer --folds, or label more patients.', 'BAD_INPUT')).toBe(
    'Give fewer “Folds (cross-validation)”, or label more patients.',
  );
  expect(stepInWindow('Choose another name (--name on the command line).', 'NAME_TAKEN')).toBe('Choose another name.');
  expect(stepInWindow('List the models with `sidelight models`.', 'MODEL_NOT_FOUND')).toBe(
    'Choose another model from the list, or train one.',
  );
  expect(
    stepInWindow('Free disk space, then run the same command again; it continues where it stopped.', 'DISK_FULL'),
  ).toBe('Free disk space, then try again.');
  expect(stepInWindow('Correct the file.', 'BAD_INPUT')).toBe('Correct the file.');
});

test('names and paths that hold two dashes stay as they are', () => {
  expect(factInWindow('/data/scan--left.png was not read; model "chest--a" was.', '')).toBe(
    '/data/scan--left.png was not read; model "chest--a" was.',
  );
});
