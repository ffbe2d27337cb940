import type { DriverSpec } from '@holdfast/driver/spec.ts';
import * as z from 'zod';
import { pointListsText } from '../texts.ts';
import type { FieldFault } from './row-fault.ts';

const linearParts = ['raw_min', 'raw_max', 'eng_min', 'eng_max'] as const;

/** The values that cleared fields get. */
const cleared: Readonly<Record<string, unknown>> = {
  ...{ name: '', scale: 1, offset: 0, unit: '', enabled: true, writable: false },
  ...{ precision: null, count: null, valid_min: null, valid_max: null, enumeration: null },
  ...{ period_ms: null, report: null },
};
const pointFields = [...Object.keys(cleared), 'data_type'];

export interface PointBody {
  /** The body as the API takes it, without code and device. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly faults: readonly FieldFault[];
}

/** The fields of a point that a row gives and, if wanted, the defaults of those that it clears. */
export function pointBody(
  values: Readonly<Record<string, unknown>>,
  {
    spec,
    place,
    clears,
  }: {
    readonly spec: DriverSpec;
    readonly place: Readonly<Record<string, unknown>>;
    readonly clears: readonly string[];
  },
): PointBody {
  const body: Record<string, unknown> = { ...place };
  for (const name of pointFields) if (values[name] !== undefined) body[name] = values[name];
  for (const name of clears) {
    if (name in cleared) body[name] = cleared[name];
    else if (name in spec.place.shape && body[name] === undefined) {
      const fallback = defaultOf(spec.place.shape[name] as z.ZodType);
      if (fallback !== undefined) body[name] = fallback;
    }
  }
  const parts = linearParts.map((part) => values[`linear_${part}`]);
  const missing = linearParts.find((_, index) => parts[index] === undefined);
  if (missing === undefined)
    body.linear = Object.fromEntries(linearParts.map((part, at) => [part, parts[at]]));
  else if (parts.some((part) => part !== undefined)) {
    const message = pointListsText('range_needs_four_numbers');
    return { body, faults: [{ field: `linear_${missing}`, code: 'missing', message }] };
  } else if (linearParts.every((part) => clears.includes(`linear_${part}`))) body.linear = null;
  return { body, faults: [] };
}

/** The default of a field, or undefined if it cannot be left out. */
function defaultOf(schema: z.ZodType): unknown {
  if (schema instanceof z.ZodDefault) return schema.parse(undefined);
  return schema instanceof z.ZodOptional && !(schema instanceof z.ZodExactOptional) ? null : undefined;
}
