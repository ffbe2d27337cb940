import { codesOf, refusalOf, withValues } from '../refusals.ts';
import type { RefusedValue, StorableSample, WriteOutcome } from '../sample-store.ts';
import { type FieldTypes, typeOfField } from './field-types.ts';
import type { RefusedFields } from './refused-fields.ts';

/** `status` 413 means that the request was too long. */
export interface Rejection {
  readonly status: number;
  readonly reason: string;
}

export interface WritingOfOne {
  /** @returns why the server does not take it, or undefined if it does. @throws SampleStoreUnavailable */
  readonly send: (sample: StorableSample) => Promise<Rejection | undefined>;
  readonly fields: RefusedFields;
  readonly fieldTypes: FieldTypes;
}

/**
 * Writes as much of a sample as InfluxDB takes, after it has refused the whole. InfluxDB drops a whole line for one
 * field of another type than before, and names only the first such field, in words. It is therefore asked for the types
 * of its fields, and values of another type are written separately. For any other cause halves are written, down to the
 * single values that it will not take.
 */
export async function writeInFields(
  { send, fields, fieldTypes }: WritingOfOne,
  sample: StorableSample,
  {
    rejection: ofWhole,
    leftOut,
  }: { readonly rejection: Rejection; readonly leftOut: readonly RefusedValue[] },
): Promise<WriteOutcome> {
  const refused: RefusedValue[] = [];
  const ofOtherType: RefusedValue[] = [];
  const part = (codes: readonly string[]) => {
    const wantedCodes = new Set(codes);
    return send(withValues(sample, (code) => wantedCodes.has(code)));
  };
  const split = async (codes: readonly string[], rejection: Rejection): Promise<void> => {
    const middle = codes.length >> 1;
    if (middle === 0) {
      for (const code of codes) refused.push({ code, reason: rejection.reason });
      return;
    }
    const halves = [codes.slice(0, middle), codes.slice(middle)];
    const rejections: (Rejection | undefined)[] = [];
    for (const half of halves) rejections.push(await part(half));
    // Both halves have the same problem: it concerns something that they share, such as a time before the bucket's
    // retention.
    if (rejection.status !== 413 && rejections.every((each) => each?.reason === rejection.reason)) {
      for (const code of codes) refused.push({ code, reason: rejection.reason });
      return;
    }
    for (const [index, half] of halves.entries()) {
      const ofHalf = rejections[index];
      if (ofHalf) await split(half, ofHalf);
    }
  };

  const knownCodes = new Set(leftOut.map(({ code }) => code));
  const codes = codesOf(sample).filter((code) => !knownCodes.has(code));
  const types = await fieldTypes(sample.measurement);
  const isOther = (code: string): boolean => {
    const type = typeOfField(sample.values?.[code] ?? 0);
    return [...(types.get(code) ?? [])].some((each) => each !== type);
  };
  const suspects = codes.filter(isOther);
  for (const code of suspects) {
    const rejection = await part([code]);
    if (!rejection) continue;
    const value = { code, reason: rejection.reason };
    refused.push(value);
    ofOtherType.push(value);
  }
  const others = codes.filter((code) => !suspects.includes(code));
  const rejection = suspects.length === 0 ? ofWhole : others.length > 0 ? await part(others) : undefined;
  if (rejection) await split(others, rejection);

  fields.note(sample, ofOtherType, performance.now());
  const all = [...leftOut, ...refused];
  if (all.length === 0) return { kind: 'written' };
  const refusal = refusalOf(sample, all);
  return refusal.codes === 'all'
    ? { kind: 'rejected', reason: refused.length === 0 ? refusal.reason : ofWhole.reason }
    : { kind: 'written', refused: [refusal] };
}
