import { type Condition, type FieldRules, implied, type JsonSchema } from '@holdfast/driver/form-words.ts';
import { type DataType, dataTypes } from '@holdfast/driver/point.ts';
import { classicTables } from '../layout/address-notation.ts';
import { registerTables } from '../layout/point-layout.ts';
import { pointProblems, type RuledPoint } from './point-rules.ts';

const plain: RuledPoint = {
  ...{ code: 'x', table: 'holding_register', address: 0, data_type: 'uint16', byte_order: 'ABCD' },
  ...{ scale: 1, offset: 0 },
};

/** Values of fields that not every point may have. */
const exampleFields = {
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
} as const satisfies Partial<RuledPoint>;

/**
 * Fields given together with one of these, so that it is judged by itself: a 64-bit integer is only rounded if it is
 * scaled.
 */
const fieldsNeededBy: Partial<Record<string, Partial<RuledPoint>>> = { precision: { scale: 0.5 } };

type Kind = Pick<RuledPoint, 'table' | 'data_type'>;
const kinds: readonly Kind[] = registerTables.flatMap((table) =>
  dataTypes.map((data_type) => ({ table, data_type })),
);

/** Asks the rules that judge a body which fields go with each table and type, so that there is no second list. */
export function pointRules(): Readonly<Record<string, FieldRules>> {
  const faultsOf = (kind: Kind, more: Partial<RuledPoint> = {}) =>
    new Set(pointProblems({ ...plain, ...requiredFields(kind), ...kind, ...more }).map(({ field }) => field));
  const fields = Object.entries(exampleFields).map(([field, value]): [string, FieldRules] => {
    const fitting = kinds.filter(
      (kind) => !faultsOf(kind, { ...fieldsNeededBy[field], [field]: value }).has(field),
    );
    const needing = kinds.filter((kind) =>
      faultsOf(kind, { [field]: plain[field as keyof RuledPoint] }).has(field),
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

/** The form of a point: the table may be left out where the notation names it, and must be the same where it is given. */
export function pointForm(schema: JsonSchema): JsonSchema {
  const isNamed = { properties: { address: { type: 'string', pattern: '^[0-9]+$' } } };
  const tableOfNotation = Object.entries(classicTables).map(([digit, table]) =>
    implied(
      { properties: { address: { type: 'string', pattern: `^${digit}[0-9]+$` } }, required: ['address'] },
      { properties: { table: { const: table } } },
    ),
  );
  const before = (schema.allOf ?? []) as JsonSchema[];
  return { ...schema, allOf: [{ anyOf: [{ required: ['table'] }, isNamed] }, ...tableOfNotation, ...before] };
}

/** The fields that a point of this type cannot do without. */
function requiredFields({ data_type }: Kind): Partial<RuledPoint> {
  return data_type === 'string' ? { length: exampleFields.length } : {};
}

/** The fewest conditions that hold for exactly these kinds: tables with the same types are together. */
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
