import { createServer } from 'node:net';
import * as z from 'zod';
import { freePort, freePortRow, portIsFree } from '../free-port.ts';
import { readJsonFile, writeJsonFile } from './json-file.ts';
import { StackError } from './stack-error.ts';

const port = z.int().min(1).max(65_535);
const rememberedSchema = z.object({
  nats: port,
  nats_monitor: port,
  postgres: port,
  simulator_base: port,
  simulator_control: port,
});

export interface StackPorts {
  readonly api: number;
  readonly nats: number;
  readonly natsMonitor: number;
  readonly postgres: number;
  /** First port of the simulated machines; the others follow. */
  readonly simulatorBase: number;
  readonly simulatorControl: number;
}

export interface PortWishes {
  readonly apiHost: string;
  /** 0 takes a free one. */
  readonly api: number;
  /** 0 takes a free one; undefined prefers the usual one. */
  readonly nats: number | undefined;
  readonly machines: number;
}

const USUAL = { nats: 4222, natsMonitor: 8222, postgres: 5432, simulatorBase: 5020, simulatorControl: 5030 };
const LAST = 65_535;

/**
 * Chooses the ports of this run: those of the last run, else the usual ones, and free ones where these are taken, because
 * a server of the system may well listen on 4222 or 5432. Only the API's port is never replaced silently: scripts and
 * bookmarks point there.
 * @throws StackError when a requested port is in use
 */
export async function chooseStackPorts(file: string, wishes: PortWishes): Promise<StackPorts> {
  const last = await readJsonFile(file, rememberedSchema);
  const usedPorts = new Set<number>();
  const take = async (candidates: readonly (number | undefined)[]): Promise<number> => {
    for (const each of candidates) {
      if (each !== undefined && !usedPorts.has(each) && (await portIsFree(each)))
        return reserve(usedPorts, each);
    }
    for (;;) {
      const free = await freePort();
      if (!usedPorts.has(free)) return reserve(usedPorts, free);
    }
  };
  const api = await apiPort(wishes);
  usedPorts.add(api);
  const ports: StackPorts = {
    api,
    nats: await natsPort(wishes.nats, () => take([last?.nats, USUAL.nats])),
    natsMonitor: await take([last?.nats_monitor, USUAL.natsMonitor]),
    postgres: await take([last?.postgres, USUAL.postgres]),
    simulatorBase: await freeBlock([last?.simulator_base, USUAL.simulatorBase], wishes.machines, usedPorts),
    simulatorControl: await take([last?.simulator_control, USUAL.simulatorControl]),
  };
  await writeJsonFile(file, {
    nats: ports.nats,
    nats_monitor: ports.natsMonitor,
    postgres: ports.postgres,
    simulator_base: ports.simulatorBase,
    simulator_control: ports.simulatorControl,
  });
  return ports;
}

function reserve(usedPorts: Set<number>, port: number): number {
  usedPorts.add(port);
  return port;
}

async function apiPort({ api, apiHost }: PortWishes): Promise<number> {
  if (api === 0) return freePort();
  if (await canListen(apiHost, api)) return api;
  let other = api + 1;
  while (other <= LAST && !(await canListen(apiHost, other))) other += 1;
  throw new StackError(
    `The API cannot listen on ${apiHost}:${api}: another program has that port. ` +
      `Stop that program, or give the API another port: API_PORT=${other <= LAST ? other : 0} npm start`,
  );
}

async function natsPort(requestedPort: number | undefined, choose: () => Promise<number>): Promise<number> {
  if (requestedPort === undefined) return choose();
  if (requestedPort === 0) return freePort();
  if (await portIsFree(requestedPort)) return requestedPort;
  throw new StackError(
    `nats-server cannot listen on 127.0.0.1:${requestedPort}: another program has that port. ` +
      'Name another one with NATS_PORT, or leave NATS_PORT out and a free one is taken.',
  );
}

/** `size` free ports in a row; returns the first. */
async function freeBlock(
  candidates: readonly (number | undefined)[],
  size: number,
  usedPorts: Set<number>,
): Promise<number> {
  const isFree = async (base: number): Promise<boolean> => {
    for (let each = base; each < base + size; each += 1) {
      if (each > LAST || usedPorts.has(each) || !(await portIsFree(each))) return false;
    }
    return true;
  };
  const find = async (): Promise<number> => {
    for (const each of candidates) if (each !== undefined && (await isFree(each))) return each;
    for (;;) {
      const base = await freePortRow(size);
      if (await isFree(base)) return base;
    }
  };
  const base = await find();
  for (let each = base; each < base + size; each += 1) usedPorts.add(each);
  return base;
}

/** Whether the port can be listened on. A host that is not this machine's passes: the API itself complains about it. */
function canListen(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'EADDRINUSE'));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
