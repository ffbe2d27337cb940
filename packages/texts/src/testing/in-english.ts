import { isText } from '../bounded-text.ts';
import { inLanguage } from '../text.ts';

/** The same value with every text in it in English, for expectations that are sentences. */
export function inEnglish(value: unknown): unknown {
  if (isText(value)) return inLanguage(value, 'en');
  if (Array.isArray(value)) return value.map(inEnglish);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) {
    return value;
  }
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, inEnglish(each)]));
}
