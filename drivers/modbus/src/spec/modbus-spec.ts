import type { Device } from '@holdfast/driver/device.ts';
import type { PointFields } from '@holdfast/driver/point.ts';
import type { AssumedTimes, DriverSpec, EndpointIdentity, FieldProblem } from '@holdfast/driver/spec.ts';
import { connectionSchema, type ModbusConnection, type ModbusProtocol } from '../layout/connection.ts';
import { endpointKey, endpointOf, endpointWay } from '../layout/endpoint-address.ts';
import { type ModbusPlace, placeSchema } from '../layout/place.ts';
import { flatDevice } from '../plan/flat-device.ts';
import { narrowedLimits } from '../plan/narrowed-limits.ts';
import type { LearnedLimits } from '../plan/told-limits.ts';
import { deviceProblems } from './device-rules.ts';
import { forecast } from './forecast.ts';
import { deviceExamples, notations, pointExamples } from './modbus-examples.ts';
import { modbusDeviceWords, placeWords, protocolWords } from './modbus-words.ts';
import { pointProblems } from './point-rules.ts';

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
      notations,
      deviceExamples: deviceExamples[protocol],
      pointExamples,
      probe: { code: 'probe', table: 'holding_register', address: 0, data_type: 'uint16' },
    },
    modes: ['polled'],
    can: { browse: false, write: true, sourceTime: false },
    parseAddress: (fields, point) => {
      const address = placeSchema.parse(fields);
      const problems = pointProblems({ ...point, ...address });
      return problems.length > 0 ? { ok: false, problems } : { ok: true, address };
    },
    showAddress: (address) => address,
    endpoint: (connection) => identity(protocol, connection),
    // A pause is the device's own over Modbus TCP, where units behind a gateway are boxes of their own. On a serial line,
    // behind a transparent gateway too, everybody hears everything: there it is silence on the line.
    pace: ({ unit_id, profile }) => ({
      unit: String(unit_id),
      pauseAfterMs: profile?.request_pause_ms ?? 0,
      pauses: protocol === 'modbus_tcp' ? 'unit' : 'endpoint',
      busyRetries: profile?.busy_retries ?? 2,
      closesAfterTick: profile?.close_after_read ?? false,
    }),
    problems: ({ timeout_ms, connection }: Device<ModbusConnection, ModbusPlace>): readonly FieldProblem[] =>
      deviceProblems({ ...connection, protocol, timeout_ms }),
    forecast: (device, assumed: AssumedTimes) => {
      const points = device.points.map(
        ({ address, ...rest }: PointFields & { address: ModbusPlace }, number) => ({
          ...{ ...rest, ...address, number },
        }),
      );
      return forecast(flatDevice(device, points), assumed);
    },
    narrowed: (connection, learned) => narrowed(connection, learned as LearnedLimits),
  };
}

function identity(protocol: ModbusProtocol, connection: ModbusConnection): EndpointIdentity {
  const address = endpointOf({ ...connection, protocol });
  return {
    key: endpointKey(address),
    isLocal: address.kind === 'serial',
    way: endpointWay(address),
    isExclusive: true,
  };
}

function narrowed(connection: ModbusConnection, learned: LearnedLimits): ModbusConnection | undefined {
  const { max_registers, max_bits, profile } = connection;
  const before = { max_registers, max_bits, excluded: profile?.excluded ?? [] };
  const after = narrowedLimits(before, learned);
  if (!after) return undefined;
  const { excluded, ...largest } = after;
  const quirks = profile ?? connectionSchema.shape.profile.unwrap().parse({});
  return { ...connection, ...largest, profile: { ...quirks, excluded: [...excluded] } };
}
