/**
 * Labels of which nearly every image has one of its own: an ID, boxes in text, a sentence of a report. As classes they could be imported, and
 * nothing could be learned of them; whoever took the wrong column learns it from the training, an hour later.
 */
import { AppError } from '../../base/errors.ts';
import type { ClassChoice } from '../../contract/index.ts';

/** A label as it was given; `row` is null for what folders say, `key` names the image where rows may share one. */
interface Given {
  readonly row: number | null;
  readonly label: string;
  readonly key?: string;
}

/** From so many labelled images on, more new classes than this part of them are no classes. */
const fewestImages = 20;
const mostOfImages = 0.5;
/** Lines that are named. */
const namedRows = 3;

/** @throws LABELS_INVALID where more names that nobody knew would become classes than half of the images have a label */
export function refuseManyClasses(given: readonly Given[], choice: ClassChoice, source: string): void {
  // Whoever listed the classes has said that they are some.
  if (choice.isFixed) return;
  const known = new Set(choice.known.map((name) => name.toLowerCase()));
  const classes = new Map<string, number | null>();
  const keys = new Set<string>();
  let unnamed = 0;
  for (const { row, label, key } of given) {
    const name = label.trim().toLowerCase();
    if (name !== '' && !known.has(name) && !classes.has(name)) classes.set(name, row);
    // Several readers have a row each about one image.
    if (key === undefined) unnamed += 1;
    else keys.add(key);
  }
  const images = keys.size + unnamed;
  if (images < fewestImages || classes.size <= images * mostOfImages) return;
  const rows = [...classes.values()].flatMap((row) => row ?? []).slice(0, namedRows);
  const where = rows.length === 0 ? '' : ` (rows ${rows.join(', ')}, …)`;
  const isFile = rows.length > 0;
  throw new AppError(
    'LABELS_INVALID',
    `${source} would give ${classes.size} classes for ${images} images${where}: nearly every image would be a class of its own. IDs, boxes and sentences look like that.`,
    {
      action: isFile
        ? 'Name the column that holds the class with --label-column, or write one. Numbers are imported with --target quantity, several findings of a cell with --separator. If these are the classes, list them with --classes A,B,C.'
        : 'If the folders are patients or cases, give the classes in a labels file with the columns path and label. If they are the classes, list them with --classes A,B,C.',
      details: { classes: classes.size, images },
    },
  );
}
