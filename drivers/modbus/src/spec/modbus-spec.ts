import type { Device } from '@holdfast/driver/device.ts';
import type { JsonSchema } from '@holdfast/driver/form-words.ts';
import { hostPattern } from '@holdfast/driver/host-name.ts';
import type { PointFields } from '@holdfast/driver/point.ts';
import type {
  AssumedTimes,
  DriverSpec,
  EndpointIdentity,
  FieldProblem,
  Learning,
  Parsed,
} from '@holdfast/driver/spec.ts';
import { tcpEndpoint } from '@holdfast/driver/tcp-endpoint.ts';
import type { Text } from '@holdfast/texts/text.ts';
import { addressDoubt, parseAddress } from '../layout/address-notation.ts';
import {
  connectionSchema,
  type ModbusConnection,
  type ModbusProtocol,
  modbusProtocols,
} from '../layout/connection.ts';
import { endpointKey, endpointOf, endpointWay } from '../layout/endpoint-address.ts';
import { type ModbusPlace, placeSchema, type WrittenPlace } from '../layout/place.ts';
import { pointWidth } from '../layout/point-layout.ts';
import { type FlatDevice, flatDevice } from '../plan/flat-device.ts';
import { narrowedLimits } from '../plan/narrowed-limits.ts';
import { type AddressRange, mapReads } from '../plan/plan-reads.ts';
import { readLimits } from '../plan/read-limits.ts';
import type { ReportedLimits } from '../plan/reported-limits.ts';
import { modbusText } from '../texts.ts';
import { deviceProblems } from './device-rules.ts';
import { forecast } from './forecast.ts';
import { frameParts, framePartWords } from './frame-parts.ts';
import { adviceOf } from './modbus-advice.ts';
import { deviceExamples, exampleHost, exampleLine, notations, pointExamples } from './modbus-examples.ts';
import { modbusSheets } from './modbus-sheets.ts';
import { modbusDeviceWords, placeOrder, placeWords, protocolWords } from './modbus-words.ts';
import { pointForm, pointRules } from './point-form.ts';
import { pointProblems } from './point-rules.ts';

/** The place as it is stored: zero-based, with its table, which the notation may name. */
function parsePlace(fields: WrittenPlace, point: PointFields): Parsed<ModbusPlace> {
  const { table, address, ...rest } = fields;
  const parsed = parseAddress(address, table);
  if (!parsed.ok) return { ok: false, problems: [parsed] };
  if (!parsed.table) return { ok: false, problems: [noTable] };
  const place = { ...rest, table: parsed.table, address: parsed.address };
  const problems = pointProblems({ ...point, ...place });
  return problems.length > 0 ? { ok: false, problems } : { ok: true, address: place };
}

const noTable: FieldProblem = {
  field: 'table',
  message: modbusText('table_required'),
};

/** Doubt about an address as it was entered. */
function doubtOf(sent: object, place: object): Text | undefined {
  const { address } = sent as { readonly address?: unknown };
  return addressDoubt(address, (place as { readonly table?: unknown }).table);
}

const reasons = {
  beyond_table_end: 'never_read_beyond_table_end',
  wider_than_device_limit: 'never_read_too_wide',
  excluded: 'never_read_excluded',
} as const;

/** Points that no request can ever read. Points in learned ranges are not among them: a session just leaves them out. */
function neverReadable(device: FlatDevice): readonly FieldProblem[] {
  const { unreadable } = mapReads(device.points, readLimits(device));
  if (unreadable.length === 0) return [];
  const learned = (device.profile?.excluded ?? []).filter((range) => range.learned);
  return unreadable
    .filter(({ point }) => !isWithin(point, learned))
    .map(({ point, reason }) => ({
      field: `points.${point.number}`,
      message: modbusText(reasons[reason], { point: point.code }),
    }));
}

function isWithin(point: FlatDevice['points'][number], ranges: readonly AddressRange[]): boolean {
  const { table, address } = point;
  const end = address + pointWidth(point);
  return ranges.some((range) => range.table === table && range.from < end && range.to >= address);
}

/** Turns refused requests into settings: how much is read at once, and ranges that are never read. */
const learning: Learning<ModbusConnection> = {
  limits: limitsOf,
  isWrittenBack: ({ profile }) => profile?.write_back ?? false,
  narrowed: (connection, learned, withUnconfirmed) => {
    const { excluded, ...largest } = learned as ReportedLimits;
    const narrowed = narrowedLimits(limitsOf(connection), {
      ...largest,
      excluded: excluded.filter((range) => withUnconfirmed || range.is_confirmed),
    });
    return narrowed && withLimits(connection, narrowed);
  },
  // Ranges of engineers stay. `max_registers` and `max_bits` stay too, because their values before are not recorded.
  forgotten: (connection) => {
    const { excluded, ...largest } = limitsOf(connection);
    const remaining = excluded.filter(({ learned }) => !learned);
    if (remaining.length === excluded.length) return undefined;
    return withLimits(connection, { ...largest, excluded: remaining });
  },
};

type Limits = Parameters<typeof narrowedLimits>[0];

function limitsOf({ max_registers, max_bits, profile }: ModbusConnection): Limits {
  return { max_registers, max_bits, excluded: profile?.excluded ?? [] };
}

function withLimits(connection: ModbusConnection, { excluded, ...largest }: Limits): ModbusConnection {
  const quirks = connection.profile ?? connectionSchema.shape.profile.unwrap().parse({});
  return { ...connection, ...largest, profile: { ...quirks, excluded: [...excluded] } };
}

/** One of the three ways to speak Modbus. */
export function modbusSpec(protocol: ModbusProtocol): DriverSpec<ModbusConnection, ModbusPlace> {
  return {
    protocol,
    connection: connectionSchema,
    place: placeSchema,
    words: {
      ...protocolWords[protocol],
      connection: modbusDeviceWords,
      place: placeWords,
      ...{ placeOrder, pointRules, pointForm, notations, pointExamples },
      frameParts: framePartWords,
      advice: adviceOf(protocol),
      deviceForm: (schema) => deviceForm(protocol, schema),
      deviceExamples: deviceExamples[protocol],
      probe: { code: 'probe', table: 'holding_register', address: 0, data_type: 'uint16' },
    },
    modes: ['polled'],
    can: { browse: false, write: true, sourceTime: false },
    parseAddress: (fields, point) => parsePlace(fields as WrittenPlace, point),
    showAddress: (address) => address,
    doubt: doubtOf,
    endpoint: (connection) => identity(protocol, connection),
    // Over Modbus TCP a pause concerns its device alone: units behind a gateway are boxes of their own. On a serial line,
    // also behind a transparent gateway, every unit hears everything: there the pause is silence on the whole line.
    pace: ({ unit_id, profile }) => ({
      unit: String(unit_id),
      pauseAfterMs: profile?.request_pause_ms ?? 0,
      pauses: protocol === 'modbus_tcp' ? 'unit' : 'endpoint',
      busyRetries: profile?.busy_retries ?? 2,
      closesAfterTick: profile?.close_after_read ?? false,
    }),
    unitField: 'unit_id',
    problems: (device): readonly FieldProblem[] => [
      ...deviceProblems({ ...device.connection, protocol, timeout_ms: device.timeout_ms }),
      ...(device.points.length > 0 ? neverReadable(flat(device)) : []),
    ],
    forecast: (device, assumed: AssumedTimes) => forecast(flat(device), assumed),
    frameParts: (bytes, direction) => frameParts(bytes, direction, protocol),
    learning,
    sheets: modbusSheets(protocol),
  };
}

function flat(device: Device<ModbusConnection, ModbusPlace>): FlatDevice {
  const points = device.points.map(({ address, ...rest }, number) => ({ ...rest, ...address, number }));
  return flatDevice(device, points);
}

function identity(protocol: ModbusProtocol, connection: ModbusConnection): EndpointIdentity {
  const address = endpointOf({ ...connection, protocol });
  const way = endpointWay(address);
  return address.kind === 'tcp'
    ? tcpEndpoint(address.host, address.port, way)
    : { key: endpointKey(address), isLocal: true, way, isExclusive: true };
}

type Property = JsonSchema & { readonly anyOf?: readonly JsonSchema[] };

/** The form of a device, with a host or a serial line as its protocol wants. It asks the rules that judge a body. */
function deviceForm(protocol: ModbusProtocol, schema: JsonSchema): JsonSchema {
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
  // A serial line has no port: the form neither shows it nor sends it.
  if (properties.host?.const !== undefined) {
    properties.port = {
      ...properties.port,
      'x-when': [{ protocol: modbusProtocols.filter((each) => each !== protocol) }],
    };
  }
  if (properties.host?.maxLength !== undefined) {
    properties.host = { ...properties.host, minLength: 1, allOf: [{ pattern: hostPattern }] };
  }
  if (isRefused('unit_id', 0)) properties.unit_id = { ...properties.unit_id, minimum: 1 };
  return { ...schema, properties, required };
}
