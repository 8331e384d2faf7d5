import { mkdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { linkApplication } from '../../../scripts/app/test-runtime.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { appErrorOf } from '../../support/thrown.ts';

/** A working tree with an Electron for tests whose link leads to `opens`. */
function treeWith(opens: string): { tree: string; runtime: string; link: string } {
  const tree = realpathSync(temporaryFolder());
  const runtime = join(tree, '.runtime', 'electron');
  const link = join(runtime, 'resources', 'app');
  mkdirSync(join(runtime, 'resources'), { recursive: true });
  symlinkSync(opens === '' ? tree : opens, link);
  return { tree, runtime, link };
}

test('the Electron for tests of this tree is left as it is', () => {
  const { tree, runtime, link } = treeWith('');
  linkApplication(runtime, tree);
  expect(realpathSync(link)).toBe(tree);
});

test('of a tree that was copied or moved, the link is set to the tree that it is in now', () => {
  for (const opens of [realpathSync(temporaryFolder()), '/nowhere/any-more']) {
    const { tree, runtime, link } = treeWith(opens);
    linkApplication(runtime, tree);
    expect(realpathSync(link)).toBe(tree);
  }
  const { tree, runtime, link } = treeWith('');
  rmSync(link);
  linkApplication(runtime, tree);
  expect(realpathSync(link)).toBe(tree);
});

test("an Electron for tests that another tree uses too is refused, and that tree's link stays", () => {
  const other = treeWith('');
  const tree = realpathSync(temporaryFolder());
  symlinkSync(join(other.tree, '.runtime'), join(tree, '.runtime'));
  const error = appErrorOf(() => linkApplication(join(tree, '.runtime', 'electron'), tree));
  expect(error).toMatchObject({ code: 'ENGINE_UNAVAILABLE', action: expect.stringContaining('.runtime') });
  expect(error.message).toContain(other.tree);
  expect(realpathSync(other.link)).toBe(other.tree);
});
