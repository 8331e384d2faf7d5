/** What is found when a device is checked before it may compute. */
import { z } from 'zod';

export const deviceCheckSchema = z.object({
  /** Whether every number of the reference check was within its tolerance. */
  isRight: z.boolean(),
  /** What was wrong, or why the device failed; empty where it is right. */
  wrong: z.string(),
  /** Seconds of one image through the LPM that the check is timed with; null where the device failed. */
  encodeSeconds: z.number().positive().nullable(),
  /** Seconds of one training step; null where the device failed. */
  stepSeconds: z.number().positive().nullable(),
  /** Whether the same inputs gave the same bits again; null where the device failed, or was checked before this was asked. */
  repeatsBits: z.boolean().nullable().default(null),
  checkedAt: z.string(),
});
export type DeviceCheck = z.infer<typeof deviceCheckSchema>;
