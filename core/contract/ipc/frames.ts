/**
 * Frames for the viewport: `frame://sidelight/pixels/<instanceId>/<frame>`.
 *
 * The answer is one block: four bytes little endian with the length of the header, the header as JSON (`frameHeaderSchema`), zero
 * bytes up to a multiple of eight, then the samples, little endian, row by row. Grey samples are modality values (after rescale or
 * Modality LUT; after the VOI LUT where the instance has one and no window), so that the window works on their whole range.
 */
import { z } from 'zod';

export const windowSchema = z.object({
  shape: z.enum(['LINEAR', 'LINEAR_EXACT', 'SIGMOID']),
  center: z.number(),
  width: z.number().positive(),
  /** The explanation that the instance gives, if any. */
  name: z.string(),
});
export type DisplayWindow = z.infer<typeof windowSchema>;

export const frameHeaderSchema = z.object({
  /** Whose picture this is, in every library and at every time: row numbers are given again. */
  sopInstanceUID: z.string(),
  rows: z.int().positive(),
  columns: z.int().positive(),
  numberOfFrames: z.int().positive(),
  samples: z.enum(['uint8', 'int16', 'uint16', 'float32']),
  /** 1 grey, 3 RGB. */
  channels: z.union([z.literal(1), z.literal(3)]),
  min: z.number(),
  max: z.number(),
  /** Windows of the instance, the one to start with first; the whole range where it names none. Empty for colour. */
  windows: z.array(windowSchema),
  /** False where the file names neither a window nor a VOI LUT: `windows` is then the range of this frame alone. */
  hasOwnWindow: z.boolean(),
  /** MONOCHROME1: low values are bright. */
  isInverted: z.boolean(),
  photometricInterpretation: z.string(),
  /** `HU` of a rescaled CT, and other rescale types; '' when not said. */
  unit: z.string(),
  modality: z.string(),
  /** Millimetres from row to row and from column to column; null when not known. */
  spacingMm: z.tuple([z.number(), z.number()]).nullable(),
  /**
   * Whether that is in the patient (`estimated`: by the magnification that the file estimates) or at the detector, where things are shown larger than
   * they are; `unknown` where the file tells neither.
   */
  spacingAt: z.enum(['patient', 'estimated', 'detector', 'unknown']),
  /** The height of a pixel in its widths, also where the spacing is not known. */
  pixelAspect: z.number().positive(),
  /** Along the normal of the image, in millimetres; null when not known. */
  slicePositionMm: z.number().nullable(),
  /** How fast frames are to follow each other, as FrameTime, CineRate or RecommendedDisplayFrameRate say; null where none does. */
  framesPerSecond: z.number().positive().nullable(),
  /** Letters at the left, right, top and bottom edge: `R`, `AL`, ...; '' when not known. */
  edges: z.object({ left: z.string(), right: z.string(), top: z.string(), bottom: z.string() }),
  isLossy: z.boolean(),
  lossyRatio: z.number().nullable(),
  texts: z.object({
    patientName: z.string(),
    patientID: z.string(),
    studyDate: z.string(),
    studyDescription: z.string(),
    seriesNumber: z.string(),
    seriesDescription: z.string(),
    instanceNumber: z.string(),
    view: z.string(),
  }),
});
export type FrameHeader = z.infer<typeof frameHeaderSchema>;
