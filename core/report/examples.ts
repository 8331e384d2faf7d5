/** Example images with what each method said about them. */
import { escapeHtml } from './chart.ts';

export interface ReportPicture {
  /** A `data:` address. */
  readonly data: string;
  readonly caption: string;
}

export interface ReportExample {
  /** The whole image first, then details. */
  readonly pictures: readonly ReportPicture[];
  readonly label: string;
  readonly classes: readonly string[];
  readonly predictions: readonly {
    readonly method: string;
    readonly probabilities: readonly number[];
    readonly decision: string;
  }[];
}

/** The section, or nothing when there are no examples. */
export function examplesSection(examples: readonly ReportExample[]): string {
  if (examples.length === 0) return '';
  return `<section class="long"><h2>Examples</h2><p>Above: the whole image. Below: a detail at the resolution of the LPM, and the same detail at that of the side network.</p><div class="examples">${examples.map(exampleBox).join('')}</div></section>`;
}

function exampleBox(example: ReportExample): string {
  const [whole, ...details] = example.pictures;
  const picture = (p: ReportPicture): string =>
    `<figure><img src="${p.data}" alt="${escapeHtml(p.caption)}"><figcaption>${escapeHtml(p.caption)}</figcaption></figure>`;
  const pictures = `<div class="pictures">${whole === undefined ? '' : picture(whole)}<div>${details.map(picture).join('')}</div></div>`;
  const first = example.predictions[0];
  const bars =
    first === undefined
      ? ''
      : example.classes
          .map((name, i) => {
            const p = first.probabilities[i] ?? 0;
            return `<div class="bar"><span>${escapeHtml(name)}</span><i><b style="width:${(100 * p).toFixed(1)}%"></b></i><span>${(100 * p).toFixed(0)} %</span></div>`;
          })
          .join('');
  const verdicts = example.predictions
    .map((p) => {
      const isRight = p.decision === example.label;
      return `<div><span class="tag">${escapeHtml(p.method)}</span> <span class="${isRight ? 'right' : 'wrong'}">${isRight ? '✓' : '✗'} ${escapeHtml(p.decision)}</span></div>`;
    })
    .join('');
  return `<div class="example">${pictures}<div class="text"><div>Label: <b>${escapeHtml(example.label)}</b></div>${verdicts}${first === undefined ? '' : `<div><small>Probabilities by ${escapeHtml(first.method)}</small></div>`}${bars}</div></div>`;
}
