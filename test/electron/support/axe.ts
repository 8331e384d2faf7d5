/** What axe-core finds of serious and critical violations on the screen that is shown, one line each; none is right. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright';

export async function seriousViolations(page: Page): Promise<string[]> {
  // Electron opens no second page, which axe's usual mode needs.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
}
