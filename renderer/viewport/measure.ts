/**
 * Lengths and angles that a reader measures on a picture. Points are in pixels of the picture, from its top left corner: columns to the right,
 * rows downwards, so that what was measured stays where it is however the picture is zoomed, turned or mirrored.
 */
import type { FrameHeader } from '../../core/contract/index.ts';
import type { FrameReference } from './frames.ts';

export const measureKinds = ['length', 'angle'] as const;
export type MeasureKind = (typeof measureKinds)[number];

/** How many points each kind has: the ends of a length; of an angle an end, the corner and the other end. */
export const pointsOf: Readonly<Record<MeasureKind, number>> = { length: 2, angle: 3 };

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Measure {
  readonly kind: MeasureKind;
  /** The frame that it was measured on; it is shown there alone. */
  readonly frame: FrameReference;
  /** As many as `pointsOf` says, or fewer while it is being drawn. */
  readonly points: readonly Point[];
}

/** From row to row and from column to column, in millimetres or in widths of a pixel. */
type Spacing = readonly [row: number, column: number];

/** How long a step of a picture is, in the unit of `spacing`. */
function step(a: Point, b: Point, [row, column]: Spacing): readonly [across: number, down: number] {
  return [(b.x - a.x) * column, (b.y - a.y) * row];
}

/** The distance of two points, in the unit of `spacing`. */
export function lengthOf(a: Point, b: Point, spacing: Spacing): number {
  return Math.hypot(...step(a, b, spacing));
}

/** The angle at `corner`, 0 to 180 degrees, as it is in the patient where pixels are not square; null where an arm has no length. */
export function angleOf(a: Point, corner: Point, b: Point, spacing: Spacing): number | null {
  const [ax, ay] = step(corner, a, spacing);
  const [bx, by] = step(corner, b, spacing);
  if ((ax === 0 && ay === 0) || (bx === 0 && by === 0)) return null;
  // Of the tangent, because the cosine of an angle near 0 or 180 degrees hardly changes.
  return (Math.abs(Math.atan2(ax * by - ay * bx, ax * bx + ay * by)) * 180) / Math.PI;
}

/** What was measured, and in what; null where it is not drawn to its end. */
export interface Measured {
  readonly value: number;
  readonly unit: 'mm' | 'px' | '°';
  /**
   * Where a length in millimetres is one: that of the shadow at the detector is more than that of the thing itself, by how much is not known; null
   * where it is no length in millimetres.
   */
  readonly at: FrameHeader['spacingAt'] | null;
}

export function measured(
  { kind, points }: Pick<Measure, 'kind' | 'points'>,
  { spacingMm, spacingAt, pixelAspect }: Pick<FrameHeader, 'spacingMm' | 'spacingAt' | 'pixelAspect'>,
): Measured | null {
  const [a, b, c] = points;
  if (a === undefined || b === undefined) return null;
  // Of pixels that are not square a length is in widths of one.
  const spacing = spacingMm ?? ([pixelAspect, 1] as const);
  if (kind === 'length') {
    if (spacingMm === null) return { value: lengthOf(a, b, spacing), unit: 'px', at: null };
    return { value: lengthOf(a, b, spacing), unit: 'mm', at: spacingAt };
  }
  const angle = c === undefined ? null : angleOf(a, b, c, spacing);
  return angle === null ? null : { value: angle, unit: '°', at: null };
}
