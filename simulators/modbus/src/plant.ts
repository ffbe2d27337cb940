import type { Fault } from './fault.ts';
import { type MbapAnswer, type MbapRequest, type MbapServer, startMbapServer } from './mbap-server.ts';
import { exceptionReply, parseReadCommand, type ReadCommand, replyFromImage } from './pdu.ts';
import type { RegisterImage } from './register-image.ts';

export interface PlantDevice {
  readonly code: string;
  /** Requests to any other unit are answered as by a gateway that cannot reach it: exception 11. */
  readonly unitId: number;
  /** 0 or unset takes a free one. */
  readonly port?: number;
  readonly tables: RegisterImage;
  /** Unset: any number. Many PLCs serve one. */
  readonly maxConnections?: number;
}

export interface PlantConfig {
  readonly devices: readonly PlantDevice[];
}

export interface PlantEndpoint {
  /** Device code. */
  readonly device: string;
  readonly host: string;
  readonly port: number;
  readonly unitId: number;
}

/** One request as the device saw it, faulty or not. */
export interface ReceivedRequest {
  /** ms since 1970. */
  readonly at: number;
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
  /** @throws Error for a device that the plant does not have */
  setFault(deviceCode: string, fault: Fault): void;
  clearFault(deviceCode: string): void;
  fault(deviceCode: string): Fault | undefined;
  /** TCP connections that are open on the device now. */
  openConnections(deviceCode: string): number;
  /** Idempotent. */
  stop(): Promise<void>;
}

export interface PlantOptions {
  readonly config: PlantConfig;
  readonly host: string;
  readonly onRequest?: (request: ReceivedRequest) => void;
}

const gatewayTargetFailedToRespond = 11;

/** Starts a Modbus TCP server for each device. @throws when a port is taken; then nothing is left running */
export async function startPlant(options: PlantOptions): Promise<Plant> {
  let connections = 0;
  const running = new Map<string, { device: PlantDevice; server: MbapServer; fault: Fault | undefined }>();
  const stop = async (): Promise<void> => {
    await Promise.all(Array.from(running.values(), ({ server }) => server.stop()));
  };
  const find = (code: string) => {
    const found = running.get(code);
    if (!found) throw new Error(`the plant has no device ${code}`);
    return found;
  };

  try {
    for (const device of options.config.devices) {
      if (running.has(device.code)) throw new Error(`the plant has two devices ${device.code}`);
      const server = await startMbapServer({
        host: options.host,
        port: device.port ?? 0,
        ...(device.maxConnections === undefined ? {} : { maxConnections: device.maxConnections }),
        nextConnectionId: () => ++connections,
        answer: (request) => {
          const command = parseReadCommand(request.pdu);
          options.onRequest?.(received(device, request, command));
          return answerOf(device, running.get(device.code)?.fault, request, command);
        },
      });
      running.set(device.code, { device, server, fault: undefined });
    }
  } catch (error) {
    await stop();
    throw error;
  }

  return {
    endpoints: Array.from(running.values(), ({ device, server }) => ({
      device: device.code,
      host: options.host,
      port: server.port,
      unitId: device.unitId,
    })),
    setFault: (code, fault) => {
      find(code).fault = fault;
    },
    clearFault: (code) => {
      find(code).fault = undefined;
    },
    fault: (code) => find(code).fault,
    openConnections: (code) => find(code).server.openConnections(),
    stop,
  };
}

function received(device: PlantDevice, request: MbapRequest, command: ReadCommand): ReceivedRequest {
  return {
    at: Date.now(),
    device: device.code,
    unitId: request.unitId,
    functionCode: command.functionCode,
    address: command.address,
    quantity: command.quantity,
    connectionId: request.connectionId,
  };
}

function answerOf(
  device: PlantDevice,
  fault: Fault | undefined,
  request: MbapRequest,
  command: ReadCommand,
): MbapAnswer {
  const sound = (): Buffer =>
    request.unitId === device.unitId
      ? replyFromImage(command, device.tables, Date.now())
      : exceptionReply(command.functionCode, gatewayTargetFailedToRespond);
  switch (fault?.kind) {
    case undefined:
      return { kind: 'reply', pdu: sound() };
    case 'slow':
      return { kind: 'reply', pdu: sound(), afterMs: fault.delay_ms };
    case 'exception':
      return { kind: 'reply', pdu: exceptionReply(command.functionCode, fault.code) };
    case 'silence':
      return { kind: 'nothing' };
    case 'reset':
      return { kind: 'reset' };
    case 'garbage':
      return { kind: 'raw', bytes: Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n') };
    default:
      return fault satisfies never;
  }
}
