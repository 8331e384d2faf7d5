/** A learning curve, and an order of cases, as CSV files. */
import { AppError } from '../../base/errors.ts';
import { type CurveReport, type ReadingUnit, targetKey, targetOfImage } from '../../contract/index.ts';
import { writeWholeFile } from '../../disk/index.ts';
import { placedImagesOf } from '../../store/index.ts';
import { requireDataset } from '../datasets/dataset.ts';
import { csvText } from '../files/csv.ts';
import type { ServiceContext } from '../session/context.ts';
import { readingOrder } from './order-choice.ts';

/** A row a figure and size; then, of each figure that has one, the forecast at as many patients as it is for. @throws DISK_FULL and the like */
export function writeCurve(report: CurveReport, out: string): void {
  const { rows, sizes, patients, more } = report;
  const header = ['name', 'kind', 'patients', 'auc', 'low', 'high'];
  const lines = rows.flatMap(({ name, points, reached, gain }) => {
    const first = name ?? 'mean';
    return [
      ...points.map(({ auc, interval }, s) => {
        return [first, 'measured', sizes[s]?.patients ?? '', auc, interval?.[0], interval?.[1]];
      }),
      ...(reached === null ? [] : [[first, 'forecast', patients + more, '', reached[0], reached[1]]]),
      ...(gain === null ? [] : [[first, 'gain', more, gain.value, gain.interval[0], gain.interval[1]]]),
    ];
  });
  writeWholeFile(out, csvText([header, ...lines]));
}

const columnOf: Readonly<Record<ReadingUnit, 'studyInstanceUID' | 'seriesInstanceUID' | 'sopInstanceUID'>> = {
  study: 'studyInstanceUID',
  series: 'seriesInstanceUID',
  instance: 'sopInstanceUID',
};

/**
 * The cases in their order, the least certain first, by UID; no answer of a model stands there. Gives how many.
 * @throws DATASET_NOT_FOUND; DATASET_NOT_READY where no order was made; DISK_FULL and the like
 */
export function writeOrder(context: ServiceContext, dataset: string, out: string): number {
  const { order } = readingOrder(context, dataset);
  if (order === null) throw new AppError('DATASET_NOT_READY', `The cases of "${dataset}" were never put in order.`);
  const unit = order.targets[0]?.kind ?? 'study';
  const images = placedImagesOf(context.library.db, requireDataset(context, dataset).id);
  const uids = new Map(images.map((image) => [targetKey(targetOfImage(image, unit)), image[columnOf[unit]]]));
  const rows = order.targets.map((target, place) => [place + 1, uids.get(targetKey(target)) ?? '']);
  writeWholeFile(out, csvText([['place', columnOf[unit]], ...rows]));
  return rows.length;
}
