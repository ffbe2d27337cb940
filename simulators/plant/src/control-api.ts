import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import * as z from 'zod';
import type { Plant } from './plant.ts';
import type { FaultPlace, PlayedDevice } from './simulator.ts';

export interface ControlApi {
  readonly port: number;
  /** Idempotent. */
  stop(): Promise<void>;
}

type Answer = { readonly status: number; readonly body: unknown };

const largestBodyBytes = 10_000;

/**
 * `GET /devices`, `GET /endpoints`; `GET`, `PUT` with a fault as JSON, and `DELETE` of `/devices/<code>/fault` and
 * `/endpoints/<name>/fault`. For curl and tests; it has no security and belongs on loopback.
 * @throws when the port is taken
 */
export async function startControlApi(
  plant: Plant,
  options: { readonly host: string; readonly port: number },
): Promise<ControlApi> {
  const server = createServer((request, response) => {
    void handle(plant, request)
      .catch((error: unknown): Answer => ({ status: 500, body: { error: String(error) } }))
      .then((answer) => respond(response, answer));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the control API has no port');
  let stopped: Promise<void> | undefined;
  return {
    port: address.port,
    stop: () => {
      stopped ??= new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      return stopped;
    },
  };
}

function respond(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}

async function handle(plant: Plant, request: IncomingMessage): Promise<Answer> {
  const path = new URL(request.url ?? '/', 'http://simulator').pathname.replace(/\/$/, '');
  if (path === '/devices' || path === '/endpoints') {
    if (request.method !== 'GET') return { status: 405, body: { error: 'GET only' } };
    const all =
      path === '/devices'
        ? { devices: plant.devices.map((each) => describeDevice(plant, each)) }
        : { endpoints: endpointNames(plant).map((name) => describeEndpoint(plant, name)) };
    return { status: 200, body: all };
  }
  const place = placeOf(plant, path);
  if (place === undefined) {
    const [, kind] = faultPath.exec(path) ?? [];
    const error = kind
      ? `there is none of this name: GET /${kind} tells those that there are`
      : 'try GET /devices, GET /endpoints, PUT or DELETE /devices/<code>/fault or /endpoints/<name>/fault';
    return { status: 404, body: { error } };
  }
  switch (request.method) {
    case 'GET':
      break;
    case 'DELETE':
      plant.clearFault(place);
      break;
    case 'PUT': {
      const fault = plant.faultSchema(place).safeParse(await readJson(request));
      if (!fault.success) return { status: 400, body: { error: z.prettifyError(fault.error) } };
      const problem = plant.faultProblem(place, fault.data);
      if (problem !== undefined) return { status: 400, body: { error: problem } };
      plant.setFault(place, fault.data);
      break;
    }
    default:
      return { status: 405, body: { error: 'GET, PUT or DELETE only' } };
  }
  if ('endpoint' in place) return { status: 200, body: describeEndpoint(plant, place.endpoint) };
  const device = plant.devices.find(({ code }) => code === place.device);
  return { status: 200, body: device && describeDevice(plant, device) };
}

const faultPath = /^\/(devices|endpoints)\/([^/]+)\/fault$/;

/** @returns undefined for an unknown path, or for a device or endpoint that the plant does not have */
function placeOf(plant: Plant, path: string): FaultPlace | undefined {
  const [, kind, encoded] = faultPath.exec(path) ?? [];
  const name = encoded === undefined ? undefined : decodeName(encoded);
  if (name === undefined) return undefined;
  if (kind === 'devices') {
    return plant.devices.some(({ code }) => code === name) ? { device: name } : undefined;
  }
  return endpointNames(plant).includes(name) ? { endpoint: name } : undefined;
}

function endpointNames(plant: Plant): string[] {
  return [...new Set(plant.devices.map(({ endpoint }) => endpoint))];
}

function describeDevice(plant: Plant, { code, endpoint, address }: PlayedDevice): unknown {
  return {
    code,
    endpoint,
    ...address,
    open_connections: plant.openConnections(code),
    ...faultView(plant, { device: code }),
  };
}

function describeEndpoint(plant: Plant, name: string): unknown {
  const devices = plant.devices.filter(({ endpoint }) => endpoint === name);
  const [first] = devices;
  return {
    name,
    devices: devices.map(({ code, address }) => ({ code, ...address })),
    open_connections: first ? plant.openConnections(first.code) : 0,
    ...faultView(plant, { endpoint: name }),
  };
}

function faultView(plant: Plant, place: FaultPlace): object {
  const fault = plant.shownFault(place);
  return { fault: fault?.fault ?? null, fault_is_active: fault?.isActive ?? false };
}

function decodeName(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}

/** @returns undefined for a body that is no JSON or too long */
async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > largestBodyBytes) return undefined;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return undefined;
  }
}
