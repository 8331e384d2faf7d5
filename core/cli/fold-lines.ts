/** What a training with folds came to, in the words of a terminal. */
import { leftOutOf, type TrainReport, targetFacts, targetFigureWords } from '../contract/index.ts';
import { formatInterval, formatMeasure, formatTable } from './format.ts';

/** What a cross-validation says of the patients that its networks did not learn from. */
export function foldLines(report: TrainReport): string[] {
  const { target, folds, repeats, networks, crossValidation, epochs, method } = report;
  const { hasMarks } = targetFacts[target];
  const last = Math.max(0, ...epochs.map(({ epoch }) => epoch));
  const lines = [
    `${folds * repeats} networks (${method}), each without another fold of the training and validation patients${repeats > 1 ? `, who were dealt ${repeats} times` : ''}, with the weights after epoch ${last}; ` +
      (networks === 1
        ? 'the model is one network more, which learned from all of them: the figures below are those of the others.'
        : 'the model answers with their mean.'),
    ...againLines(report),
  ];
  if (crossValidation === null) return [...lines, 'Out-of-fold answers: none are in the library any more.'];
  const { image, study, temperature } = crossValidation;
  return [
    ...lines,
    repeats === 1
      ? 'Out-of-fold, every patient answered by the network that did not learn from it:'
      : `Out-of-fold, every patient answered by the mean of the ${repeats} networks that did not learn from it:`,
    ...formatTable(
      ['', `images (${image.n})`, `studies (${study.n})`],
      [
        ...(image.auc === null
          ? []
          : [
              [
                `${hasMarks ? 'mean ' : ''}AUC (95 % interval)`,
                formatInterval(image.auc, image.aucInterval),
                formatInterval(study.auc, study.aucInterval),
              ],
            ]),
        ...(image.accuracy === null
          ? []
          : [
              [
                hasMarks ? 'right answers to what is known' : 'accuracy',
                formatInterval(image.accuracy, image.accuracyInterval),
                formatInterval(study.accuracy, study.accuracyInterval),
              ],
            ]),
        ...image.figures.map(({ figure, value, interval }) => {
          const own = study.figures.find((one) => one.figure === figure);
          return [
            `${targetFigureWords[figure]} (95 % interval)`,
            formatInterval(value, interval),
            formatInterval(own?.value, own?.interval),
          ];
        }),
      ],
    ),
    'An interval holds what the model would reach on many fresh patients of the same kind in about 95 of 100 data sets.',
    ...(temperature === 1
      ? []
      : [`Probabilities were calibrated on them (temperature ${formatMeasure(temperature)}).`]),
  ];
}

/** A network of a training with folds by what it learned without. */
function networkName(network: number, folds: number, repeats: number): string {
  const left = leftOutOf(network, { folds, repeats });
  if (left === null) return 'The network that learned from all';
  return `The network without fold ${left.fold}${repeats > 1 ? ` of deal ${left.deal}` : ''}`;
}

/** Which networks were stuck and trained again. */
function againLines({ members, folds, repeats }: TrainReport): string[] {
  return members
    .filter(({ attempt, isStuck }) => attempt === 1 && isStuck)
    .map((first) => {
      const own = members.filter(({ fold }) => fold === first.fold);
      const kept = own.find(({ isKept }) => isKept);
      return (
        `${networkName(first.fold, folds, repeats)} learned next to nothing (loss ${formatMeasure(first.trainLoss)}; guessing: ${formatMeasure(first.guessLoss)}) ` +
        `and was trained ${own.length - 1 === 1 ? 'once' : 'twice'} more; kept is training ${kept?.attempt} with loss ${formatMeasure(kept?.trainLoss ?? null)}.`
      );
    });
}
