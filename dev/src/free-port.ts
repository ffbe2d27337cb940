import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

const HOST = '127.0.0.1';
/**
 * Below those that a system gives to whoever connects or listens without naming one (Linux from 32768 on, others from
 * 49152). Another program may be given one of these at any moment, also while a server that is restarted is away from it:
 * with some hundred servers in a run of the tests one failed now and then.
 */
const FIRST = 20_000;
const COUNT = 12_768;
// Processes that look at the same time have other ids, and so begin elsewhere.
let next = (process.pid * 37) % COUNT;

/**
 * A TCP port on 127.0.0.1 that is free, and that nobody else who asks here is given while this process lives, also while
 * the server that gets it is away. Other programs know nothing of that: whoever starts a server must be ready to be
 * refused.
 */
export function freePort(): Promise<number> {
  return freePortRow(1);
}

/** The same for so many in a row; returns the first. */
export async function freePortRow(size: number): Promise<number> {
  for (let looked = 0; looked < COUNT; looked += size) {
    if (next + size > COUNT) next = 0;
    const row = Array.from({ length: size }, (_, index) => FIRST + next + index);
    // Before anything is waited for: of two who ask at the same time each gets its own.
    next += size;
    const [base = 0] = row;
    if (await claim(row)) return base;
  }
  throw new Error(`There are no ${size} free ports in a row from ${FIRST} on.`);
}

/** Whether somebody could listen on 127.0.0.1:`port` right now. */
export function portIsFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: HOST, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** All of them or none. */
async function claim(row: readonly number[]): Promise<boolean> {
  const marks = await Promise.all(row.map(markAsTaken));
  // Looked at only when marked: looking takes a port for a moment, in which its server may want to come back.
  const mine =
    marks.every((mark) => mark !== undefined) && (await Promise.all(row.map(portIsFree))).every(Boolean);
  if (!mine) for (const mark of marks) mark?.close();
  return mine;
}

/**
 * The mark is a UDP socket on the port of the same number, which disturbs no TCP server. The system gives it to one process
 * alone and takes it back when that one ends, however it ends.
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
