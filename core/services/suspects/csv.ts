/** The list of labels to check as a CSV file. */
import { researchUseOnly, type SuspectReport } from '../../contract/index.ts';
import { csvText } from '../files/csv.ts';

/** The CSV text of every label on the list, header first, in its order. */
export function suspectsCsv({ model, suspects }: SuspectReport): string {
  const header = [
    'rank',
    'patientID',
    'studyInstanceUID',
    'sopInstanceUID',
    'images',
    'question',
    'label',
    'answer',
    'labelProbability',
    'answerProbability',
    'doubt',
    'state',
    'labelNow',
    'reader',
    'decidedAt',
    'model',
    'notice',
  ];
  const rows = suspects.map((one) => [
    one.rank,
    one.patientID,
    one.studyInstanceUID,
    one.sopInstanceUID,
    one.images,
    one.question,
    one.label,
    one.answer,
    one.labelProbability,
    one.answerProbability,
    one.doubt,
    one.state,
    one.labelNow,
    one.reader,
    one.decidedAt,
    model,
    researchUseOnly,
  ]);
  return csvText([header, ...rows]);
}
