import { both, type FieldGroup } from '@holdfast/driver/form-words.ts';
import { classicTables } from '@holdfast/driver-modbus/layout/address-notation.ts';
import { hostPattern } from '@holdfast/driver-modbus/spec/device-rules.ts';
import {
  deviceExamples,
  exampleHost as host,
  notations,
  pointExamples,
  exampleLine as serial,
} from '@holdfast/driver-modbus/spec/modbus-examples.ts';
import { modbusDeviceWords, placeWords, protocolWords } from '@holdfast/driver-modbus/spec/modbus-words.ts';
import * as z from 'zod';
import {
  type DeviceCreate,
  deviceCreateSchema,
  deviceFaults,
  devicePointSchema,
  type PointCreate,
} from '../../http/configuration-http.ts';
import type { ProtocolForms } from '../../http/protocols-http.ts';
import { type ModbusProtocol, modbusProtocols } from '../../task-config.ts';
import { deviceWords, pointWords } from '../common-words.ts';
import { formSchema, implied, type JsonSchema } from '../form-schema.ts';
import { pointRules } from './modbus-point-rules.ts';

const deviceGroups: readonly FieldGroup<keyof DeviceCreate>[] = [
  {
    name: 'name',
    label: both('Name', '名称'),
    isFolded: false,
    fields: ['code', 'name', 'site_id'],
  },
  {
    name: 'connection',
    label: both('Connection', '连接'),
    isFolded: false,
    fields: ['protocol', 'host', 'port', 'serial', 'unit_id'],
  },
  {
    name: 'settings',
    label: both('Limits and quirks', '限制与特性'),
    isFolded: true,
    fields: ['timeout_ms', 'max_registers', 'max_bits', 'profile', 'measurement', 'enabled'],
  },
];

const pointGroups: readonly FieldGroup<Exclude<keyof PointCreate, 'device_id'>>[] = [
  {
    name: 'place',
    label: both('Where it lies', '位置'),
    isFolded: false,
    fields: ['code', 'address', 'table', 'data_type', 'byte_order', 'bit', 'byte', 'length', 'encoding'],
  },
  {
    name: 'value',
    label: both('What it means', '含义'),
    isFolded: false,
    fields: ['unit', 'scale', 'offset'],
  },
  {
    name: 'more',
    label: both('More', '更多'),
    isFolded: true,
    fields: [
      ...(['name', 'count', 'precision', 'valid_min', 'valid_max', 'linear', 'enumeration'] as const),
      ...(['period_ms', 'report', 'writable', 'enabled'] as const),
    ],
  },
];

/** Forms of the three ways to speak Modbus, made of the schemas and rules that judge what the API is sent. */
export function modbusForms(): ProtocolForms[] {
  const point = pointSchema();
  return modbusProtocols.map((protocol) => ({
    protocol,
    ...protocolWords[protocol],
    modes: ['polled'],
    can: { browse: false, write: true, source_time: false },
    device: deviceSchema(protocol),
    point,
    notations: [...notations],
    probe: { code: 'probe', table: 'holding_register', address: 0, data_type: 'uint16' },
  }));
}

function bare(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest;
}

function pointSchema(): JsonSchema {
  const schema = bare(devicePointSchema);
  // The table may be left out where the notation names it.
  const isNamed = { properties: { address: { type: 'string', pattern: '^[0-9]+$' } } };
  return formSchema(
    { ...schema, allOf: [{ anyOf: [{ required: ['table'] }, isNamed] }, ...tableOfNotation()] },
    {
      words: { ...pointWords, ...placeWords },
      groups: pointGroups,
      rules: pointRules(),
      examples: pointExamples,
    },
  );
}

function tableOfNotation(): JsonSchema[] {
  return Object.entries(classicTables).map(([digit, table]) =>
    implied(
      { properties: { address: { type: 'string', pattern: `^${digit}[0-9]+$` } }, required: ['address'] },
      { properties: { table: { const: table } } },
    ),
  );
}

function deviceSchema(protocol: ModbusProtocol): JsonSchema {
  const schema = bare(deviceCreateSchema);
  const [example = {}] = deviceExamples[protocol];
  const sample = deviceCreateSchema.parse(example);
  const isRefused = (field: keyof DeviceCreate, value: unknown) =>
    deviceFaults({ ...sample, [field]: value } as DeviceCreate).some((fault) => fault.field === field);
  const properties = { ...(schema.properties as Record<string, JsonSchema>) };
  const required = [...(schema.required as string[])];
  const isDefault = properties.protocol?.default === protocol;
  properties.protocol = { ...properties.protocol, const: protocol, enum: [protocol] };
  if (!isDefault) required.push('protocol');
  for (const [field, unset, value] of [
    ['host', '', host],
    ['serial', null, serial],
  ] as const) {
    if (isRefused(field, value)) properties[field] = { const: unset, default: unset };
    else if (isRefused(field, unset)) {
      const {
        default: _,
        anyOf,
        ...rest
      } = (properties[field] ?? {}) as JsonSchema & {
        readonly anyOf?: readonly JsonSchema[];
      };
      properties[field] = { ...rest, ...anyOf?.[0] };
      required.push(field);
    }
  }
  if (properties.host?.maxLength !== undefined) {
    properties.host = { ...properties.host, minLength: 1, allOf: [{ pattern: hostPattern }] };
  }
  if (isRefused('unit_id', 0)) properties.unit_id = { ...properties.unit_id, minimum: 1 };
  const words = { ...deviceWords, ...modbusDeviceWords };
  return formSchema(
    { ...schema, properties, required },
    { words, groups: deviceGroups, examples: deviceExamples[protocol] },
  );
}
