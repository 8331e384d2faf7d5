/** Where notices stand: in a corner of the window in which they cover no primary button. */

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export const corners = ['bottom-right', 'top-right', 'bottom-left', 'top-left'] as const;
export type Corner = (typeof corners)[number];

/** Pixels between the notices and the area's edge, and between them and a button. */
const gap = 16;

/** The corner of `area` in which a box of `size` meets the fewest of `buttons`: `before`, where it is, unless another is better. */
export function freeCorner(
  size: { readonly width: number; readonly height: number },
  area: Box,
  buttons: readonly Box[],
  before: Corner,
): Corner {
  const covered = (corner: Corner): number => {
    const box = boxAt(corner, size, area);
    return buttons.filter((button) => meet(box, button)).length;
  };
  return corners.reduce((best, corner) => (covered(corner) < covered(best) ? corner : best), before);
}

/** Where a box of `size` lies in a corner. */
export function boxAt(corner: Corner, size: { readonly width: number; readonly height: number }, area: Box): Box {
  const left = corner.endsWith('left') ? area.left + gap : area.right - gap - size.width;
  const top = corner.startsWith('top') ? area.top + gap : area.bottom - gap - size.height;
  return { left, top, right: left + size.width, bottom: top + size.height };
}

function meet(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
