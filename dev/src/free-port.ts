import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

const HOST = '127.0.0.1';
/**
 * First of the ports that are tried. All are below those that a system hands out by itself (Linux from 32768 on, others
 * from 49152). Another program may get one of those at any moment, also while a server restarts: with
 * some hundred servers in a test run, one failed now and then.
 */
const FIRST = 20_000;
const COUNT = 12_768;
// Processes that search at the same time have different ids, and so begin elsewhere.
let next = (process.pid * 37) % COUNT;

/**
 * A free TCP port on 127.0.0.1. No other caller of this function gets it while this process lives, even while the server
 * on it is down. Other programs do not know this: be ready for a server that finds the port taken.
 */
export function freePort(): Promise<number> {
  return freePortRow(1);
}

/** As `freePort`, for `size` ports in a row; returns the first. */
export async function freePortRow(size: number): Promise<number> {
  for (let offset = 0; offset < COUNT; offset += size) {
    if (next + size > COUNT) next = 0;
    const row = Array.from({ length: size }, (_, index) => FIRST + next + index);
    // Advances before anything is awaited, so that two simultaneous callers get different ports.
    next += size;
    const [base = 0] = row;
    if (await claim(row)) return base;
  }
  throw new Error(`There are no ${size} free ports in a row from ${FIRST} on.`);
}

/** Whether a server could listen on 127.0.0.1:`port` right now. */
export function portIsFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: HOST, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Claims all ports of the row or none. */
async function claim(row: readonly number[]): Promise<boolean> {
  const marks = await Promise.all(row.map(markAsTaken));
  // Only marked ports are probed: a probe takes the port for a moment, in which its server may want to come back.
  const mine =
    marks.every((mark) => mark !== undefined) && (await Promise.all(row.map(portIsFree))).every(Boolean);
  if (!mine) for (const mark of marks) mark?.close();
  return mine;
}

/**
 * Marks a port as taken by a UDP socket of the same number, which disturbs no TCP server. The system gives it to one
 * process alone, and takes it back when that process ends, however it ends.
 */
async function markAsTaken(port: number): Promise<Socket | undefined> {
  const mark = createSocket('udp4');
  try {
    mark.bind({ address: HOST, port, exclusive: true });
    await once(mark, 'listening');
  } catch {
    mark.close();
    return undefined;
  }
  mark.unref();
  return mark;
}
