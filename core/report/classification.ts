/** Results of a classification as one HTML text that loads nothing from anywhere: to be kept, sent on paper, printed. */

import { counted } from '../base/counted.ts';
import { withMinus } from '../base/shown-number.ts';
import { type CallOutput, englishVerdictSentences, isNoBetterThanGuessing, targetFacts } from '../contract/index.ts';
import type { BatchResults, StudyResult } from '../contract/ipc/classify.ts';
import { escapeHtml } from './chart.ts';
import { reportPage } from './page.ts';
import { decisionRule } from './positive-class-words.ts';

/** What is known of how good a model is; null where it was never evaluated. */
export type KnownWorth = CallOutput<'judge.verdict'>;

/**
 * The page; first what the model's figures mean, where `worth` says it (undefined: the model is not there any more). Studies stand by the probability of the positive class (of more than two, the last one), highest first; those of several findings
 * by the most probable one, those of numbers by the number.
 */
export function renderClassification(results: BatchResults, writtenAt: Date, worth: KnownWorth | undefined): string {
  const studies = sortedStudies(results);
  const title = `Classification with ${results.model}`;
  const lead = `${counted('en', studies.length, 'study', 'studies')}, ${counted('en', results.failures.length, 'file', 'files')} that could not be used; classified ${minute(results.createdAt)} UTC, written ${minute(writtenAt.toISOString())} UTC`;
  return reportPage(title, lead, [
    ...(worth === undefined ? [] : [worthSection(worth)]),
    summarySection(results),
    studiesSection(results, studies),
    failuresSection(results),
    provenanceSection(results),
  ]);
}

function sortedStudies({ classes, positiveClass, target, studies }: BatchResults): StudyResult[] {
  const position = positiveClass === null ? classes.length - 1 : classes.indexOf(positiveClass);
  const key = ({ probabilities, value }: StudyResult): number =>
    value ?? (targetFacts[target].isPerName ? Math.max(...probabilities) : (probabilities[position] ?? 0));
  return [...studies].sort((a, b) => key(b) - key(a));
}

function minute(iso: string): string {
  return iso.slice(0, 16).replace('T', ' ');
}

function section(title: string, body: string): string {
  return `<section><h2>${title}</h2>${body}</section>`;
}

const grounds = {
  train: 'On the training cases, which the model learned by',
  val: 'On the validation cases, which chose the epoch and the threshold',
  test: 'On the test cases',
  'cross-validation': 'In cross-validation',
} as const satisfies Record<NonNullable<KnownWorth>['split'], string>;

function worthSection(worth: KnownWorth): string {
  const title = 'What these answers are worth';
  if (worth === null) {
    return section(title, '<p><b>Nobody knows how good this model is: it has not been evaluated yet.</b></p>');
  }
  const [head = '', ...rest] = englishVerdictSentences(worth.verdict);
  const warning = isNoBetterThanGuessing(worth.verdict)
    ? '<p><b>Nothing shows that the answers of this model are better than guessing.</b></p>'
    : '';
  return section(
    title,
    `${warning}<p>${grounds[worth.split]}: <b>${escapeHtml(head)}</b> ${escapeHtml(rest.join(' '))}</p>`,
  );
}

function summarySection({ classes, target, studies }: BatchResults): string {
  const { isPerName, hasMarks } = targetFacts[target];
  const rows = (isPerName && !hasMarks ? [] : classes).map((name, k) => {
    const count = studies.filter((study) => (hasMarks ? study.isPresent[k] : study.decision === name)).length;
    const share = studies.length === 0 ? 0 : (100 * count) / studies.length;
    return `<div class="bar"><span>${escapeHtml(name)}</span><i><b style="width:${share.toFixed(1)}%"></b></i><span>${count}</span></div>`;
  });
  if (rows.length === 0) return '';
  const referred = studies.filter((study) => study.isReferred === true).length;
  const words = studies.some((study) => study.isReferred !== null)
    ? `<p>Too uncertain to stand alone, and marked “refer to a reader”: ${referred} of ${counted('en', studies.length, 'answer', 'answers')}.</p>`
    : '';
  return section(hasMarks ? 'Findings that are present' : 'Decisions', `${rows.join('')}${words}`);
}

function studiesSection({ classes }: BatchResults, studies: readonly StudyResult[]): string {
  const heads = classes.map((name) => `<th class="number">${escapeHtml(name)}</th>`).join('');
  const rows = studies.map((study) => {
    const values = answersOf(study)
      .map((p, k) => `<td class="number">${study.isPresent[k] === true ? `<b>${p}</b>` : p}</td>`)
      .join('');
    const refer = study.isReferred === true ? '<br><small>refer to a reader</small>' : '';
    return `<tr><td>${escapeHtml(study.patientKey ?? '–')}<br><small><code>${escapeHtml(study.studyInstanceUID)}</code></small></td><td>${escapeHtml(study.modality ?? '–')}</td><td class="number">${study.images}</td>${values}<td><b>${escapeHtml(study.value === null ? study.decision : withMinus(study.decision))}</b>${refer}</td></tr>`;
  });
  return section(
    'Studies',
    `<div class="scroll"><table><thead><tr><th>patient and study</th><th>modality</th><th class="number">images</th>${heads}<th>decision</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`,
  );
}

/** The cells of a study: probabilities, or the number. */
function answersOf({ probabilities, value }: StudyResult): string[] {
  return value === null ? probabilities.map((p) => p.toFixed(3)) : [withMinus(String(Number(value.toPrecision(4))))];
}

function failuresSection({ failures }: BatchResults): string {
  if (failures.length === 0) return '';
  const rows = failures.map(
    ({ path, member, message, action }) =>
      `<tr><td><code>${escapeHtml(member === '' ? path : `${path}/${member}`)}</code></td><td>${escapeHtml(message)}<br><small>${escapeHtml(action)}</small></td></tr>`,
  );
  return section(
    'Files that could not be used',
    `<div class="scroll"><table><thead><tr><th>file</th><th>why, and what to do</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`,
  );
}

function provenanceSection(results: BatchResults): string {
  const { isPerName, hasMarks } = targetFacts[results.target];
  const rules = results.thresholds.map(({ className, threshold }) =>
    decisionRule({ thresholdClass: className, threshold }),
  );
  const facts: readonly (readonly [string, string])[] = [
    ['Model', results.model],
    ['LPM', results.lpm ?? 'no longer in this library'],
    ['LPM hash', results.lpmHash],
    [
      'Decision',
      isPerName && !hasMarks
        ? 'none: the answer is a number'
        : rules.length === 0
          ? decisionRule({ threshold: null, thresholdClass: null })
          : rules.join(hasMarks ? '; ' : '; later: '),
    ],
  ];
  return section(
    'Where this comes from',
    `<table><tbody>${facts.map(([name, value]) => `<tr><th scope="row">${name}</th><td><code>${escapeHtml(value)}</code></td></tr>`).join('')}</tbody></table>`,
  );
}
