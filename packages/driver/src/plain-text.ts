import { asError } from '@holdfast/texts/schema-message.ts';
import type * as z from 'zod';
import { driverText } from './texts.ts';

// In regular-expression syntax that all languages share.
const control = '\\u0000-\\u001f\\u007f-\\u009f';
const inText = `[^${control}]`;
const lastOfCode = `[^\\s\\ufeff\\\\${control}]`;
const codePattern = `^(?:${lastOfCode}|[^\\s\\ufeff${control}]${inText}*${lastOfCode})?$`;

/** One line of text, in NFC: of two names that look the same, only one is accepted. */
export const plainText = (limits: z.ZodString) =>
  limits
    .normalize('NFC')
    .refine(
      (value) => !/\p{Cc}/u.test(value) && value.isWellFormed(),
      asError(driverText('no_control_characters')),
    )
    .meta({ pattern: `^${inText}*$` });

/**
 * Plain text without blanks at its ends. Codes become names in time-series databases, whose line protocol cannot spell
 * a backslash at the end.
 */
export const plainCode = (limits: z.ZodString) =>
  plainText(limits)
    .refine((value) => value.trim() === value, asError(driverText('no_blank_at_the_ends')))
    .refine((value) => !value.endsWith('\\'), asError(driverText('no_backslash_at_the_end')))
    .meta({ pattern: codePattern });
