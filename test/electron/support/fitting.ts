/** Whether what is shown fits: nothing cut, nothing that scrolls sideways, buttons within reach. */
import type { Page } from 'playwright';

/**
 * Elements below `root` whose text does not fit: hidden or shortened without a title that says it whole, or reaching out of the element; and what can
 * be scrolled sideways, which is right for a wide table with a name and a tab stop alone.
 */
export async function cut(page: Page, root = 'body'): Promise<string[]> {
  return await page.evaluate(`(() => {
    const found = [];
    const name = (element) => element.tagName.toLowerCase() + '.' + [...element.classList].filter((c) => !c.startsWith('svelte-')).join('.');
    const root = document.querySelector(${JSON.stringify(root)});
    for (const element of [root, ...root.querySelectorAll('*')]) {
      if (element.closest('svg, option, .visually-hidden, [aria-hidden=true]') || !element.checkVisibility()) continue;
      const style = getComputedStyle(element);
      const beyond = element.scrollWidth - element.clientWidth;
      if (beyond <= 1 || element.clientWidth === 0) continue;
      const scrolls = style.overflowX === 'auto' || style.overflowX === 'scroll';
      const isTable = element.tabIndex === 0 && element.hasAttribute('aria-label') | element.hasAttribute('aria-labelledby');
      if (scrolls) {
        if (!isTable) found.push(name(element) + ' scrolls sideways by ' + beyond);
        continue;
      }
      const hasOwnText = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== '');
      const isHidden = style.overflowX !== 'visible';
      if (!hasOwnText && !(isHidden && ['BUTTON', 'SELECT', 'INPUT'].includes(element.tagName))) continue;
      if (isHidden && element.closest('[title]')) continue;
      found.push(name(element) + ': ' + element.textContent.trim().replace(/\\s+/g, ' ').slice(0, 80));
    }
    if (document.documentElement.scrollWidth > innerWidth) found.push('the page scrolls sideways');
    return found;
  })()`);
}

/** What of an open dialog lies outside the window, and buttons below it that something covers or that lie outside. */
export async function outOfReach(page: Page, root: string): Promise<string[]> {
  return await page.evaluate(`(() => {
    const found = [];
    const dialog = document.querySelector(${JSON.stringify(root)});
    const isInside = ({ left, top, right, bottom }) => left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
    if (!isInside(dialog.getBoundingClientRect())) found.push('the dialog reaches out of the window');
    for (const button of dialog.querySelectorAll('.modal-actions button')) {
      const box = button.getBoundingClientRect();
      const hit = document.elementFromPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2);
      if (!isInside(box) || hit === null || !button.contains(hit)) found.push('out of reach: ' + button.textContent.trim());
    }
    return found;
  })()`);
}
