import * as z from 'zod';
import { storableText } from './storable-text.ts';

/**
 * Forms of times in queries, as they are read and as the OpenAPI document has them. Numbers are bounded, so that their
 * milliseconds can be counted.
 */
export const agoPattern = /^-(?:[0-9]{1,9}[smh]|[0-9]{1,8}d|[0-9]{1,7}w)$/;
export const lengthPattern = /^(?:[1-9][0-9]{0,8}[smh]|[1-9][0-9]{0,7}d|[1-9][0-9]{0,6}w)$/;
/** A plus sign that was not escaped in a query arrives as a blank. */
export const utcOffsetPattern = /^(?:Z|[+ -](?:0[0-9]|1[0-4]):[0-5][0-9])$/;

const times = {
  anyOf: [
    { const: '' },
    { const: 'now' },
    { pattern: agoPattern.source },
    { format: 'date-time', description: 'RFC 3339' },
  ],
};

/** An empty time counts as one that is left out. */
export const timeText = (description: string) =>
  z.string().max(64).optional().describe(description).meta(times);

export const lengthText = (description: string) =>
  z.string().max(16).optional().describe(description).meta(orEmpty(lengthPattern));

export const utcOffsetText = z
  .string()
  .max(6)
  .optional()
  .describe('By which clock intervals begin: `+08:00`; UTC when left out')
  .meta(orEmpty(utcOffsetPattern));

export const intervalZoneText = storableText(128)
  .transform((text) => text.trim() || undefined)
  .optional()
  .describe(
    'In place of `utc_offset`, a clock that is put forward and back (`Europe/Berlin`): a `1d` is from midnight to midnight, also where that is 23 or 25 hours, and a `1w` begins on Monday',
  );

function orEmpty({ source }: RegExp): { pattern: string } {
  return { pattern: source.replace(/^\^\(\?:(.*)\)\$$/, '^(?:$1)?$') };
}
