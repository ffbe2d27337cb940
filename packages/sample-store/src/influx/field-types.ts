import type { ValueKind } from '@holdfast/driver/values/value-kind.ts';
import type { PointValue } from '@holdfast/shared/contracts/sample/sample.ts';
import { quoteIdentifier } from './influxql.ts';
import { type Answer, readSeries } from './influxql-answer.ts';

/**
 * The types of a measurement's fields, by their names; several where periods of time differ. Empty where the server
 * cannot say. Never throws.
 */
export type FieldTypes = (measurement: string) => Promise<ReadonlyMap<string, ReadonlySet<string>>>;

export interface TypedField {
  readonly measurement: string;
  readonly field: string;
  readonly type: string;
}

export function fieldTypesStatement(measurements: readonly string[]): string {
  return `SHOW FIELD KEYS FROM ${measurements.map(quoteIdentifier).join(', ')}`;
}

export function readFieldTypes(documents: readonly unknown[]): Answer<TypedField> {
  const answer = readSeries(documents);
  if (!answer.ok) return answer;
  const results = answer.results.flat().flatMap(({ name, columns, values }) => {
    const [fieldAt, typeAt] = [columns.indexOf('fieldKey'), columns.indexOf('fieldType')];
    return values.map((row) => ({
      measurement: name,
      field: String(row[fieldAt]),
      type: String(row[typeAt]),
    }));
  });
  return { ok: true, results };
}

/** InfluxDB's name for the type of the field that such a value becomes. */
export function typeOfField(value: PointValue): 'float' | 'boolean' | 'string' {
  return typeof value === 'number' ? 'float' : (typeof value as 'boolean' | 'string');
}

/** The kind of a field's values, or undefined for a type that InfluxDB may have in the future. */
export function kindOfType(type: string): ValueKind | undefined {
  if (type === 'float' || type === 'integer' || type === 'unsigned') return 'number';
  if (type === 'boolean') return 'truth';
  return type === 'string' ? 'text' : undefined;
}
