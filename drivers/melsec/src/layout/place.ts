import { textEncodings } from '@holdfast/driver/values/device-text.ts';
import * as z from 'zod';
import { notationPattern } from './notation.ts';

/** The fields of a point that say where it is. Stored as written, because the series decides what a number means. */
export const placeSchema = z.object({
  address: z
    .string()
    .max(16)
    .regex(new RegExp(notationPattern), 'must be an address such as D100, D100.3, W1F or X1F'),
  /** Words of a string. */
  length: z.int().min(1).max(960).optional(),
  encoding: z.enum(textEncodings).optional(),
});
export type MelsecPlace = z.infer<typeof placeSchema>;
