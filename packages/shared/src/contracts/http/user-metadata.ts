import * as z from 'zod';
import { isStorableText } from './storable-text.ts';

/** Metadata travels in the session's first event and must leave room in a message of 1 MB. */
const maxMetadataBytes = 16_384;
const maxDepth = 16;

/** JSON with the key __proto__ is not taken. */
const metadataKey = z.string().meta({ not: { const: '__proto__' } });

/** Data that a user attaches to a session: any JSON object of a bounded size that every database can store. */
export const userMetadataSchema = z.record(metadataKey, z.unknown()).superRefine((metadata, context) => {
  const problem = problemOf(metadata, 0);
  if (problem) context.addIssue({ code: 'custom', message: problem });
  else if (new TextEncoder().encode(JSON.stringify(metadata)).length > maxMetadataBytes) {
    context.addIssue({ code: 'custom', message: `must not exceed ${maxMetadataBytes} bytes of JSON` });
  }
});

function problemOf(value: unknown, depth: number): string | undefined {
  if (typeof value === 'string') {
    return isStorableText(value) ? undefined : 'must not contain U+0000 or half a surrogate pair';
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth >= maxDepth) return `must not nest deeper than ${maxDepth} levels`;
  for (const [key, inner] of Object.entries(value)) {
    const problem = problemOf(key, depth) ?? problemOf(inner, depth + 1);
    if (problem) return problem;
  }
  return undefined;
}
