import { schemaMessage } from '@holdfast/texts/schema-message.ts';
import * as z from 'zod';
import { unknownNames } from './unknown-names.ts';

/**
 * A body with these fields and no others: a mistyped one would otherwise be lost without a word. The message names each
 * unknown field with the one that was probably meant, or with all known ones.
 */
export function closedObject<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  // Fields that are merely tolerated are not recommended.
  const fieldNames = Object.keys(shape).filter((name) => !(shape[name] as z.ZodType).meta()?.deprecated);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? schemaMessage(unknownNames('field', issue.keys, fieldNames))
        : undefined,
  });
}

/** The body of a call that takes no fields. Clients send `{}` anyway. */
export const noFieldsSchema = closedObject({}).nullish();
