import type { Reading } from '@holdfast/driver/values/readings.ts';
import type { MetLimit, ReadPoint } from '@holdfast/shared/contracts/device-call.ts';

/** Why there is no value. */
export interface Unread {
  readonly detail: string;
  readonly met_limit?: MetLimit | undefined;
}

/** @param raw the raw data of the value's point */
export function readValue({ code, value, quality, status }: Reading, raw: readonly string[]): ReadPoint {
  const isOutside = quality === 'uncertain' && status === '';
  return {
    code,
    quality,
    value: value ?? null,
    raw: [...raw],
    detail: isOutside ? 'outside its valid range, or unknown to its enumeration' : status,
  };
}

export function unreadValue(code: string, why: Unread): ReadPoint {
  return { code, quality: 'bad', value: null, raw: [], ...why };
}
