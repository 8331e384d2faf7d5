/** Example pictures for the report: unseen studies with what every method said about them. */
import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { invariant } from '../../base/errors.ts';
import { type GreyOrColourImage, resizeBilinear } from '../../images/index.ts';
import type { ReportExample } from '../../report/examples.ts';
import { uidOf } from '../demo/dicom-file.ts';
import { bitsStored, paintPicture } from '../demo/picture.ts';
import { type DemoClass, demoClasses, type StudyPlan } from '../demo/plan.ts';
import { cutOut, pictureAddress } from '../pixels/png.ts';

export interface MethodResults {
  readonly method: string;
  /** The CSV file that classifying wrote. */
  readonly file: string;
}

export interface ExampleOptions {
  readonly seed: number;
  readonly size: number;
  readonly studies: readonly StudyPlan[];
  readonly results: readonly MethodResults[];
  readonly perClass: number;
  /** Sizes at which the LPM and the side network read an image. */
  readonly lpmSize: number;
  readonly sideSize: number;
}

/** Share of the LPM's image that a detail shows. */
const detailShare = 0.22;

/** The first `perClass` unseen studies of each class. */
export function demoExamples(options: ExampleOptions): ReportExample[] {
  const tables = options.results.map(({ method, file }) => ({ method, rows: readResults(file) }));
  return demoClasses.flatMap((label) =>
    options.studies
      .filter((plan) => plan.label === label)
      .slice(0, options.perClass)
      .map((plan) => exampleOf(plan, label, tables, options)),
  );
}

function exampleOf(
  plan: StudyPlan,
  label: DemoClass,
  tables: readonly { readonly method: string; readonly rows: ReadonlyMap<string, ResultRow> }[],
  options: ExampleOptions,
): ReportExample {
  const { seed, size, lpmSize, sideSize } = options;
  const picture = paintPicture(seed, plan, 0, size);
  const data = Float32Array.from(picture.pixels, (v) => v / (2 ** bitsStored - 1));
  const stored: GreyOrColourImage = { width: size, height: size, channels: 1, data };
  const lpmImage = resizeBilinear(stored, lpmSize, lpmSize);
  const sideImage = resizeBilinear(lpmImage, sideSize, sideSize);
  const detail = (image: GreyOrColourImage): string => {
    const scale = image.width / size;
    return pictureAddress(
      cutOut(image, picture.focus[0] * scale, picture.focus[1] * scale, Math.round(detailShare * image.width)),
    );
  };
  const uid = uidOf(seed, plan.patient, plan.study, 1, 0);
  return {
    pictures: [
      { data: pictureAddress(resizeBilinear(stored, 384, 384)), caption: 'image' },
      { data: detail(lpmImage), caption: `LPM, ${lpmSize} px` },
      { data: detail(sideImage), caption: `side, ${sideSize} px` },
    ],
    label,
    classes: [...demoClasses],
    predictions: tables.map(({ method, rows }) => {
      const row = rows.get(uid);
      invariant(row !== undefined, 'every unseen demo image is in the results');
      return { method, decision: row.decision, probabilities: demoClasses.map((c) => row.probabilities.get(c) ?? 0) };
    }),
  };
}

interface ResultRow {
  readonly decision: string;
  readonly probabilities: ReadonlyMap<string, number>;
}

/** Image rows of a results file by SOP instance. */
function readResults(file: string): Map<string, ResultRow> {
  const rows: Record<string, string>[] = parse(readFileSync(file, 'utf8'), { bom: true, columns: true });
  const images = rows.filter((row) => row['level'] === 'image');
  return new Map(
    images.map((row) => {
      const probabilities = demoClasses.map((name): [string, number] => [name, Number(row[`probability_${name}`])]);
      return [row['sopInstanceUID'] ?? '', { decision: row['decision'] ?? '', probabilities: new Map(probabilities) }];
    }),
  );
}
