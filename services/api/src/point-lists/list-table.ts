import type { DriverSpec } from '@holdfast/driver/spec.ts';
import { pointWords } from '@holdfast/shared/forms/common-words.ts';
import { inLanguage, type Text } from '@holdfast/texts/text.ts';
import type { Language } from '../problems/negotiate-language.ts';
import type { TableCell, TableRow } from '../spreadsheets/write/workbook.ts';
import { formatNames } from './judging/cell-value.ts';
import { columnNames } from './judging/open-list.ts';

/** Fields that points of every protocol have, as columns of a list: those before the place and those after it. */
const before = ['device', 'code', 'name'] as const;
const behind = [
  ...['data_type', 'scale', 'offset', 'unit', 'precision', 'count', 'valid_min', 'valid_max'],
  ...['linear_raw_min', 'linear_raw_max', 'linear_eng_min', 'linear_eng_max', 'enumeration'],
  ...['period_ms', 'report', 'writable', 'enabled'],
] as const;

export interface ListTableOptions {
  readonly specs: readonly DriverSpec[];
  readonly language: Language;
  /** Whether the list is a template to fill in; otherwise it is an export. */
  readonly isTemplate?: boolean;
  /** Fields of the device, after its code. */
  readonly ofDevice?: readonly string[];
}

/** The form of a list: its columns, and how a point is written in them. An import accepts such a list unchanged. */
export class ListTable {
  readonly fields: readonly string[];
  readonly #options: ListTableOptions;

  constructor(options: ListTableOptions) {
    this.#options = options;
    const [first, ...others] = before;
    const place = new Set(
      options.specs.flatMap(({ place, words }) => placeOrder(Object.keys(place.shape), words.placeOrder)),
    );
    this.fields = [first, ...(options.ofDevice ?? []), ...others, ...place, ...behind];
  }

  get head(): string[] {
    return this.fields.map((name) => this.#header(name));
  }

  /** @param flat a point as the API shows it, with fields of its device */
  row(spec: DriverSpec, flat: Readonly<Record<string, unknown>>): TableRow {
    const addresses = spec.sheets?.addresses;
    const own = Object.fromEntries(Object.keys(spec.place.shape).map((name) => [name, flat[name] ?? null]));
    const place = addresses ? addresses.show(own, this.#notationOf(spec) ?? '') : own;
    const linear = (flat.linear ?? {}) as Readonly<Record<string, unknown>>;
    return this.fields.map((name) => {
      if (name in place) return cellOf(place[name]);
      if (name.startsWith('linear_')) return cellOf(linear[name.slice('linear_'.length)]);
      if (name === 'enumeration')
        return flat.enumeration ? formatNames(flat.enumeration as Record<string, string>) : null;
      return cellOf(flat[name]);
    });
  }

  #notationOf(spec: DriverSpec): string | undefined {
    const addresses = spec.sheets?.addresses;
    return this.#options.isTemplate ? addresses?.template : addresses?.notations[0]?.name;
  }

  #header(name: string): string {
    const { specs, language } = this.#options;
    const isChinese = language === 'zh';
    const spec = specs.find(({ sheets }) => sheets?.addresses?.field === name);
    if (spec) {
      const notation = spec.sheets?.addresses?.notations.find((each) => each.name === this.#notationOf(spec));
      const [en, zh] = notation?.headers ?? [];
      if (en && zh) return isChinese ? zh : en;
    }
    if (!isChinese) return name;
    const label =
      columnNames().fields.get(name)?.label ?? (pointWords as Record<string, { label: Text }>)[name]?.label;
    return label ? inLanguage(label, 'zh') : name;
  }
}

/** Fields of the place in the order of the form, without those that every point has. */
function placeOrder(fields: readonly string[], order: readonly string[] = []): readonly string[] {
  return [
    ...order.filter((name) => fields.includes(name)),
    ...fields.filter((name) => !order.includes(name)),
  ];
}

function cellOf(value: unknown): TableCell {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return JSON.stringify(value);
}
