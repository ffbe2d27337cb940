import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import * as z from 'zod';
import { faultSchema } from './fault.ts';
import type { Plant } from './plant.ts';

export interface ControlApi {
  readonly port: number;
  /** Idempotent. */
  stop(): Promise<void>;
}

type Answer = { readonly status: number; readonly body: unknown };

const largestBodyBytes = 10_000;

/**
 * `GET /devices`, `PUT /devices/<code>/fault` with a fault as JSON, `DELETE /devices/<code>/fault`.
 * For curl and tests; it has no security and belongs on loopback. @throws when the port is taken
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
  if (path === '/devices') {
    if (request.method !== 'GET') return { status: 405, body: { error: 'GET only' } };
    return { status: 200, body: { devices: plant.endpoints.map((each) => describe(plant, each.device)) } };
  }
  const code = /^\/devices\/([^/]+)\/fault$/.exec(path)?.[1];
  const device = code === undefined ? undefined : decodeCode(code);
  if (device === undefined || !plant.endpoints.some((each) => each.device === device)) {
    return { status: 404, body: { error: 'try GET /devices, PUT or DELETE /devices/<code>/fault' } };
  }
  switch (request.method) {
    case 'GET':
      break;
    case 'DELETE':
      plant.clearFault(device);
      break;
    case 'PUT': {
      const fault = faultSchema.safeParse(await readJson(request));
      if (!fault.success) return { status: 400, body: { error: z.prettifyError(fault.error) } };
      plant.setFault(device, fault.data);
      break;
    }
    default:
      return { status: 405, body: { error: 'GET, PUT or DELETE only' } };
  }
  return { status: 200, body: describe(plant, device) };
}

function describe(plant: Plant, code: string): unknown {
  const endpoint = plant.endpoints.find((each) => each.device === code);
  return {
    code,
    host: endpoint?.host,
    port: endpoint?.port,
    unit_id: endpoint?.unitId,
    open_connections: plant.openConnections(code),
    fault: plant.fault(code) ?? null,
  };
}

function decodeCode(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}

/** undefined for what is no JSON or too long. */
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
