/** Texts in both languages, for services that know no driver. */
export { both, type InBoth } from '@holdfast/driver/form-words.ts';
