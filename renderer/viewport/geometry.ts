/** Where the picture lies on the canvas. */

export interface Placement {
  /** 1 = the whole picture fits. */
  readonly zoom: number;
  /** Shift of the picture's middle from the canvas's, in CSS pixels. */
  readonly panX: number;
  readonly panY: number;
  /** Clockwise, in degrees. */
  readonly rotation: 0 | 90 | 180 | 270;
  readonly isFlippedHorizontally: boolean;
  readonly isFlippedVertically: boolean;
}

export const fitted: Placement = {
  zoom: 1,
  panX: 0,
  panY: 0,
  rotation: 0,
  isFlippedHorizontally: false,
  isFlippedVertically: false,
};

export interface PictureSize {
  readonly rows: number;
  readonly columns: number;
  /** The height of a pixel in its widths; pixels that are not square are drawn as they are in the patient. */
  readonly pixelAspect: number;
}

/** Screen pixels for one column of the picture when it fits a canvas of the given size. */
export function fitScale(size: PictureSize, width: number, height: number, rotation: Placement['rotation']): number {
  const tall = size.rows * size.pixelAspect;
  const [across, down] = rotation % 180 === 0 ? [size.columns, tall] : [tall, size.columns];
  return Math.min(width / across, height / down);
}

/** The matrix that `CanvasRenderingContext2D.setTransform` takes, for a canvas of `width` by `height` device pixels. */
export function pictureMatrix(
  size: PictureSize,
  place: Placement,
  canvas: { readonly width: number; readonly height: number; readonly pixelRatio: number },
): DOMMatrix {
  const scale = fitScale(size, canvas.width, canvas.height, place.rotation) * place.zoom;
  return new DOMMatrix()
    .translate(canvas.width / 2 + place.panX * canvas.pixelRatio, canvas.height / 2 + place.panY * canvas.pixelRatio)
    .scale(place.isFlippedHorizontally ? -1 : 1, place.isFlippedVertically ? -1 : 1)
    .rotate(place.rotation)
    .scale(scale, scale * size.pixelAspect)
    .translate(-size.columns / 2, -size.rows / 2);
}

/**
 * How a picture is drawn larger than it is: `automatic` smooths it until a pixel takes four screen pixels and shows the pixels from there on, as a
 * reader who enlarges that far wants to see them; `bilinear` always smooths; `nearest` always shows pixels.
 */
export const interpolations = ['automatic', 'bilinear', 'nearest'] as const;
export type Interpolation = (typeof interpolations)[number];

/**
 * How a canvas is to draw at `scale` screen pixels a picture pixel. Enlarging in low quality is what browsers do bilinearly (their better ones
 * overshoot at edges, which makes rims that are not in the picture); making smaller takes the best there is.
 */
export function smoothing(interpolation: Interpolation, scale: number): { isSmooth: boolean; quality: 'low' | 'high' } {
  const isSmooth = scale < 1 || interpolation === 'bilinear' || (interpolation === 'automatic' && scale < 4);
  return { isSmooth, quality: scale < 1 ? 'high' : 'low' };
}

export interface Edges {
  readonly left: string;
  readonly right: string;
  readonly top: string;
  readonly bottom: string;
}

/** The letters at the edges after rotation and flips: rotation first, as the picture is drawn. */
export function turnedEdges(edges: Edges, place: Placement): Edges {
  let turned = edges;
  for (let k = 0; k < place.rotation; k += 90) {
    turned = { top: turned.left, right: turned.top, bottom: turned.right, left: turned.bottom };
  }
  if (place.isFlippedHorizontally) turned = { ...turned, left: turned.right, right: turned.left };
  if (place.isFlippedVertically) turned = { ...turned, top: turned.bottom, bottom: turned.top };
  return turned;
}

/** Whether left is right: a picture that was turned over once, and not only turned. */
export function isMirrored({ isFlippedHorizontally, isFlippedVertically }: Placement): boolean {
  return isFlippedHorizontally !== isFlippedVertically;
}

/** A round length in millimetres that takes between 60 and 160 CSS pixels, and how many it takes. */
export function scaleBar(pixelsPerMm: number): { readonly mm: number; readonly pixels: number } | null {
  for (const mm of [1, 2, 5, 10, 20, 50, 100, 200]) {
    const pixels = mm * pixelsPerMm;
    if (pixels >= 60 && pixels <= 160) return { mm, pixels };
  }
  return null;
}
