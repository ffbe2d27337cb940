import { percentText as rounded } from '../time/share.ts';

/** A share (0…1) as a percentage with two digits. */
export const percentText = (locale: string, share: number): string =>
  rounded(locale, share, { maximumSignificantDigits: 2 });
