import type { ModbusProtocol } from '@holdfast/driver-modbus/layout/connection.ts';
import type { FaultBoard } from '@holdfast/plant/faults/fault-board.ts';
import { openTcpLine, type TcpLine } from '@holdfast/plant/lines/tcp-line.ts';
import type { FaultPlace, FaultStatus } from '@holdfast/plant/simulator.ts';
import { Endpoint } from './endpoint.ts';
import { type Fault, faultProblem } from './fault.ts';
import { openSerialLine } from './lines/serial-line.ts';
import type { PlantConfig, PlantEndpointConfig } from './plant-config.ts';

export type { PlantConfig, PlantDevice, PlantEndpointConfig, PlantUnit } from './plant-config.ts';

/** Where a device is to be found. */
export interface PlantEndpoint {
  /** Device code. */
  readonly device: string;
  /** Name of the endpoint, which several devices may share. */
  readonly endpoint: string;
  readonly protocol: ModbusProtocol;
  /** Empty for a serial line. */
  readonly host: string;
  /** 0 for a serial line. */
  readonly port: number;
  /** Path of a serial line. */
  readonly path?: string;
  readonly unitId: number;
}

/** One request as the device saw it, faulty or not. */
export interface ReceivedRequest {
  /** ms since 1970. */
  readonly at: number;
  /** Device code; for a unit that does not exist, the first device of the endpoint. */
  readonly device: string;
  readonly unitId: number;
  readonly functionCode: number;
  readonly address: number;
  readonly quantity: number;
  /** Unique in the plant: two ids on one device are two clients, or one that connected again. */
  readonly connectionId: number;
}

export interface Plant {
  readonly endpoints: readonly PlantEndpoint[];
  /**
   * Replaces the fault before. Faults that act on connections take effect soon after.
   * @throws Error for a device or endpoint that the plant does not have, or a fault that its protocol cannot have
   */
  setFault(place: string | FaultPlace, fault: Fault): void;
  /** Planned faults stay. */
  clearFault(place: string | FaultPlace): void;
  /** The fault that was set, or else a planned one while it acts. */
  fault(deviceCode: string): Fault | undefined;
  shownFault(place: string | FaultPlace): FaultStatus<Fault> | undefined;
  /** Why the device or endpoint cannot have this fault. */
  faultProblem(place: string | FaultPlace, fault: Fault): string | undefined;
  /** TCP connections that are open on the device's endpoint now; 1 for a serial line. */
  openConnections(deviceCode: string): number;
  /** Idempotent. */
  stop(): Promise<void>;
}

export interface PlantOptions {
  readonly config: PlantConfig;
  /** Address that TCP endpoints listen on. */
  readonly host: string;
  readonly onRequest?: (request: ReceivedRequest) => void;
}

/** Opens every endpoint. @throws when one cannot be opened, such as a port that is taken; then nothing is left running */
export async function startPlant(options: PlantOptions): Promise<Plant> {
  const startedAtMs = Date.now();
  const endpoints: Endpoint[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(endpoints.map((endpoint) => endpoint.stop()));
  };
  const { onRequest } = options;
  let links = 0;
  const nextLinkId = (): number => ++links;

  try {
    for (const config of endpointConfigs(options.config)) {
      const endpoint = new Endpoint(
        config,
        startedAtMs,
        onRequest &&
          ((device, link, request, { functionCode, address, quantity }) =>
            onRequest({
              at: Date.now(),
              device,
              unitId: request.unitId,
              functionCode,
              address,
              quantity,
              connectionId: link.id,
            })),
      );
      await open(endpoint, options.host, nextLinkId);
      endpoints.push(endpoint);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { ...plantOf(endpoints, options.host), stop };
}

async function open(endpoint: Endpoint, host: string, nextLinkId: () => number): Promise<void> {
  const { config, onRequest } = endpoint;
  endpoint.line =
    config.protocol === 'modbus_rtu'
      ? await openSerialLine({
          serial: config.serial,
          framing: endpoint.newFraming(),
          linkId: nextLinkId(),
          onRequest,
        })
      : await openTcpLine({
          host,
          port: config.port ?? 0,
          framing: () => endpoint.newFraming(),
          rules: () => endpoint.connectionRules(),
          nextLinkId,
          onRequest,
        });
  await endpoint.listenerFaults.changed();
}

/** Devices with an endpoint of their own become endpoints of one unit. @throws Error for a duplicate code or name */
function endpointConfigs({ devices = [], endpoints = [] }: PlantConfig): readonly PlantEndpointConfig[] {
  const all: PlantEndpointConfig[] = [
    ...devices.map(({ port, maxConnections, ...unit }) => ({
      protocol: 'modbus_tcp' as const,
      name: unit.code,
      port: port ?? 0,
      ...(maxConnections === undefined ? {} : { maxConnections }),
      units: [unit],
    })),
    ...endpoints,
  ];
  refuseTwice(
    'devices',
    all.flatMap(({ units }) => units.map(({ code }) => code)),
  );
  refuseTwice(
    'endpoints',
    all.map(({ name }) => name),
  );
  return all;
}

function refuseTwice(what: string, names: readonly string[]): void {
  const earlierNames = new Set<string>();
  for (const name of names) {
    if (earlierNames.has(name)) throw new Error(`the plant has two ${what} ${name}`);
    earlierNames.add(name);
  }
}

function plantOf(endpoints: readonly Endpoint[], host: string): Omit<Plant, 'stop'> {
  const byDevice = new Map(
    endpoints.flatMap((endpoint) => endpoint.units.map((unit) => [unit.code, { endpoint, unit }] as const)),
  );
  const byName = new Map(endpoints.map((endpoint) => [endpoint.config.name, endpoint]));

  const endpointOf = (code: string): Endpoint => {
    const entry = byDevice.get(code);
    if (!entry) throw new Error(`the plant has no device ${code}`);
    return entry.endpoint;
  };
  const find = (where: string | FaultPlace): { endpoint: Endpoint; board: FaultBoard<Fault> } => {
    const place = typeof where === 'string' ? { device: where } : where;
    if ('endpoint' in place) {
      const endpoint = byName.get(place.endpoint);
      if (!endpoint) throw new Error(`the plant has no endpoint ${place.endpoint}`);
      return { endpoint, board: endpoint.faults };
    }
    const entry = byDevice.get(place.device);
    if (!entry) throw new Error(`the plant has no device ${place.device}`);
    return { endpoint: entry.endpoint, board: entry.unit.faults };
  };
  const changed = (endpoint: Endpoint): void => {
    // If another process took the port while it was released, it keeps it: connections are then refused or not ours.
    void endpoint.listenerFaults.changed().catch(() => {});
  };

  return {
    endpoints: endpoints.flatMap((endpoint) =>
      endpoint.units.map((unit) => ({
        ...addressOf(endpoint, host),
        device: unit.code,
        unitId: unit.unitId,
      })),
    ),
    setFault: (where, fault) => {
      const { endpoint, board } = find(where);
      const problem = faultProblem(fault, endpoint.protocol);
      if (problem !== undefined) throw new Error(problem);
      board.set(fault, Date.now());
      changed(endpoint);
    },
    clearFault: (where) => {
      const { endpoint, board } = find(where);
      board.clear();
      changed(endpoint);
    },
    fault: (code) => find(code).board.current(Date.now())?.fault,
    shownFault: (where) => find(where).board.current(Date.now()),
    faultProblem: (where, fault) => faultProblem(fault, find(where).endpoint.protocol),
    openConnections: (code) => endpointOf(code).line?.openConnections() ?? 0,
  };
}

function addressOf({ config, line }: Endpoint, host: string): Omit<PlantEndpoint, 'device' | 'unitId'> {
  const of = { endpoint: config.name, protocol: config.protocol };
  if (config.protocol !== 'modbus_rtu') return { ...of, host, port: (line as TcpLine).port };
  const { serial } = config;
  return { ...of, host: '', port: 0, path: 'pty' in serial ? serial.pty : serial.path };
}
