import type { PointMeaning } from '../point.ts';

/** Databases keep each kind in a place of its own: a number cannot become a text there. */
export type ValueKind = 'number' | 'truth' | 'text';

/** The kind of a point's values in samples. */
export function valueKind({
  data_type,
  enumeration,
}: Pick<PointMeaning, 'data_type' | 'enumeration'>): ValueKind {
  if (enumeration) return 'text';
  switch (data_type) {
    case 'bool':
      return 'truth';
    case 'string':
    case 'unix_time32':
    case 'unix_time64':
      return 'text';
    default:
      return 'number';
  }
}
