import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { untilHolds } from '@holdfast/test/support/eventually.ts';
import { SerialPort } from 'serialport';
import type { SerialLine } from '../../layout/connection.ts';
import { cleanUps } from './bus-under-test.ts';
import { type DeviceBusOptions, openBus } from './open-bus.ts';
import { type RtuRequest, readRtuRequest } from './rtu-frames.ts';

/** Both ends of a null modem: what is written at one end arrives at the other. */
export async function startPtyLine(): Promise<{ ours: string; theirs: string; socat: ChildProcess }> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-pty-'));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  const [ours, theirs] = [join(folder, 'ours'), join(folder, 'theirs')];
  const ends = [ours, theirs].map((path) => `pty,raw,echo=0,link=${path}`);
  const socat = spawn('socat', ends, { stdio: 'ignore' });
  cleanUps.push(async () => {
    if (socat.exitCode !== null || socat.signalCode !== null) return;
    const exited = once(socat, 'exit');
    socat.kill();
    await exited;
  });
  await untilHolds(() => Promise.all([stat(ours), stat(theirs)]));
  return { ours, theirs, socat };
}

export function lineAt(path: string, changes: Partial<SerialLine> = {}): SerialLine {
  return { path, baud_rate: 115_200, parity: 'none', stop_bits: 1, ...changes };
}

export function serialBus(line: SerialLine, options: DeviceBusOptions = {}) {
  const bus = openBus({ kind: 'serial', line }, options);
  cleanUps.push(() => bus.disconnect());
  return bus;
}

/** Opens an end for the test itself. */
export async function openEnd(path: string): Promise<SerialPort> {
  const port = new SerialPort({ path, baudRate: 115_200, lock: false });
  await once(port, 'open');
  cleanUps.push(async () => {
    if (!port.isOpen) return;
    const closed = once(port, 'close');
    port.close();
    await closed;
  });
  return port;
}

/** A bus on one end of a line; the other end hands over the n-th request since the start, always 8 bytes long. */
export async function startSerialPeer(
  onRequest: (reply: (bytes: Uint8Array) => void, request: RtuRequest, n: number, raw: Buffer) => void,
  options: DeviceBusOptions & Partial<SerialLine> = {},
) {
  const { mayRequest, refusal: _, ...settings } = options;
  const { ours, theirs, socat } = await startPtyLine();
  const end = await openEnd(theirs);
  let pending = Buffer.alloc(0);
  let requests = 0;
  end.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 8) {
      const raw = pending.subarray(0, 8);
      pending = pending.subarray(8);
      onRequest((bytes) => void end.write(Buffer.from(bytes)), readRtuRequest(raw), requests++, raw);
    }
  });
  const bus = serialBus(lineAt(ours, settings), mayRequest ? { mayRequest } : {});
  return { bus, end, ours, theirs, socat };
}
