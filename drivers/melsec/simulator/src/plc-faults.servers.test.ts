import type { DevicePlan } from '@holdfast/driver/driver.ts';
import { DriverFailure } from '@holdfast/driver/failure.ts';
import { openLinkHost } from '@holdfast/driver/host/link-host.ts';
import type { Link } from '@holdfast/driver/link.ts';
import { PointList } from '@holdfast/driver/point-list.ts';
import { Readings } from '@holdfast/driver/values/readings.ts';
import { createDriver } from '@holdfast/driver-melsec/driver.ts';
import { connectionSchema, type Frame } from '@holdfast/driver-melsec/layout/connection.ts';
import { afterEach, describe, expect, it } from 'vitest';
import type { Fault } from './fault.ts';
import { type Plc, startPlc } from './plc.ts';

/** For reads that run into it, and for reads that something else ends. */
const timeoutMs = 200;
const patienceMs = 60_000;
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

interface Trial {
  readonly plc: Plc;
  readonly plan: DevicePlan;
  readonly link: Link;
  /** The value of D100, or the failure. */
  read(withinMs?: number): Promise<unknown>;
}

async function trial(frame: Frame): Promise<Trial> {
  const plc = await startPlc({ host: '127.0.0.1', frame, dataCode: 'binary' });
  ends.push(() => plc.close());
  plc.memory.set('D', 100, [11, 22]);
  const driver = createDriver('melsec');
  const connection = connectionSchema.parse({ host: '127.0.0.1', port: plc.port, frame });
  const points = [
    { code: 'a', data_type: 'uint16', scale: 1, offset: 0, address: { address: 'D100' } } as const,
  ];
  const list = new PointList<unknown>(points);
  const device = {
    ...{ id: '1', code: 'plc', protocol: 'melsec', mode: 'polled' as const },
    connection,
    points,
  };
  const plan = driver.plan({ ...device, timeout_ms: timeoutMs }, list);
  const link = driver.link(connection, openLinkHost());
  ends.push(() => link.disconnect());
  const read = async (withinMs = patienceMs) => {
    const [group] = plan.groups([0], 0).groups;
    if (!group) throw new Error('the plan has no group');
    try {
      const readings = new Readings(list);
      (await link.read(group, withinMs)).decode(readings);
      return readings.all[0]?.value;
    } catch (error) {
      return error;
    }
  };
  return { plc, plan, link, read };
}

describe.each(['1E', '3E', '4E'] as const)('a PLC that speaks %s', (frame) => {
  it.each<[string, Fault, { kind: string; wasSent?: boolean }]>([
    ['is silent', { kind: 'silence' }, { kind: 'timeout', wasSent: true }],
    ['is too slow', { kind: 'slow', delay_ms: 400 }, { kind: 'timeout' }],
    ['answers late', { kind: 'late_reply', delay_ms: 300 }, { kind: 'timeout' }],
    ['keeps its answer for the next request', { kind: 'late_reply' }, { kind: 'timeout' }],
    ['answers with too much', { kind: 'wrong_length', bytes: 2 }, { kind: 'connection' }],
    ['speaks something else', { kind: 'garbage' }, { kind: 'connection' }],
    ['stops within its answer', { kind: 'truncated' }, { kind: 'timeout' }],
    ['resets', { kind: 'reset' }, { kind: 'connection' }],
    ['is half open', { kind: 'half_open' }, { kind: 'timeout' }],
    ['refuses connections', { kind: 'refuse_connections' }, { kind: 'connection' }],
  ])('gives no value of another time after it %s', async (_, fault, failure) => {
    const { plc, read } = await trial(frame);
    expect(await read()).toBe(11);
    await plc.setFault(fault);
    const hurt = await read(failure.kind === 'timeout' ? timeoutMs : patienceMs);
    expect(hurt).toBeInstanceOf(DriverFailure);
    expect(hurt).toMatchObject(failure);
    plc.memory.set('D', 100, [33]);
    await plc.setFault(undefined);
    expect(await read()).toBe(33);
  });

  it('keeps its connection after a refusal, and is asked again when it is busy', async () => {
    const { plc, read } = await trial(frame);
    await plc.setFault({ kind: 'end_code', code: frame === '1E' ? '57' : 'C051' });
    expect(await read()).toMatchObject({ kind: 'refused', scope: 'points' });
    await plc.setFault({ kind: 'busy' });
    expect(await read()).toMatchObject(
      frame === '1E' ? { kind: 'refused', scope: 'device' } : { kind: 'busy' },
    );
    await plc.setFault(undefined);
    expect(await read()).toBe(11);
    expect(plc.openConnections).toBe(1);
  });

  it('answers twice: no request waits for the second answer', async () => {
    const { plc, read } = await trial(frame);
    await plc.setFault({ kind: 'doubled' });
    await read();
    await plc.setFault(undefined);
    plc.memory.set('D', 100, [44]);
    // The rest of the doubled answer may end the connection before the next request or after it.
    await expect.poll(() => read()).toBe(44);
  });
});

it('an answer of another station, or to another serial number, is none', async () => {
  const of3e = await trial('3E');
  await of3e.plc.setFault({ kind: 'wrong_station' });
  expect(await of3e.read()).toMatchObject({
    kind: 'connection',
    message: expect.stringContaining('its head is'),
  });
  const of4e = await trial('4E');
  await of4e.plc.setFault({ kind: 'wrong_serial' });
  expect(await of4e.read()).toMatchObject({
    kind: 'connection',
    message: expect.stringContaining('its head is'),
  });
});

it('a remote password is a matter of its settings, and the connection is closed', async () => {
  const { plc, read } = await trial('3E');
  await plc.setFault({ kind: 'end_code', code: 'C201' });
  expect(await read()).toMatchObject({ kind: 'auth', scope: 'endpoint' });
  await expect.poll(() => plc.openConnections).toBe(0);
});

it('memory moves with time until it is written', async () => {
  const { plc, read } = await trial('3E');
  let now = 5;
  plc.memory.move('D', 100, 1, () => [now]);
  expect(await read()).toBe(5);
  now = 6;
  expect(await read()).toBe(6);
  plc.memory.write('D', 100, [9]);
  expect(await read()).toBe(9);
});
