import { markNames, targetFacts } from '../../contract/index.ts';
import type { ShownClasses } from '../../services/datasets/classes.ts';
import { defineCommand, wordArgument } from '../command.ts';
import { formatTable, plural } from '../format.ts';
import { list, text } from '../options.ts';

export const command = defineCommand({
  name: 'classes',
  summary: 'show or fix the classes or findings of a data set, and which class is positive',
  description:
    'Shows the classes of a data set in their order and which of two is the positive one: the class that sensitivity, specificity and ' +
    'predictive values are about. It is read from the names ("fracture", not "no fracture"); --positive says it where they do not tell, or ' +
    'otherwise, for every model trained from then on. The labels shown are those that count now; a class that only the history names stays in the list. --classes fixes the list: labels of other classes are refused by row. Of findings it shows in how many images each is present, absent and uncertain.',
  arguments: [{ syntax: '<dataset>', help: 'name of the data set' }],
  options: {
    positive: text('--positive <name>', 'the positive one of two classes'),
    classes: list('--classes <list>', 'all classes that there may be, in order, with commas between'),
  },
  examples: [
    { line: 'sidelight classes mammo', why: 'what there is, and which class figures are about' },
    { line: 'sidelight classes flow --positive "no flow"', why: 'names that do not tell which class is the disease' },
    { line: 'sidelight classes mammo --classes normal,benign,malignant', why: 'a typing error becomes no class' },
  ],
  run: async (context, args, options) => {
    const isChange = options.positive !== undefined || options.classes !== undefined;
    const services = await context.services(isChange ? 'write' : 'read');
    const { requireDataset } = await import('../../services/datasets/dataset.ts');
    const { choosePositiveClass, fixClasses, shownClasses } = await import('../../services/datasets/classes.ts');
    const dataset = requireDataset(services, wordArgument(args, 0));
    if (options.classes !== undefined) fixClasses(services, dataset, options.classes);
    if (options.positive !== undefined) choosePositiveClass(services, dataset, options.positive);
    const shown = shownClasses(services, dataset);
    return { json: shown, lines: classLines(shown) };
  },
});

const sources = {
  chosen: 'as chosen',
  recognised: 'read from the names',
  alphabet:
    'not set by you: nothing in the names tells, and the one later in the alphabet is taken; say which it is with --positive',
} as const;

function classLines({
  dataset,
  target,
  classes,
  hasFixedClasses,
  positiveClass,
  positiveClassSource,
}: ShownClasses): string[] {
  const { noun, isPerName, hasMarks } = targetFacts[target];
  const [one, several] = noun;
  if (classes.length === 0)
    return [
      `Data set "${dataset}" has no ${several} yet. They come with labels: sidelight import PATH --dataset "${dataset}" --labels FILE`,
    ];
  return [
    ...formatTable(
      [one, 'labels', ...(hasMarks ? markNames : [])],
      classes.map(({ name, labels, marks }) => [
        name,
        String(labels),
        ...(hasMarks ? markNames.map((mark) => String(marks?.[mark] ?? 0)) : []),
      ]),
    ),
    ...classes
      .filter(({ labels, stored }) => labels === 0 && stored > 0)
      .map(({ name, stored }) => `"${name}" stays in the list: ${plural(stored, 'label')} in its history.`),
    hasFixedClasses
      ? `The list is fixed: labels of other ${several} are refused.`
      : `The list is open: a label of another ${one} adds it.`,
    ...(isPerName ? [] : [positiveLine(positiveClass, positiveClassSource)]),
  ];
}

function positiveLine(
  positiveClass: ShownClasses['positiveClass'],
  positiveClassSource: ShownClasses['positiveClassSource'],
): string {
  return positiveClass === null || positiveClassSource === null
    ? 'Each class is judged against the rest.'
    : `Positive class: "${positiveClass}" (${sources[positiveClassSource]}).`;
}
