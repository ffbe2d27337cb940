import { pointFaults } from '../../http/configuration-http.ts';
import { type DataType, dataTypes, registerTables } from '../../task-config.ts';
import type { Condition, FieldRules } from '../form-schema.ts';

type Fields = Parameters<typeof pointFaults>[0];

const plain: Fields = {
  ...{ code: 'x', name: '', unit: '', table: 'holding_register', address: 0, data_type: 'uint16' },
  ...{ byte_order: 'ABCD', scale: 1, offset: 0, enabled: true, writable: false },
  ...{ bit: null, byte: null, length: null, encoding: null, count: null, precision: null },
  ...{ valid_min: null, valid_max: null, linear: null, enumeration: null, period_ms: null, report: null },
};

/** Values of fields that not every point may have. */
const given = {
  bit: 0,
  byte: 'high',
  length: 1,
  encoding: 'ascii',
  scale: 2,
  offset: 1,
  precision: 1,
  valid_min: 0,
  valid_max: 1,
  linear: { raw_min: 0, raw_max: 1, eng_min: 0, eng_max: 10 },
  enumeration: { '0': 'off', '1': 'on' },
  writable: true,
} as const satisfies Partial<Fields>;

/** Fields that have to be given beside one of these, for it to be judged by itself: a 64-bit integer is rounded once it is scaled. */
const beside: Partial<Record<string, Partial<Fields>>> = { precision: { scale: 0.5 } };

type Kind = Pick<Fields, 'table' | 'data_type'>;
const kinds: readonly Kind[] = registerTables.flatMap((table) =>
  dataTypes.map((data_type) => ({ table, data_type })),
);

/** Asks the rules that judge a body (`pointFaults`) of each table and type which fields go with it: there is no second list. */
export function pointRules(): Readonly<Record<string, FieldRules>> {
  const faultsOf = (kind: Kind, more: object = {}) =>
    new Set(pointFaults({ ...plain, ...needed(kind), ...kind, ...more }).map(({ field }) => field));
  const fields = Object.entries(given).map(([field, value]): [string, FieldRules] => {
    const fitting = kinds.filter((kind) => !faultsOf(kind, { ...beside[field], [field]: value }).has(field));
    const needing = kinds.filter((kind) =>
      faultsOf(kind, { [field]: plain[field as keyof Fields] }).has(field),
    );
    return [
      field,
      {
        when: fitting.length < kinds.length ? conditionsOf(fitting) : undefined,
        requiredWhen: needing.length > 0 ? conditionsOf(needing) : undefined,
      },
    ];
  });
  const typesWhen = dataTypes.flatMap((type): [DataType, Condition[]][] => {
    const tables = registerTables.filter((table) => !faultsOf({ table, data_type: type }).has('data_type'));
    return tables.length < registerTables.length ? [[type, [{ table: tables }]]] : [];
  });
  return { ...Object.fromEntries(fields), data_type: { optionsWhen: Object.fromEntries(typesWhen) } };
}

/** Whatever a point of this type cannot do without. */
function needed({ data_type }: Kind): Partial<Fields> {
  return data_type === 'string' ? { length: given.length } : {};
}

/** The fewest conditions that hold for these and no others: tables that have the same types stand together. */
function conditionsOf(fitting: readonly Kind[]): Condition[] {
  const typesByTable = Map.groupBy(fitting, ({ table }) => table);
  const tablesByTypes = Map.groupBy(typesByTable, ([, each]) =>
    each.map(({ data_type }) => data_type).join(),
  );
  return [...tablesByTypes.values()].map((tables) => {
    const [, first = []] = tables[0] ?? [];
    return {
      ...(tables.length < registerTables.length && { table: tables.map(([table]) => table) }),
      ...(first.length < dataTypes.length && { data_type: first.map(({ data_type }) => data_type) }),
    };
  });
}
