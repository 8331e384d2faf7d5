/** The screens "Judge" and "Evidence" as their tests use them. */
import type { Locator, Page } from 'playwright';

/** Chooses the cases, has the model answer them where it has not yet, and waits for the figures. */
export async function judgeOn(page: Page, cases: 'Validation' | 'Test'): Promise<void> {
  await page.getByLabel('Cases').first().selectOption({ label: cases });
  const figures = page.getByRole('img', { name: /ROC curve.*: AUC/ });
  const evaluate = page.getByRole('button', { name: 'Evaluate', exact: true });
  await figures.or(evaluate).waitFor();
  if (await evaluate.isVisible()) await evaluate.click();
  await figures.waitFor({ timeout: 120_000 });
}

/** Presses a cell of "Labels and answers" and gives its first case. */
export async function openCell(page: Page, cell: Locator): Promise<Locator> {
  const name = await cell.getAttribute('aria-label');
  const [, truth = '', answer = ''] = /labelled (.+), answered (.+)$/.exec(name ?? '') ?? [];
  await cell.click();
  const first = page.getByRole('listitem', { name: `Case 1: labelled ${truth}, answered ${answer}`, exact: true });
  await first.waitFor();
  return first;
}

export interface HeatMap {
  readonly columns: number;
  readonly rows: number;
  /** Opacity of each patch, row by row, 0 to 255. */
  readonly opacities: readonly number[];
}

/** The heat that lies over the picture. */
export async function heatMap(page: Page): Promise<HeatMap> {
  await page.getByRole('img', { name: /^Image with the evidence for .+ laid over it$/ }).waitFor();
  return await page.locator('canvas.heat').evaluate((element) => {
    const { width: columns, height: rows } = element as HTMLCanvasElement;
    // From a copy: Chromium complains of a canvas that is read often.
    const copy = new OffscreenCanvas(columns, rows).getContext('2d', { willReadFrequently: true });
    copy?.drawImage(element as HTMLCanvasElement, 0, 0);
    const data = copy?.getImageData(0, 0, columns, rows).data ?? [];
    return { columns, rows, opacities: Array.from({ length: columns * rows }, (_, i) => data[4 * i + 3] ?? 0) };
  });
}

export interface DeletionCheck {
  /** By how much the probability of the answer falls without the highlighted patches, and without others. */
  readonly highlighted: number;
  readonly random: number;
  /** From and to which the falls without other patches go. */
  readonly low: number;
  readonly high: number;
  readonly verdict: 'explains' | 'slight' | 'unmoved' | 'fails';
}

const verdicts = {
  explains: 'The highlight explains the answer:',
  slight: 'The highlight matters, but does not explain the answer:',
  unmoved: 'The answer hardly moves, whatever is hidden:',
  fails: 'The highlight does not explain the answer:',
} as const;
const numbers =
  /^Hiding the highlighted [\d.]+\s?% lowers the probability of “.+” by (-?[\d.]+); hiding a random [\d.]+\s?% by (-?[\d.]+) \((-?[\d.]+) to (-?[\d.]+)\)\.$/;

/** Presses "Run the check" and gives what stands there at its end. @throws where that is no result */
export async function runDeletionCheck(page: Page): Promise<DeletionCheck> {
  await page.getByRole('button', { name: 'Run the check' }).click();
  const status = page.getByRole('status').filter({ hasText: /^(The highlight|The answer hardly)/ });
  await status.waitFor({ timeout: 200_000 });
  const said = (await status.textContent()) ?? '';
  const verdict = (['explains', 'slight', 'unmoved', 'fails'] as const).find((name) => said.startsWith(verdicts[name]));
  const sentence = (
    (await page
      .getByText(/^Hiding the highlighted/)
      .last()
      .textContent()) ?? ''
  ).trim();
  if (/[-−]0\.0+(?!\d)/.test(sentence)) throw new Error(`Nothing has a sign: ${sentence}`);
  const found = numbers.exec(sentence.replaceAll('−', '-'))?.slice(1).map(Number);
  if (verdict === undefined || found === undefined || found.some(Number.isNaN)) {
    throw new Error(`The deletion check ended with no result: ${said} ${sentence}`);
  }
  const [highlighted = 0, random = 0, low = 0, high = 0] = found;
  return { highlighted, random, low, high, verdict };
}
