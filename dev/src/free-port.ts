import { createServer } from 'node:net';

const HOST = '127.0.0.1';
/**
 * Below those that a system gives to whoever connects or listens without naming one (Linux from 32768 on, others from
 * 49152). Of these another program may be given one at any moment, also while a server that is restarted is away from
 * it: with some hundred servers in a run of the tests that failed one now and then.
 */
const FIRST = 20_000;
const COUNT = 12_768;
// Processes that look at the same time have other ids, and so begin elsewhere.
let next = (process.pid * 37) % COUNT;

/**
 * A TCP port on 127.0.0.1 that was free a moment ago, and that this process is not given a second time soon. Nothing
 * reserves it: whoever starts a server on it must be ready to be refused and to ask for another one.
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
    if ((await Promise.all(row.map(portIsFree))).every(Boolean)) return base;
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
