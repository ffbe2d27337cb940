import { once } from 'node:events';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { type Plc, startPlc } from './plc.ts';

// mcprotocol knows nothing of our code: where both ends are ours, both may be wrong alike. It speaks 1E, as FX3 do.

interface McClient {
  initiateConnection(to: { host: string; port: number; ascii: boolean }, done: (error?: Error) => void): void;
  setTranslationCB(translate: (tag: string) => string): void;
  addItems(tags: readonly string[]): void;
  readAllItems(done: (isAnythingBad: boolean, values: Record<string, unknown>) => void): void;
  writeItems(
    tags: readonly string[],
    values: readonly unknown[],
    done: (isAnythingBad: boolean) => void,
  ): void;
  dropConnection(): void;
}

const McProtocol = createRequire(import.meta.url)('mcprotocol') as new () => McClient;
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function clientOf(plc: Plc, ascii: boolean): Promise<McClient> {
  const client = new McProtocol();
  await new Promise<void>((resolve, reject) => {
    client.initiateConnection({ host: '127.0.0.1', port: plc.port, ascii }, (error) =>
      error ? reject(error) : resolve(),
    );
  });
  await expect.poll(() => plc.openConnections).toBeGreaterThan(0);
  const open = plc.openConnections;
  ends.push(async () => {
    client.dropConnection();
    // mcprotocol does not listen for errors of its socket.
    await expect.poll(() => plc.openConnections).toBeLessThan(open);
  });
  client.setTranslationCB((tag) => tag);
  return client;
}

it.each([
  ['binary', false],
  ['ascii', true],
] as const)('mcprotocol reads and writes a simulated FX3 in %s', async (dataCode, ascii) => {
  const requests: unknown[] = [];
  const onRequest = (request: unknown) => requests.push(request);
  const plc = await startPlc({ host: '127.0.0.1', frame: '1E', dataCode, limits: { words: 64 }, onRequest });
  ends.push(() => plc.close());
  plc.memory.set('D', 100, [1, 0xffff, 0x1234]);
  plc.memory.set('D', 300, [0, 0x3fc0]);
  plc.memory.set('R', 20, [77]);
  plc.memory.set('M', 16, [1, 0, 1, 1, 0]);
  // X17 is octal, and the fifteenth input.
  plc.memory.set('X', 0o17, [1]);
  const client = await clientOf(plc, ascii);
  const tags = ['D100,3', 'DFLOAT300', 'R20', 'M16,5', 'X017'];
  client.addItems(tags);
  const [isBad, values] = await new Promise<[boolean, Record<string, unknown>]>((resolve) => {
    client.readAllItems((...results) => resolve(results));
  });
  expect(isBad).toBe(false);
  expect(values).toEqual({
    'D100,3': [1, -1, 0x1234],
    DFLOAT300: 1.5,
    R20: 77,
    'M16,5': [true, false, true, true, false],
    X017: true,
  });
  // mcprotocol 0.1.2 throws at every confirmation of a write by 1E: the PLC hears the writes, and does not answer.
  requests.length = 0;
  await plc.setFault({ kind: 'silence' });
  client.writeItems(['D200,2'], [[7, -2]], () => undefined);
  await expect
    .poll(() => requests)
    .toMatchObject([{ device: { symbol: 'D' }, number: 200, values: [7, 0xfffe] }]);
  // The first one waits for its answer.
  const other = await clientOf(plc, ascii);
  other.writeItems(['M40'], [true], () => undefined);
  await expect
    .poll(() => requests)
    .toMatchObject([{ number: 200 }, { device: { symbol: 'M' }, number: 40, values: [1] }]);
});

it.each([
  [
    'binary',
    Buffer.from('500000ffff03000d00100019060000050041424344'.concat('45'), 'hex'),
    'd00000ffff0300090000000500'.concat('4142434445'),
  ],
  [
    'ascii',
    Buffer.from('500000FF03FF00001500100619000000'.concat('05ABCDE')),
    'D00000FF03FF00000D00000005ABCDE',
  ],
] as const)('a loopback test in %s gets its characters back', async (dataCode, request, expected) => {
  const plc = await startPlc({ host: '127.0.0.1', frame: '3E', dataCode });
  ends.push(() => plc.close());
  const socket = connect(plc.port, '127.0.0.1');
  ends.push(() => socket.destroy());
  socket.write(request);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString(dataCode === 'binary' ? 'hex' : 'latin1')).toBe(expected);
});
