import type { Device } from '@holdfast/driver/device.ts';
import type { AssumedTimes, DriverSpec, EndpointIdentity, FieldProblem } from '@holdfast/driver/spec.ts';
import { tcpEndpoint } from '@holdfast/driver/tcp-endpoint.ts';
import { connectionSchema, type ModbusConnection, type ModbusProtocol } from '../layout/connection.ts';
import { endpointKey, endpointOf, endpointWay } from '../layout/endpoint-address.ts';
import { type ModbusPlace, placeSchema, type WrittenPlace } from '../layout/place.ts';
import { type FlatDevice, flatDevice } from '../plan/flat-device.ts';
import { chineseFaults } from './chinese-faults.ts';
import { deviceForm } from './device-form.ts';
import { deviceProblems } from './device-rules.ts';
import { forecast } from './forecast.ts';
import { frameParts, framePartWords } from './frame-parts.ts';
import { learning } from './learning.ts';
import { adviceOf } from './modbus-advice.ts';
import { deviceExamples, notations, pointExamples } from './modbus-examples.ts';
import { modbusSentences } from './modbus-sentences.ts';
import { modbusSheets } from './modbus-sheets.ts';
import { faultNames, modbusDeviceWords, placeOrder, placeWords, protocolWords } from './modbus-words.ts';
import { neverReadable } from './never-readable.ts';
import { pointForm, pointRules } from './point-form.ts';
import { doubtOf, parsePlace } from './written-place.ts';

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
      ...{ placeOrder, pointRules, pointForm, notations, pointExamples, faultNames },
      ...{ frameParts: framePartWords, sentences: { ...chineseFaults, ...modbusSentences } },
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
