import type { Reading } from '@holdfast/driver/values/readings.ts';
import type { MetLimit, ReadPoint } from '@holdfast/shared/contracts/device-call.ts';
import { collectorText } from '@holdfast/shared/contracts/words/collector-texts.ts';
import type { Text } from '@holdfast/texts/text.ts';

/** Why there is no value. */
export interface Unread {
  readonly detail: Text;
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
    detail: isOutside ? collectorText('outside_valid_range') : status,
  };
}

export function unreadValue(code: string, why: Unread): ReadPoint {
  return { code, quality: 'bad', value: null, raw: [], ...why };
}
