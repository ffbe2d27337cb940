import { isText, isWords } from '@holdfast/texts/bounded-text.ts';
import type { Text, Words } from '@holdfast/texts/text.ts';
import * as z from 'zod';

/** A text for people in a message: who shows it chooses the language. */
export const textSchema = z.custom<Text>(isText);

/** The same, or what someone else said: a device, a library or a person. */
export const wordsSchema = z.custom<Words>(isWords);
