import { textEncodings } from '@holdfast/driver/values/device-text.ts';
import { asError } from '@holdfast/texts/schema-message.ts';
import * as z from 'zod';
import { melsecText } from '../texts.ts';
import { notationPattern } from './notation.ts';

/** The fields of a point that say where it is. Stored as written, because the series decides what a number means. */
export const placeSchema = z.object({
  address: z
    .string()
    .max(16)
    .regex(new RegExp(notationPattern), asError(melsecText('address_rule'))),
  /** Words of a string. */
  length: z.int().min(1).max(960).optional(),
  encoding: z.enum(textEncodings).optional(),
});
export type MelsecPlace = z.infer<typeof placeSchema>;
