import { decodePoint, pointProblemTexts, type Reading } from '@holdfast/driver-modbus/values/decode.ts';
import type { MetLimit, ReadPoint } from '@holdfast/shared/contracts/device-call.ts';
import type { PointConfig } from '@holdfast/shared/contracts/task-config.ts';
import { inHexadecimal } from './in-hexadecimal.ts';

/** Why there is no value. */
export interface Unread {
  readonly detail: string;
  readonly met_limit?: MetLimit | undefined;
}

/** The values of a point, of its registers or bits. */
export function decodedPoint(point: PointConfig, raw: readonly (number | boolean)[]): readonly ReadPoint[] {
  const words = inHexadecimal(raw);
  return decodePoint(point, raw as readonly number[]).map((reading) => ({
    code: reading.code,
    raw: words,
    ...verdict(reading),
  }));
}

export function unreadValue(code: string, why: Unread): ReadPoint {
  return { code, quality: 'bad', value: null, raw: [], ...why };
}

function verdict(reading: Reading): Pick<ReadPoint, 'quality' | 'value' | 'detail'> {
  if (reading.kind === 'problem')
    return { quality: 'bad', value: null, detail: pointProblemTexts[reading.problem] };
  const value = reading.kind === 'integer' ? reading.digits : reading.value;
  return reading.isUncertain
    ? { quality: 'uncertain', value, detail: 'outside its valid range, or unknown to its enumeration' }
    : { quality: 'good', value, detail: '' };
}
