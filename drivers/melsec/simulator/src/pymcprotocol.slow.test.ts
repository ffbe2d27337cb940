import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { installedPeer } from '@holdfast/test/support/installed-peer.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { type Plc, startPlc } from './plc.ts';

// pymcprotocol knows nothing of our code: where both ends are ours, both may be wrong alike.

const python = installedPeer('pythonWithPymcprotocol');
const program = fileURLToPath(new URL('./testing/melsec-client.py', import.meta.url));
const run = promisify(execFile);

let plc: Plc | undefined;
afterEach(() => plc?.close());

async function client(
  frame: string,
  code: string,
  plcType: string,
  steps: readonly unknown[],
): Promise<unknown[]> {
  const args = [program, String(plc?.port), frame, code, plcType, JSON.stringify(steps)];
  const { stdout } = await run(python ?? '', args);
  return JSON.parse(stdout) as unknown[];
}

describe.skipIf(python === null)('pymcprotocol', () => {
  it.each([
    ['3E', 'binary', 'Q'],
    ['3E', 'ascii', 'Q'],
    ['4E', 'binary', 'Q'],
    ['4E', 'ascii', 'Q'],
    ['3E', 'binary', 'iQ-R'],
    ['4E', 'ascii', 'iQ-R'],
  ] as const)(
    'reads and writes a simulated PLC by frames %s in %s, as of a %s',
    async (frame, code, plcType) => {
      plc = await startPlc({ host: '127.0.0.1', frame, dataCode: code });
      const { memory } = plc;
      memory.set('D', 100, [1, 0xffff, 0x1234]);
      memory.set('M', 10, [1, 0, 1, 1, 0]);
      memory.set('M', 32, [1, 1]);
      const results = await client(frame, code, plcType, [
        ['read_words', 'D100', 3],
        ['read_bits', 'M10', 5],
        ['read_words', 'M32', 1],
        ['write_words', 'D200', [7, -2]],
        ['write_bits', 'M50', [1, 0, 1]],
        ['read_words', 'D12288', 1],
        ['read_words', 'D0', 961],
      ]);
      expect(results).toEqual([
        [1, -1, 0x1234],
        [1, 0, 1, 1, 0],
        [3],
        null,
        null,
        'mc protocol error: error code 0xC056',
        'mc protocol error: error code 0xC051',
      ]);
      expect([...(memory.read('D', 200, 2, 0) ?? [])]).toEqual([7, 0xfffe]);
      expect([...(memory.read('M', 50, 3, 0) ?? [])]).toEqual([1, 0, 1]);
    },
  );

  it('means the same X, Y, B and W as we do: hexadecimal numbers', async () => {
    plc = await startPlc({ host: '127.0.0.1', frame: '3E', dataCode: 'binary' });
    plc.memory.set('X', 0x1f, [1]);
    plc.memory.set('W', 0x1a, [42]);
    plc.memory.set('ZR', 0x20, [43]);
    // pymcprotocol numbers ZR in hexadecimal too; GX Works and we number it in decimal.
    const results = await client('3E', 'binary', 'Q', [
      ['read_bits', 'X1F', 1],
      ['read_words', 'W1A', 1],
      ['read_words', 'ZR20', 1],
    ]);
    expect(results).toEqual([[1], [42], [43]]);
  });
});
