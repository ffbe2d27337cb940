import type * as z from 'zod';

// In regular-expression syntax that all languages share.
const control = '\\u0000-\\u001f\\u007f-\\u009f';
const inText = `[^${control}]`;
const lastOfCode = `[^\\s\\ufeff\\\\${control}]`;
const codePattern = `^(?:${lastOfCode}|[^\\s\\ufeff${control}]${inText}*${lastOfCode})?$`;

/** One line of text, in NFC: of two names that look the same, only one is accepted. */
export const plainText = (limits: z.ZodString) =>
  limits
    .normalize('NFC')
    .refine((value) => !/\p{Cc}/u.test(value) && value.isWellFormed(), 'must not contain control characters')
    .meta({ pattern: `^${inText}*$` });

/**
 * Plain text without blanks at its ends. Codes become names in time-series databases, whose line protocol cannot spell
 * a backslash at the end.
 */
export const plainCode = (limits: z.ZodString) =>
  plainText(limits)
    .refine((value) => value.trim() === value, 'must not begin or end with a blank')
    .refine((value) => !value.endsWith('\\'), 'must not end with a backslash')
    .meta({ pattern: codePattern });
