/** Whether enough is labelled to put the other cases in order, and what is missing. */
import { fewestToOrder, type MissingLabels, type PatientId, targetFacts } from '../../contract/index.ts';
import { classNames, type DatasetRow, type ReadDb } from '../../store/index.ts';
import { assignedSplits } from '../datasets/dataset.ts';
import { type LabelledExample, labelledExamples } from '../datasets/examples.ts';

export interface Readiness {
  /** Labelled images that may be learned from: in a file, not set aside, of no test patient. */
  readonly examples: readonly LabelledExample[];
  /** Patients whose part is test: neither learned from nor put in order. */
  readonly test: ReadonlySet<PatientId>;
  /** Classes, or the findings that enough is known of, in the order of the data set. */
  readonly names: readonly string[];
  /** Findings that too little is known of. */
  readonly left: readonly string[];
  /** Empty where an order can be made. */
  readonly missing: readonly MissingLabels[];
}

/** What can be learned from now. Of classes each needs enough patients; of findings one that is present and absent in enough of them will do. */
export function readinessOf(db: ReadDb, dataset: DatasetRow): Readiness {
  const test = new Set(
    [...assignedSplits(db, dataset)].flatMap(([patientId, { split }]) => (split === 'test' ? [patientId] : [])),
  );
  const examples = labelledExamples(db, dataset).filter(({ isGone, patientId }) => !isGone && !test.has(patientId));
  const listed = classNames(db, dataset.id);
  const patients = (has: (example: LabelledExample) => boolean): number =>
    new Set(examples.filter(has).map(({ patientId }) => patientId)).size;
  const few = (all: readonly MissingLabels[]): MissingLabels[] => all.filter((one) => one.patients < fewestToOrder);
  if (!targetFacts[dataset.target].isPerName) {
    const missing = few(
      listed.map((name) => ({ name, mark: null, patients: patients(({ label }) => label === name) })),
    );
    return { examples, test, names: listed, left: [], missing };
  }
  const lacks = listed.map((name) =>
    few(
      (['present', 'absent'] as const).map((mark) => ({
        ...{ name, mark },
        patients: patients(({ answers }) => answers.get(name) === mark),
      })),
    ),
  );
  const names = listed.filter((_, k) => lacks[k]?.length === 0);
  const left = listed.filter((name) => !names.includes(name));
  return { examples, test, names, left, missing: names.length > 0 ? [] : lacks.flat() };
}
