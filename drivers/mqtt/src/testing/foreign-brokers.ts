import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { freePort } from '@holdfast/dev/free-port.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { untilHolds } from '@holdfast/test/support/eventually.ts';
import { installedPeer } from '@holdfast/test/support/installed-peer.ts';
import { Aedes, type AedesOptions } from 'aedes';

export interface ForeignBroker {
  readonly port: number;
  /** `mqtt://127.0.0.1:…` */
  readonly url: string;
}

export function rumqttdIsInstalled(): boolean {
  return installedPeer('rumqttd') !== null;
}

/** rumqttd, which speaks each version of MQTT on a port of its own. */
export async function rumqttdForTest(version: '5' | '3.1.1'): Promise<ForeignBroker> {
  const port = await freePort();
  const server = {
    name: 'test',
    listen: `127.0.0.1:${port}`,
    next_connection_delay_ms: 1,
    connections: {
      ...{ connection_timeout_ms: 60_000, max_payload_size: 20_480, max_inflight_count: 100 },
      dynamic_filters: true,
    },
  };
  const config = {
    id: 0,
    router: {
      ...{ id: 0, max_connections: 100, max_outgoing_packet_count: 200 },
      ...{ max_segment_size: 1_048_576, max_segment_count: 10 },
    },
    [version === '5' ? 'v5' : 'v4']: { test: server },
  };
  return startedAt(port, installedPeer('rumqttd'), [JSON.stringify(config)]);
}

export function mochiIsInstalled(): boolean {
  return installedPeer('mochiMqtt') !== null;
}

export async function mochiForTest(): Promise<ForeignBroker> {
  const port = await freePort();
  const further = ['-ws', '127.0.0.1:0', '-info', '127.0.0.1:0'];
  return startedAt(port, installedPeer('mochiMqtt'), ['-tcp', `127.0.0.1:${port}`, ...further]);
}

export async function aedesForTest(options: AedesOptions = {}): Promise<ForeignBroker> {
  const broker = await Aedes.createBroker(options);
  const server = createServer(broker.handle);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUpAfterFile(async () => {
    await new Promise<void>((resolve) => broker.close(resolve));
    server.close();
  });
  return at((server.address() as AddressInfo).port);
}

async function startedAt(
  port: number,
  program: string | null,
  args: readonly string[],
): Promise<ForeignBroker> {
  if (program === null) throw new Error('the broker is not installed');
  const child: ChildProcess = spawn(program, args, { stdio: 'ignore' });
  cleanUpAfterFile(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  });
  await untilHolds(async () => {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
    } finally {
      socket.destroy();
    }
  });
  return at(port);
}

function at(port: number): ForeignBroker {
  return { port, url: `mqtt://127.0.0.1:${port}` };
}
