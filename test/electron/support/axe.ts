/** What axe-core finds on the screen that is shown, one line each; none is right. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright';

type Violation = Awaited<ReturnType<AxeBuilder['analyze']>>['violations'][number];

const lineOf = ({ id, nodes }: Violation): string =>
  `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`;

/** Serious and critical violations. */
export async function seriousViolations(page: Page): Promise<string[]> {
  // Electron opens no second page, which axe's usual mode needs.
  const { violations: found } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  return found.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(lineOf);
}

/** Every violation of WCAG 2.2, levels A and AA, however grave. */
export async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page })
    .setLegacyMode(true)
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .analyze();
  return found.map(lineOf);
}
