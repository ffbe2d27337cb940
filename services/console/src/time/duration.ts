import type { Translate } from '../i18n/texts.ts';

/** A length of time in its two largest units: `7 min 12 s`. */
export function durationText(t: Translate, seconds: number): string {
  if (seconds < 10 && seconds > 0 && !Number.isInteger(seconds))
    return t('unit.s', { s: seconds.toFixed(1) });
  const whole = Math.max(0, Math.floor(seconds));
  const [d, h] = [Math.floor(whole / 86_400), Math.floor(whole / 3_600) % 24];
  const [m, s] = [Math.floor(whole / 60) % 60, whole % 60];
  if (d > 0) return h > 0 ? t('unit.dh', { d, h }) : t('unit.d', { d });
  if (h > 0) return m > 0 ? t('unit.hm', { h, m }) : t('unit.h', { h });
  if (m > 0) return s > 0 ? t('unit.ms', { m, s }) : t('unit.m', { m });
  return t('unit.s', { s });
}

/** An age in one unit, as narrow as a column: `0.4 s`, `12 s`, `46 min`, `6 h 51 min`. */
export function ageText(t: Translate, seconds: number): string {
  if (seconds < 10) return t('unit.s', { s: Math.max(0, seconds).toFixed(1) });
  if (seconds < 60) return t('unit.s', { s: Math.floor(seconds) });
  if (seconds < 3_600) return t('unit.m', { m: Math.floor(seconds / 60) });
  return durationText(t, Math.floor(seconds / 60) * 60);
}
