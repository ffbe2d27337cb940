import type { Param, Text } from '@holdfast/texts/text.ts';
import * as z from 'zod';

const paramSchema: z.ZodType<Param> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), textSchema, z.array(paramSchema)]),
);

/** A text for people in a message: who shows it chooses the language. */
export const textSchema: z.ZodType<Text> = z.object({
  code: z.string(),
  params: z.record(z.string(), paramSchema).optional(),
});
