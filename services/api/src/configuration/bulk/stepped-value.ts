import type { Stepped } from '@holdfast/shared/contracts/http/change-sets-http.ts';
import { fieldText } from '@holdfast/shared/contracts/words/field-texts.ts';
import type { Validated } from '@holdfast/shared/judgement/verdict-on-body.ts';
import type { Text } from '@holdfast/texts/text.ts';

const placeholder = /\{n(?::0?(\d))?\}/g;

/** Fills `{n}` in a text, or `{n:02}` with at least two digits. */
export function textOf(template: string, n: number): string {
  return template.replace(placeholder, (_, width?: string) => String(n).padStart(Number(width ?? 1), '0'));
}

/**
 * The value of a field in one of several copies. The last number in a text goes up: `10.0.0.11`, `plc-07.local`.
 * @param index of the copy, from 0. @param n the number for `{n}` in this copy
 */
export function steppedValue(value: Stepped, index: number, n: number): Validated<unknown> {
  if (typeof value === 'string') return { ok: true, value: textOf(value, n) };
  if (typeof value !== 'object' || value === null) return { ok: true, value };
  const { from, step } = value;
  if (typeof from === 'number') return { ok: true, value: from + index * step };
  const [, before = '', figures = '', behind = ''] = /^(.*?)(\d+)(\D*)$/s.exec(from) ?? [];
  if (figures === '') return refused(fieldText('no_figures_to_raise', { text: from }));
  const next = Number(figures) + index * step;
  const isAddress = /^(\d{1,3}\.){3}\d{1,3}$/.test(from);
  if (next < 0 || !Number.isSafeInteger(next) || (isAddress && next > 255)) {
    return refused(fieldText('cannot_go_up_to', { text: from, next: `${before}${next}${behind}` }));
  }
  return { ok: true, value: `${before}${String(next).padStart(figures.length, '0')}${behind}` };
}

function refused(message: Text): Validated<never> {
  return { ok: false, issues: [{ path: [], message }] };
}
