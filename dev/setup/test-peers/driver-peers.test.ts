import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { driverPeers } from './driver-peers.mjs';

let folder: string | undefined;
afterEach(() => {
  if (folder) rmSync(folder, { recursive: true });
  folder = undefined;
});

function peersOf(manifests: Readonly<Record<string, object>>) {
  folder = mkdtempSync(join(tmpdir(), 'drivers-'));
  for (const [driver, manifest] of Object.entries(manifests)) {
    mkdirSync(join(folder, driver));
    writeFileSync(join(folder, driver, 'package.json'), JSON.stringify(manifest));
  }
  return driverPeers(folder);
}

describe('what the tests of drivers need', () => {
  it('is named by each of them, and brought once where two name it', () => {
    const peers = peersOf({
      lines: { testPeers: { gcc: { program: 'gcc', debian: ['gcc'] } } },
      modbus: {
        testPeers: {
          gcc: { program: 'gcc', debian: ['gcc', 'libc6-dev'] },
          device: { python: 'device', debian: ['python3'], pypi: 'device.txt' },
          broker: { cargo: 'test-peers/broker', debian: [] },
          gateway: { go: 'example.com/gateway@v1.2.3', debian: [] },
        },
      },
      registry: {},
    });
    expect(peers).toEqual({
      gcc: { program: 'gcc', debian: ['gcc', 'libc6-dev'] },
      device: { python: 'device', debian: ['python3'], pypi: join(folder ?? '', 'modbus', 'device.txt') },
      broker: { cargo: join(folder ?? '', 'modbus', 'test-peers/broker'), debian: [] },
      gateway: { go: 'example.com/gateway@v1.2.3', debian: [] },
    });
  });

  it.each([
    ['no way to find it', { debian: ['mosquitto'] }],
    ['two ways to find it', { program: 'mosquitto', file: '/usr/sbin/mosquitto', debian: [] }],
    ['no list of packages', { program: 'mosquitto', debian: 'mosquitto' }],
    ['a field that there is not', { program: 'mosquitto', debian: [], apt: [] }],
  ])('is refused with %s', (_what, peer) => {
    expect(() => peersOf({ mqtt: { testPeers: { mosquitto: peer } } })).toThrow(
      'mqtt/package.json: testPeers.mosquitto has "debian"',
    );
  });

  it('is named by Modbus', () => {
    expect(Object.keys(driverPeers())).toEqual(expect.arrayContaining(['libmodbus', 'pythonWithPymodbus']));
  });
});
