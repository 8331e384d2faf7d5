/**
 * Pictures that are masks of other pictures by their name or folder. Public sets keep them beside the pictures (`benign (1).png` and
 * `benign (1)_mask.png` in one class folder): as pictures of their own they are labelled like those, and show the outline of the finding.
 */
import type { AppError } from '../../base/errors.ts';
import { ofOtherKind } from '../../dicom/doubts.ts';

const maskName = /(?:^|[\s_.()-])(?:(?:masks?|segmentations?|annotation)(?:[\s_-]?\d+)?|seg(?:[\s_-]?\d{3,})?)$/i;
const maskFolder = /^(?:.*[\s_-])?(?:masks?|segmentations?|ground[\s_-]?truths?)$|^(?:left|right|lung|manual)masks?$/i;
/** Masks that people wear, and those that are not there: classes of pictures of what was examined. "seg 5" is a segment. */
const otherMask =
  /(?:^|[\s_.()-])(?:with|without|w\/o|no|non|not|mit|ohne|kein|keine|bipap|cpap|niv|o2|oxygen|face|venturi|surgical|ffp2|n95|laryngeal)[\s_-]+(?:a[\s_-]+)?(?:face[\s_-]+)?masks?(?:[\s_-]?\d+)?$/i;

/**
 * The notice about a picture that is a mask by its name; undefined for every other.
 * @param name of the file, with the folders below the chosen one
 */
export function maskByName(name: string): AppError | undefined {
  const folders = name.split(/[\\/]/);
  const stem = (folders.pop() ?? '').replace(/\.[^.]*$/, '');
  if (maskName.test(stem) && !otherMask.test(stem))
    return ofOtherKind('By its name the picture is a mask of another one');
  return folders.some((folder) => maskFolder.test(folder) && !otherMask.test(folder))
    ? ofOtherKind('By its folder the picture is a mask of another one')
    : undefined;
}
