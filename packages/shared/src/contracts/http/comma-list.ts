import * as z from 'zod';

/** One of these values or several with commas between them, or undefined if it is empty. */
export function commaList<const Value extends string>(values: readonly Value[], error?: () => string) {
  const one = ` *(?:${values.join('|')}) *`;
  return z
    .string()
    .transform((text) => (text === '' ? undefined : text.split(',').map((each) => each.trim())))
    .pipe(z.array(z.enum(values, error === undefined ? undefined : { error })).optional())
    .meta({ pattern: `^(?:${one}(?:,${one})*)?$` });
}
