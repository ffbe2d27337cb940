import { blockForecast } from '@holdfast/driver/blocks/block-forecast.ts';
import type { Device } from '@holdfast/driver/device.ts';
import { hostProblem } from '@holdfast/driver/host-name.ts';
import type { DriverSpec, FieldProblem, Learning } from '@holdfast/driver/spec.ts';
import { tcpEndpoint } from '@holdfast/driver/tcp-endpoint.ts';
import { driverText } from '@holdfast/driver/texts.ts';
import { connectionSchema, type MelsecConnection } from '../layout/connection.ts';
import { type MelsecPlace, placeSchema } from '../layout/place.ts';
import { readLimits } from '../layout/read-limits.ts';
import { melsecReading } from '../plan/melsec-reading.ts';
import { melsecText } from '../texts.ts';
import { frameParts, framePartWords } from './frame-parts.ts';
import { advice, connectionWords, placeWords, protocolWords } from './melsec-words.ts';
import { parsePlace } from './point-rules.ts';

const deviceExamples: readonly object[] = [
  { code: 'press-4', protocol: 'melsec', host: '192.168.3.39', port: 5001, series: 'iq_r', frame: '4E' },
  { code: 'oven-2', protocol: 'melsec', host: '192.168.3.250', port: 5002, series: 'fx5' },
  {
    ...{ code: 'packer-1', protocol: 'melsec', host: '192.168.1.254', port: 1281, series: 'fx3' },
    ...{ frame: '1E', data_code: 'ascii' },
  },
];

const pointExamples: readonly object[] = [
  { code: 'oil_temp', address: 'D100', data_type: 'int16', scale: 0.1, unit: '°C' },
  { code: 'shots', address: 'D200', data_type: 'uint32' },
  { code: 'running', address: 'M10', data_type: 'bool' },
  { code: 'door_open', address: 'X1F', data_type: 'bool' },
  { code: 'alarm', address: 'D120.3', data_type: 'bool' },
  { code: 'recipe', address: 'ZR5000', data_type: 'string', length: 10 },
];

/** Turns refused reads into settings: how much a PLC gives at once. */
const learning: Learning<MelsecConnection> = {
  limits: ({ max_words, max_bits }) => ({ max_words, max_bits }),
  isWrittenBack: () => false,
  narrowed: (connection, learned) => {
    const { words, bits } = readLimits(connection);
    const { max_words = words, max_bits = bits } = learned as Pick<
      MelsecConnection,
      'max_words' | 'max_bits'
    >;
    if (max_words >= words && max_bits >= bits) return undefined;
    return {
      ...connection,
      ...(max_words < words ? { max_words } : {}),
      ...(max_bits < bits ? { max_bits } : {}),
    };
  },
  // The settings before are not recorded.
  forgotten: () => undefined,
};

/** MC protocol, as PLCs of Mitsubishi speak it. */
export const melsecSpec: DriverSpec<MelsecConnection, MelsecPlace> = {
  protocol: 'melsec',
  connection: connectionSchema,
  place: placeSchema,
  words: {
    ...protocolWords,
    connection: connectionWords,
    place: placeWords,
    frameParts: framePartWords,
    notations: [],
    advice,
    deviceExamples,
    pointExamples,
    probe: { code: 'probe', address: 'D0', data_type: 'uint16' },
  },
  modes: ['polled'],
  can: { browse: false, write: true, sourceTime: false },
  parseAddress: (fields, point, connection) => parsePlace(placeSchema.parse(fields), point, connection),
  showAddress: (address) => address,
  endpoint: ({ host, port, frame, data_code }) =>
    tcpEndpoint(host, port, `MC protocol ${frame} in ${codeNames[data_code]}`),
  pace: (connection) => ({
    unit: unitOf(connection),
    pauseAfterMs: 0,
    pauses: 'unit',
    busyRetries: 2,
    closesAfterTick: false,
  }),
  problems,
  forecast: (device, { roundTripMs }) => blockForecast(device, melsecReading(device), roundTripMs),
  frameParts,
  learning,
  sheets: {
    protocols: ['mc', 'mc protocol', 'slmp', 'mitsubishi', '三菱'],
    headers: {
      address: ['addr', 'device address', 'plc address', 'source_addr', '软元件', '软元件地址'],
      host: ['ip', 'ip address', 'source_ip', 'ip 地址', '主机地址'],
      port: ['source_port', '端口号'],
    },
    words: {},
    aliases: [],
  },
};

const codeNames = {
  binary: 'binary',
  ascii: 'ASCII',
  ascii_xy_octal: 'ASCII with X and Y in octal',
} as const;

/** The station, where it is not the PLC that we are connected to. */
function unitOf({ network_no, pc_no, module_io, module_station }: MelsecConnection): string {
  const route = [network_no, pc_no, module_io, module_station].join('/');
  return route === '0/255/1023/0' ? '' : route;
}

const octalOfOthers = melsecText('xy_octal_only_of_fx5');

function problems({ connection, points }: Device<MelsecConnection, MelsecPlace>): FieldProblem[] {
  const { host, data_code, series, frame } = connection;
  const ofHost = hostProblem(host);
  const isForeign = data_code === 'ascii_xy_octal' && (series !== 'fx5' || frame === '1E');
  // The series decides what an address means: another one may not have it.
  const ofPoints = points.flatMap((point) => {
    const parsed = parsePlace(point.address, point, connection);
    return parsed.ok
      ? []
      : parsed.problems.map(({ message }) => ({
          field: 'series',
          message: driverText('of_point', { point: point.code, why: message }),
        }));
  });
  return [
    ...(ofHost === undefined ? [] : [{ field: 'host', message: ofHost }]),
    ...(isForeign ? [{ field: 'data_code', message: octalOfOthers }] : []),
    ...ofPoints,
  ];
}
