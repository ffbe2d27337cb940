import { percentText as rounded } from '../time/share.ts';

/** A share of one, as a percentage of two digits. */
export const percentText = (locale: string, share: number): string =>
  rounded(locale, share, { maximumSignificantDigits: 2 });
