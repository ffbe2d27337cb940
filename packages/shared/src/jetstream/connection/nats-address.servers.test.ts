import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { connectNats } from './connect.ts';
import { parseNatsAddress } from './nats-address.ts';

describe('the address of the broker', () => {
  it.each([
    ['nats://127.0.0.1:4222', { servers: ['127.0.0.1:4222'] }],
    ['nats', { servers: ['nats'] }],
    ['nats://a:4222, nats://b:4223', { servers: ['a:4222', 'b:4223'] }],
    ['nats://[::1]:4222', { servers: ['[::1]:4222'] }],
    ['nats://u:p@a:1,nats://b:2', { servers: ['a:1', 'b:2'], user: 'u', pass: 'p' }],
    ['nats://a%40b:%3A%2F@c', { servers: ['c'], user: 'a@b', pass: ':/' }],
  ])('%s is read as %j', (address, expected) => {
    expect(parseNatsAddress(address)).toEqual(expected);
  });

  it('opens a broker that asks for user and password, and the log does not show them', async () => {
    const server = await natsForTest({ configLines: ['authorization { user: u, password: "s3cret" }'] });
    const lines: string[] = [];
    const log = pino({ level: 'trace' }, { write: (line: string) => lines.push(line) });
    const url = server.url.replace('nats://', 'nats://u:s3cret@');

    const connection = await connectNats({ url, name: 'test', log });
    await connection.nc.flush();
    await connection.close();

    expect(lines.join('')).toContain('connected to NATS');
    expect(lines.join('')).not.toContain('s3cret');
  });
});
