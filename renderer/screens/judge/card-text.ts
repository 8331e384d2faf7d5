/** The model card as sections, and those as HTML and Markdown: one text for the screen, the printer and the file. */
import {
  type JobWarning,
  type ModelCard,
  type ReferPromise,
  type SearchSummary,
  targetFacts,
} from '../../../core/contract/index.ts';
import { searchHead, searchRows, searchSentences } from '../../components/search-text.ts';
import { i18n } from '../../i18n/index.svelte.ts';
import { aboutClass, estimate } from './format.ts';
import { promiseText } from './promise-text.ts';
import { replayText } from './replay-text.ts';

export interface CardSection {
  readonly title: string;
  readonly paragraphs: readonly string[];
  readonly list?: readonly string[];
  readonly table?: { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] };
}

export interface CardText {
  readonly title: string;
  readonly notice: string;
  readonly sections: readonly CardSection[];
}

/** A model card in the reader's language. */
export function cardText(card: ModelCard): CardText {
  const words = i18n.words.judge;
  const { card: own } = words;
  const { model } = card;
  const { isPerName, hasMarks } = targetFacts[model.target];
  const method = (words.methods as Readonly<Record<string, string>>)[model.method] ?? model.method;
  const columns = resultColumns(card);
  return {
    title: own.title(model.name),
    notice: own.notice,
    sections: [
      { title: i18n.words.verdict.title, paragraphs: card.results.length === 0 ? [own.noResults] : verdictText(card) },
      {
        title: own.what,
        paragraphs: [
          (isPerName ? (hasMarks ? own.whatFindings : own.whatNumber) : own.whatText)(
            method,
            model.classes.join(', '),
            model.lpm ?? card.lpmFamily ?? '–',
          ),
          own.howText(model.preprocessing.inputSize, i18n.number(model.learnable)),
          ...(model.preprocessing.precision === 'int8' ? [own.int8Text] : []),
          ...(model.preprocessing.keptAs === 'int8' ? [own.keptInt8Text] : []),
          ...(model.folds > 1 ? [own.foldsText(model.folds * model.repeats, model.repeats, model.networks === 1)] : []),
        ],
      },
      ...(card.search === null ? [] : [recipeSection(card.search)]),
      ...(card.warnings.length === 0 ? [] : [warningsSection(card.warnings)]),
      {
        title: own.data,
        paragraphs: [
          own.dataText(card.dataset, card.version, i18n.date(card.trainedAt)),
          own.trainingText(
            card.epochs,
            i18n.duration(card.seconds),
            card.peakMb === null ? '–' : i18n.bytes(card.peakMb * 1024 * 1024),
          ),
          ...(card.labellers.length === 0
            ? []
            : [own.labelledBy(card.labellers.map((l) => `${l.reader} (${i18n.number(l.labels)})`).join(', '))]),
          ...(hasMarks ? [own.uncertain[model.uncertain]] : []),
          own.splitText,
          ...splitOrigins(card),
        ],
        table: {
          head: [own.part, hasMarks ? words.findings.finding : own.class, words.patients, own.studies, own.images],
          rows: card.counts.map((row) => [
            words.splits[row.split],
            row.name,
            i18n.number(row.patients),
            i18n.number(row.studies),
            i18n.number(row.images),
          ]),
        },
      },
      {
        title: own.results,
        paragraphs: [
          ...(card.results.length === 0 ? [] : [decisionText(card)]),
          ...positiveText(model),
          ...(card.testEvaluations === 0 ? [] : [own.testEvaluations(card.testEvaluations)]),
          ...(isPerName && !hasMarks ? [] : [own.intervals, ...probabilitiesText(model)]),
        ],
        table: {
          head: [words.split, words.level, 'n', ...columns.map(({ head }) => head)],
          rows: card.results.map((row) => [
            words.splits[row.split],
            words.levels[row.level],
            i18n.number(row.n),
            ...columns.map(({ of }) => of(row)),
          ]),
        },
      },
      { title: own.limits, paragraphs: [], list: isPerName ? own.limitQuestions : own.limitList },
      {
        title: own.identity,
        paragraphs: [
          own.weights(model.weightsHash),
          own.lpm(model.lpmHash),
          ...(card.replay === null ? [i18n.words.replay.never] : replayText(card.replay, model.target)),
        ],
      },
    ],
  };
}

/** How the recipe was found, with all that was tried. */
function recipeSection(search: SearchSummary): CardSection {
  const words = i18n.words.train.recipe;
  return {
    title: words.found,
    paragraphs: [...searchSentences(search), words.skillHelp],
    table: { head: searchHead(), rows: searchRows(search) },
  };
}

/** What was found when it was trained, and what to do about it. */
function warningsSection(warnings: readonly JobWarning[]): CardSection {
  const words = i18n.words.warnings;
  const said = warnings.map((warning) => i18n.warning(warning));
  return {
    title: words.title,
    paragraphs: [words.ofTraining],
    list: said.map(({ text, action }) => (action === '' ? text : `${text} ${action}`)),
  };
}

/** What decides: the threshold, those of findings, or the most probable class. */
function decisionText({ model }: ModelCard): string {
  const { card: own, splits } = i18n.words.judge;
  const { isPerName, hasMarks } = targetFacts[model.target];
  if (isPerName) return hasMarks ? own.resultsFindings(thresholdsText(model)) : own.resultsNumbers;
  if (model.threshold === null) return own.resultsMany;
  return own.resultsText(model.thresholdClass ?? '', i18n.number(model.threshold, 3), splits[model.thresholdSplit]);
}

/** What the figures mean, of each part that was evaluated: of its studies, or of its images where no study has a label of its own. */
function verdictText({ results }: ModelCard): string[] {
  const { splits } = i18n.words.judge;
  const all = results.filter(({ verdict }) => verdict !== null);
  return [...new Set(all.map(({ split }) => split))].flatMap((split) => {
    const own = all.filter((row) => row.split === split);
    const main = own.find(({ level, n }) => level === 'study' && n > 0) ?? own[0];
    return main === undefined || main.verdict === null
      ? []
      : [`${splits[split]}: ${i18n.verdict(main.verdict).join(' ')}`];
  });
}

interface ResultColumn {
  readonly head: string;
  readonly of: (row: ModelCard['results'][number]) => string;
}

/** The figures that mean something for what the model's data set asks. */
function resultColumns({ model, results }: ModelCard): ResultColumn[] {
  const words = i18n.words.judge;
  const { figures, findings, numbers, card: own } = words;
  const { isPerName, hasMarks } = targetFacts[model.target];
  const positive = model.positiveClass;
  const isGuessed = model.positiveClassSource === 'alphabet';
  const about = (label: string): string =>
    positive === null ? words.macro(label) : aboutClass(label, positive, true, isGuessed);
  const ofTarget = (results[0]?.figures ?? []).map(
    ({ figure }, k): ResultColumn => ({
      head: words.targetFigures[figure],
      of: (row) => estimate(row.figures[k]?.estimate ?? null),
    }),
  );
  if (isPerName && !hasMarks) return [...ofTarget, { head: numbers.bias, of: ({ bias }) => estimate(bias) }];
  const rates = (name: (label: string) => string): ResultColumn[] => [
    { head: name(figures.sensitivity), of: ({ sensitivity }) => estimate(sensitivity) },
    { head: name(figures.specificity), of: ({ specificity }) => estimate(specificity) },
  ];
  const accuracy: ResultColumn = { head: figures.accuracy, of: (row) => estimate(row.accuracy) };
  const auc = (name: (label: string) => string): ResultColumn => ({
    head: name(figures.auc),
    of: (row) => estimate(row.auc),
  });
  if (hasMarks) {
    const plain = (label: string): string => label;
    return [
      { head: findings.finding, of: ({ finding }) => finding ?? own.allFindings },
      ...[auc(plain), ...rates(plain), accuracy],
    ];
  }
  // With more than two classes sensitivity and specificity are figures of a class, not of the model.
  return [auc(about), ...(positive === null ? [] : rates(about)), accuracy, ...ofTarget];
}

/** From which probability each finding is called present. */
function thresholdsText({ classes, findings }: ModelCard['model']): string {
  return classes.map((name, k) => `“${name}” ${i18n.number(findings[k]?.threshold ?? 0.5, 3)}`).join(', ');
}

/** Whether probabilities are calibrated, and which answers go to a reader. */
function probabilitiesText(model: ModelCard['model']): string[] {
  const { temperature, referBand, classes, findings, folds } = model;
  const own = i18n.words.judge.card;
  const number = (value: number): string => i18n.number(value, 3);
  const promised = (band: { readonly promise?: ReferPromise | undefined }): string[] =>
    band.promise === undefined ? [] : [promiseText(band.promise, model)];
  const ofFindings = findings.flatMap(({ referBand: band }, k) =>
    band === null ? [] : [own.bandOf(classes[k] ?? '', number(band.low), number(band.high)), ...promised(band)],
  );
  const bands =
    referBand === null
      ? ofFindings
      : [own.band(referBand.className, number(referBand.low), number(referBand.high)), ...promised(referBand)];
  return [
    temperature === 1
      ? own.notCalibrated
      : (folds > 1 ? own.calibratedOutOfFold : own.calibrated)(i18n.number(temperature, 2)),
    ...(bands.length === 0 ? [own.noBand] : bands),
  ];
}

/** Whom sensitivity and specificity are about, and a warning where that is a guess. */
function positiveText({ classes, positiveClass, positiveClassSource }: ModelCard['model']): string[] {
  if (positiveClass === null) return [];
  const words = i18n.words.judge;
  const other = classes.find((name) => name !== positiveClass) ?? '';
  return [
    words.card.positive(positiveClass, other),
    ...(positiveClassSource === 'alphabet' ? [words.positiveGuessed(positiveClass, other)] : []),
  ];
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (c) => escapes[c] ?? c);

/** A page of its own that needs nothing else. */
export function cardHtml(text: CardText, language: string): string {
  const h = escapeHtml;
  const table = ({ head, rows }: NonNullable<CardSection['table']>): string =>
    `<table><thead><tr>${head.map((cell) => `<th>${h(cell)}</th>`).join('')}</tr></thead><tbody>${rows
      .map((row) => `<tr>${row.map((cell) => `<td>${h(cell)}</td>`).join('')}</tr>`)
      .join('')}</tbody></table>`;
  const sections = text.sections.map(
    (section) =>
      `<h2>${h(section.title)}</h2>\n${section.paragraphs.map((p) => `<p>${h(p)}</p>`).join('\n')}${
        section.list ? `<ul>${section.list.map((item) => `<li>${h(item)}</li>`).join('')}</ul>` : ''
      }${section.table && section.table.rows.length > 0 ? table(section.table) : ''}`,
  );
  return `<!doctype html>
<html lang="${language}">
<head><meta charset="utf-8"><title>${h(text.title)}</title>
<style>body{font:15px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse;margin:.5rem 0}th,td{border:1px solid #bbb;padding:.25rem .6rem;text-align:left}.notice{font-weight:700}p{overflow-wrap:anywhere}</style></head>
<body>
<h1>${h(text.title)}</h1>
<p class="notice">${h(text.notice)}</p>
${sections.join('\n')}
</body>
</html>
`;
}

const escapeMarkdown = (text: string): string => text.replace(/[|\\`*_<>#]/g, (c) => `\\${c}`);

export function cardMarkdown(text: CardText): string {
  const m = escapeMarkdown;
  const line = (cells: readonly string[]): string => `| ${cells.map(m).join(' | ')} |`;
  const parts = [`# ${m(text.title)}`, `**${m(text.notice)}**`];
  for (const section of text.sections) {
    parts.push(`## ${m(section.title)}`, ...section.paragraphs.map(m));
    if (section.list) parts.push(section.list.map((item) => `- ${m(item)}`).join('\n'));
    const { table } = section;
    if (table && table.rows.length > 0) {
      parts.push([line(table.head), line(table.head.map(() => '---')), ...table.rows.map(line)].join('\n'));
    }
  }
  return `${parts.join('\n\n')}\n`;
}

/** How the patients came to their parts, where a file had a say in it. */
function splitOrigins({ splits }: ModelCard): string[] {
  const { card: own, splits: names } = i18n.words.judge;
  if (!splits.some(({ origin }) => origin !== 'drawn')) return [];
  const parts = splits.map(
    ({ split, origin, patients }) => `${names[split]}: ${own.origins[origin](i18n.number(patients))}`,
  );
  return [own.splitOrigins(parts.join('; '))];
}
