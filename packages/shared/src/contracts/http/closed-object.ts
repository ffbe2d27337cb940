import * as z from 'zod';
import { nearestWord } from '../nearest-word.ts';

/**
 * A body with these fields and no others: what was mistyped would else be lost without a word. The message names each
 * unknown field with the one that was probably meant, or with all that there are.
 */
export function closedObject<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => unknownField(key, known)).join('; ')
        : undefined,
  });
}

/** Of a call that takes no fields. Clients send `{}` all the same. */
export const noFieldsSchema = closedObject({}).nullish();

function unknownField(key: string, known: readonly string[]): string {
  const nearest = nearestWord(key, known);
  if (nearest !== undefined) return `there is no field "${key}"; did you mean ${nearest}?`;
  if (known.length === 0) return `there is no field "${key}"; this takes none`;
  return `there is no field "${key}"; known: ${known.join(', ')}`;
}
