import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { lstat, unlink } from 'node:fs/promises';
import type { Duplex, Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Line, Link, OnRequest } from '@holdfast/plant/lines/link.ts';
import { QuietWatch } from '@holdfast/plant/lines/quiet-watch.ts';
import type { Framing, RequestFrame } from '../framing/framing.ts';
import type { SerialSettings } from './serial-settings.ts';

export interface SerialLineOptions {
  readonly serial: SerialSettings;
  readonly framing: Framing;
  readonly linkId: number;
  readonly onRequest: OnRequest<RequestFrame>;
}

interface OpenLine {
  readonly input: Readable;
  readonly output: Writable;
  close(): Promise<void>;
}

/** @throws when the line cannot be opened, or a pty not be made */
export async function openSerialLine(options: SerialLineOptions): Promise<Line> {
  const { serial, framing, linkId, onRequest } = options;
  const line = 'pty' in serial ? await makePty(serial.pty) : await openPath(serial.path, serial);
  const timers = new Set<NodeJS.Timeout>();
  const link: Link = {
    id: linkId,
    held: undefined,
    send: (bytes) => {
      if (line.output.writable) line.output.write(bytes);
    },
    sendAfter: (bytes, ms) => {
      const timer = setTimeout(() => {
        timers.delete(timer);
        link.send(bytes);
      }, ms);
      timers.add(timer);
    },
    // Faults that need connections are not taken for a serial line.
    reset: () => {},
    deaden: () => {},
  };
  const watch = new QuietWatch(framing, (request) => onRequest(link, request));
  line.input.on('data', (chunk: Buffer) => {
    for (const request of framing.take(chunk).requests) onRequest(link, request);
    watch.bytesCame();
  });
  let stopped: Promise<void> | undefined;
  return {
    openConnections: () => 1,
    connectionRulesChanged: () => Promise.resolve(),
    stop: () => {
      for (const timer of timers) clearTimeout(timer);
      watch.stop();
      stopped ??= line.close();
      return stopped;
    },
  };
}

async function openPath(path: string, { baudRate, parity, stopBits }: SerialSettings): Promise<OpenLine> {
  // Loaded when it is needed. It has a native part, and most plants have no serial line.
  const { SerialPort } = await import('serialport');
  const port = new SerialPort({ path, baudRate, parity, stopBits, dataBits: 8, autoOpen: false });
  await new Promise<void>((resolve, reject) => {
    port.open((error) => (error ? reject(error) : resolve()));
  });
  // A line that disappears later (an adapter is pulled out) is silent; the error has no listener.
  port.on('error', () => {});
  const duplex: Duplex = port;
  return {
    input: duplex,
    output: duplex,
    close: () =>
      new Promise((resolve) => {
        if (port.isOpen) port.close(() => resolve());
        else resolve();
      }),
  };
}

/** socat keeps the line alive while clients come and go, which a pty of our own would not. */
async function makePty(path: string): Promise<OpenLine> {
  if (await isThere(path)) throw new Error(`${path} is there already: a pty needs a path that is free`);
  const child = spawn('socat', ['-', `pty,raw,echo=0,link=${path}`], { stdio: ['pipe', 'pipe', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (text: Buffer) => {
    complaint = `${complaint}${text}`.slice(-1_000);
  });
  child.stdin.on('error', () => {});
  const failed = new Promise<never>((_resolve, reject) => {
    child.once('error', (cause) => {
      reject(new Error('a pty needs the program socat (Debian: apt-get install socat)', { cause }));
    });
    child.once('exit', () => reject(new Error(`socat made no pty at ${path}: ${complaint.trim()}`)));
  });
  failed.catch(() => {});
  const waitForPty = async (): Promise<void> => {
    while (!(await isThere(path)) && child.exitCode === null && child.pid !== undefined) await sleep(5);
    if (!(await isThere(path))) await failed;
  };
  await Promise.race([waitForPty(), failed]);
  return { input: child.stdout, output: child.stdin, close: () => endSocat(child, path) };
}

async function endSocat(child: ChildProcess, path: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
  }
  // socat removes its link by itself unless it was killed.
  await unlink(path).catch(() => {});
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch {
    return false;
  }
}
