/** How mammograms hang: the right breast on the left and the left one on the right, as if the patient stood opposite; CC above, MLO below. */
import type { InstanceId } from '../../../core/contract/index.ts';
import type { Series, Start } from './series.ts';

/** An image of a series on a viewport. */
export interface Hung {
  readonly series: Series;
  /** Place of its first frame in the stack of the series. */
  readonly at: number;
  readonly instanceId: InstanceId;
}

const rows = [['CC'], ['MLO', 'ML', 'LM']] as const;
const sides = ['R', 'L'] as const;

/**
 * What hangs on `panes` (2 or 4) viewports, row by row; null where a view is missing, so that a side keeps its side. Of two viewports the row
 * with `start` is taken. Null for a study that is not of mammograms whose sides and views are known, or of which two do not find a place, or
 * whose `start` does not.
 */
export function mammographyHanging(
  series: readonly Series[],
  panes: number,
  start: Start | null,
): readonly (Hung | null)[] | null {
  const images = series.flatMap((own) =>
    own.modality === 'MG' ? own.views.map((view) => ({ ...view, hung: { series: own, ...view } })) : [],
  );
  const isStart = (hung: Hung): boolean => isAsked(hung, start);
  const find = (side: string, views: readonly string[]): Hung | null => {
    for (const view of views) {
      const fitting = images.filter((image) => image.laterality === side && image.viewPosition === view);
      // Of a view that was taken twice the one that was asked for, else the later one: it was taken because the first would not do.
      const found = fitting.find(({ hung }) => isStart(hung)) ?? fitting.at(-1);
      if (found !== undefined) return found.hung;
    }
    return null;
  };
  const slots = rows.map((views) => sides.map((side) => find(side, views)));
  const places = slots.flat();
  if (panes < 2 || places.filter((place) => place !== null).length < 2) return null;
  const isThere = (place: Hung | null): boolean => place !== null && isStart(place);
  if (start !== null && !places.some(isThere)) return null;
  if (panes === 4) return places;
  const filled = (row: readonly (Hung | null)[]): number => row.filter((place) => place !== null).length;
  return slots.find((row) => row.some(isThere)) ?? slots.find((row) => filled(row) === 2) ?? slots[0] ?? null;
}

/** Whether an image that hangs is what was asked for, by itself or by its series. */
function isAsked({ series, instanceId }: Hung, start: Start | null): boolean {
  return start !== null && (start.kind === 'instance' ? start.id === instanceId : start.id === series.id);
}

/** The place of the image that was asked for, which is the one that keys are about; the first filled one where nothing was. */
export function activePlace(hanging: readonly (Hung | null)[], start: Start | null): number {
  const asked = hanging.findIndex((hung) => hung !== null && isAsked(hung, start));
  return asked >= 0 ? asked : hanging.findIndex((hung) => hung !== null);
}
