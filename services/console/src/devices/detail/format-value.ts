import type { DeviceTexts } from './texts.ts';

type Value = number | boolean | string;

/** A value with all its digits, so that it can be compared with the requested one. */
export function valueText(locale: string, value: Value): string {
  if (typeof value !== 'number') return String(value);
  return new Intl.NumberFormat(locale, { maximumSignificantDigits: 9, useGrouping: false }).format(value);
}

export function formatValue(t: DeviceTexts['t'], locale: string, value: Value, unit: string): string {
  if (typeof value === 'boolean') return t(value ? 'device.on' : 'device.off');
  return [valueText(locale, value), unit].filter(Boolean).join(' ');
}
