import type { PointView } from '@holdfast/shared/contracts/http/point-http.ts';

/** How a user enters a value of the point. */
export type ValueForm = 'switch' | 'names' | 'text' | 'number';

export function formOf({
  data_type: type,
  enumeration,
}: Pick<PointView, 'data_type' | 'enumeration'>): ValueForm {
  if (enumeration !== null && Object.keys(enumeration).length > 0) return 'names';
  if (type === 'bool') return 'switch';
  return type === 'string' || type.includes('time') || type.includes('date') ? 'text' : 'number';
}

/** The value as the API takes it, or undefined if it is no number. A whole number that a double cannot hold goes as text. */
export function givenValue(form: ValueForm, text: string): number | boolean | string | undefined {
  if (form === 'switch') return text === 'true';
  if (form !== 'number') return text;
  const trimmed = text.trim();
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(trimmed)) return undefined;
  const number = Number(trimmed);
  if (!Number.isFinite(number)) return undefined;
  return /^[+-]?\d+$/.test(trimmed) && !Number.isSafeInteger(number) ? trimmed : number;
}
