/** Where the window opens: where it was, if a display still shows that place. */
import type { Place } from '../../core/contract/index.ts';

export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const smallest = { width: 1024, height: 700 } as const;
const usual = { width: 1440, height: 900 } as const;
/** So much of a window must lie on a display that its title bar can be taken hold of. */
const grip = { width: 120, height: 60 } as const;

/**
 * Size and, where it is still on a display, position of the window. A monitor of yesterday that is unplugged today must
 * not hide it, and a small laptop must not get a window larger than itself.
 *
 * @param displays work areas of the displays, the main one first
 */
export function openingPlace(
  stored: Place | null,
  displays: readonly Area[],
): Partial<Area> & { isMaximised: boolean } {
  const main = displays[0];
  const within = (size: number, least: number, most: number | undefined): number =>
    Math.min(Math.max(size, least), most ?? size);
  const home = stored === null ? undefined : displays.find((display) => overlaps(stored, display));
  const area = home ?? main;
  const wanted = stored ?? usual;
  const size = {
    width: within(wanted.width, Math.min(smallest.width, area?.width ?? smallest.width), area?.width),
    height: within(wanted.height, Math.min(smallest.height, area?.height ?? smallest.height), area?.height),
  };
  const isMaximised = stored?.isMaximised ?? false;
  return stored !== null && home !== undefined
    ? { x: stored.x, y: stored.y, ...size, isMaximised }
    : { ...size, isMaximised };
}

function overlaps(place: Area, display: Area): boolean {
  const width = Math.min(place.x + place.width, display.x + display.width) - Math.max(place.x, display.x);
  // The title bar is at the top: that edge must be on the display.
  const isTopVisible = place.y >= display.y && place.y + grip.height <= display.y + display.height;
  return width >= grip.width && isTopVisible;
}
