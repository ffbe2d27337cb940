import type { JsonSchema } from '@holdfast/driver/form-words.ts';
import { hostPattern } from '@holdfast/driver/host-name.ts';
import { connectionSchema, type ModbusProtocol } from '../layout/connection.ts';
import { deviceProblems } from './device-rules.ts';
import { deviceExamples, exampleHost, exampleLine } from './modbus-examples.ts';

type Property = JsonSchema & { readonly anyOf?: readonly JsonSchema[] };

/** The form of a device, with a host or a serial line as its protocol wants: it asks the rules that judge a body. */
export function deviceForm(protocol: ModbusProtocol, schema: JsonSchema): JsonSchema {
  const [example = {}] = deviceExamples[protocol];
  const sample = { ...connectionSchema.parse(example), protocol };
  const isRefused = (field: 'host' | 'serial' | 'unit_id', value: unknown) =>
    deviceProblems({ ...sample, [field]: value ?? undefined }).some((problem) => problem.field === field);
  const properties = { ...(schema.properties as Record<string, Property>) };
  const required = [...((schema.required ?? []) as string[])];
  for (const [field, unset, value] of [
    ['host', '', exampleHost],
    ['serial', null, exampleLine],
  ] as const) {
    const { default: _, anyOf, ...rest } = properties[field] ?? {};
    if (isRefused(field, value)) {
      const words = Object.entries(rest).filter(([keyword]) => keyword.startsWith('x-'));
      properties[field] = { ...Object.fromEntries(words), const: unset, default: unset };
    } else if (isRefused(field, unset)) {
      properties[field] = { ...rest, ...anyOf?.[0] };
      required.push(field);
    }
  }
  if (properties.host?.maxLength !== undefined) {
    properties.host = { ...properties.host, minLength: 1, allOf: [{ pattern: hostPattern }] };
  }
  if (isRefused('unit_id', 0)) properties.unit_id = { ...properties.unit_id, minimum: 1 };
  return { ...schema, properties, required };
}
