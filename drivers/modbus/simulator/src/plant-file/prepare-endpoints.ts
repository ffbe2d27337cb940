import { durationMs } from '@holdfast/plant/duration.ts';
import { copyNumbers, suffixed } from '@holdfast/plant/plant-file/copies.ts';
import type { Described, PlantFilePlace, Prepared } from '@holdfast/plant/simulator.ts';
import { faultProblem } from '../fault.ts';
import { startPlant } from '../plant.ts';
import type { PlantConfig, PlantEndpointConfig, PlantUnit } from '../plant-config.ts';
import { playedOf } from '../played.ts';
import type { EndpointOfFile, UnitOfFile } from './plant-file-schema.ts';
import { memoryOfFile } from './unit-of-file.ts';

export interface PreparedModbus extends Prepared {
  readonly config: PlantConfig;
}

/** The endpoints of a plant file that speak Modbus. */
export function prepareEndpoints(
  described: readonly Described<EndpointOfFile>[],
  place: PlantFilePlace,
): PreparedModbus {
  const plain = withoutCopies(described);
  const endpoints = plain.map((endpoint) => endpointConfig(endpoint, place));
  const config = { endpoints };
  return {
    config,
    counts: {
      endpoints: endpoints.length,
      devices: endpoints.reduce((all, { units }) => all + units.length, 0),
    },
    takes: plain.flatMap(claimsOf),
    open: async (host, onRequest) =>
      playedOf(await startPlant({ config, host, ...(onRequest ? { onRequest } : {}) })),
  };
}

function endpointConfig(endpoint: PlainEndpoint, place: PlantFilePlace): PlantEndpointConfig {
  const { name, of, copy, path } = endpoint;
  complainOfFaults(endpoint, of.protocol, place);
  const ofAll = {
    name,
    units: endpoint.units.map((unit) => unitConfig(unit, of.protocol, place)),
    faults: of.faults,
    ...(of.unknown_unit === undefined ? {} : { unknownUnit: of.unknown_unit }),
    ...(of.unit_timeout === undefined ? {} : { unitTimeoutMs: durationMs(of.unit_timeout) }),
  };
  if (of.protocol === 'modbus_rtu') {
    const line = of.pty === undefined ? { path: of.path ?? '' } : { pty: suffixed(of.pty, copy) };
    return {
      ...ofAll,
      protocol: 'modbus_rtu',
      serial: { ...line, baudRate: of.baud_rate, parity: of.parity, stopBits: of.stop_bits },
      isPaced: of.paced,
    };
  }
  const port = portOf(of.port, copy);
  if (port > 65_535) {
    place.complain({ path: [...path, 'port'], message: `copy ${copy} would be at ${port}` });
  }
  return {
    ...ofAll,
    protocol: of.protocol,
    port,
    ...(of.max_connections === undefined ? {} : { maxConnections: of.max_connections }),
    ...(of.other_connections === undefined ? {} : { otherConnections: of.other_connections }),
  };
}

function unitConfig(
  unit: PlainEndpoint['units'][number],
  protocol: EndpointOfFile['protocol'],
  place: PlantFilePlace,
): PlantUnit {
  const { path, of, device, unitId } = unit;
  const { complain, readColumn, startedAtMs } = place;
  if (unitId > 255) complain({ path: [...path, 'unit_id'], message: `${device} would be unit ${unitId}` });
  complainOfFaults(unit, protocol, place);
  return {
    code: device,
    unitId,
    tables: memoryOfFile(of, path, { device, startedAtMs, readColumn, complain }),
    limits: {
      maxRegisters: of.max_registers,
      maxBits: of.max_bits,
      tooLargeException: of.too_large_exception,
      forbidden: of.forbidden,
    },
    latency: { fixedMs: msOf(of.latency), jitterMs: msOf(of.jitter) },
    ...(of.identity ? { identity: of.identity } : {}),
    faults: of.faults,
  };
}

function complainOfFaults(
  { path, of }: Described<Pick<EndpointOfFile, 'faults'>>,
  protocol: EndpointOfFile['protocol'],
  { complain }: PlantFilePlace,
): void {
  of.faults.forEach((fault, index) => {
    const message = faultProblem(fault, protocol);
    if (message !== undefined) complain({ path: [...path, 'faults', index], message });
  });
}

/** Names, unit ids, ports and lines. */
function claimsOf({ name, path, of, copy, units }: PlainEndpoint): Prepared['takes'] {
  const place =
    of.protocol === 'modbus_rtu'
      ? [{ what: `line ${suffixed(of.pty ?? of.path ?? '', copy)}`, path }]
      : of.port === 0
        ? []
        : [{ what: `port ${portOf(of.port, copy)}`, path: [...path, 'port'] }];
  return [
    { what: `endpoint ${name}`, path },
    ...place,
    ...units.flatMap((unit) => [
      { what: `device ${unit.device}`, path: [...unit.path, 'device'] },
      { what: `unit ${unit.unitId} of endpoint ${name}`, path: [...unit.path, 'unit_id'] },
    ]),
  ];
}

function portOf(port: number, copy: number | undefined): number {
  return port === 0 ? 0 : port + (copy ?? 1) - 1;
}

function msOf(duration: string | undefined): number {
  return duration === undefined ? 0 : durationMs(duration);
}

type PlainEndpoint = Described<EndpointOfFile> & {
  readonly name: string;
  readonly units: readonly (Described<UnitOfFile> & { readonly device: string; readonly unitId: number })[];
  /** Added to the port, and to the name of a pty. */
  readonly copy: number | undefined;
};

/** Every endpoint and unit by itself. */
function withoutCopies(endpoints: readonly Described<EndpointOfFile>[]): readonly PlainEndpoint[] {
  return endpoints.flatMap(({ path, of: endpoint }) =>
    copyNumbers(endpoint.copies).map((copy) => ({
      path,
      of: endpoint,
      copy,
      name: suffixed(endpoint.name ?? endpoint.units[0]?.device ?? '', copy),
      units: endpoint.units.flatMap((unit, at) =>
        copyNumbers(unit.copies).map((number) => ({
          path: [...path, 'units', at],
          of: unit,
          device: suffixed(suffixed(unit.device, copy), number),
          unitId: unit.unit_id + (number ?? 1) - 1,
        })),
      ),
    })),
  );
}
