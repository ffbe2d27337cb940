import { requestOptions } from '@holdfast/driver-modbus/plan/modbus-plan.ts';
import { deviceOf, pointOf } from '@holdfast/driver-modbus/plan/testing/devices.ts';
import { flattened } from '@holdfast/driver-modbus/plan/testing/plan-reads.ts';
import { describe, expect, it } from 'vitest';
import { PolledWorld } from './testing/polled-world.ts';

const serial = { path: '/dev/ttyUSB0', baud_rate: 9600, parity: 'even', stop_bits: 1 } as const;
const onLine = (
  unitId: number,
  points = [pointOf('near', 10), pointOf('far', 500)],
  rest: Parameters<typeof deviceOf>[0] = {},
) =>
  deviceOf({
    ...{ id: `d${unitId}`, code: `unit-${unitId}`, protocol: 'modbus_rtu', host: '', serial, points },
    ...{ unit_id: unitId, timeout_ms: 200 },
    ...rest,
  });

describe('a device on a line of RTU frames', () => {
  it('gets with each request what else of it can be read to prove that no late answer is on its way', async () => {
    const world = new PolledWorld();
    const points = [pointOf('near', 10), { ...pointOf('far', 500), data_type: 'float32' as const }];
    const profile = { request_pause_ms: 20, late_answer_ms: 7_000 };
    world.poll(onLine(1, points, { profile: { ...profileDefaults, ...profile } }));
    await world.time.advance(1);
    await world.stop();
    const [first] = world.bus.requests;
    expect(first?.request).toMatchObject({ requestPauseMs: 20, lateAnswerMs: 7_000 });
    expect(first?.request.markers).toEqual([
      { table: 'holding_register', address: 10, quantity: 1 },
      { table: 'holding_register', address: 500, quantity: 2 },
    ]);
  });

  it('is said to be late by up to five of its timeouts, whatever time a request has', () => {
    expect(requestOptions(flattened(onLine(1)))).toMatchObject({ timeoutMs: 200, lateAnswerMs: 1_000 });
  });

  it('with Modbus TCP gets no markers: there an answer says which request it is to', async () => {
    const world = new PolledWorld();
    world.poll(deviceOf({ profile: { ...profileDefaults, request_pause_ms: 20, late_answer_ms: 7_000 } }));
    await world.time.advance(1);
    await world.stop();
    for (const key of ['markers', 'requestPauseMs', 'lateAnswerMs']) {
      expect(world.bus.requests[0]?.request).not.toHaveProperty(key);
    }
  });
});

describe('a request that is held back until no late answer can be taken for its own', () => {
  it('is missed and asked for at each tick, as if the device were in order: it may well be', async () => {
    const world = new PolledWorld();
    let isHeldBack = true;
    world.bus.reply = () =>
      isHeldBack ? { afterMs: 1, failure: 'timeout', wasSent: false, isHeldBack } : { afterMs: 5 };
    const results = world.poll(onLine(1));
    await world.time.advance(9_500);
    expect(world.requestsTo().map(([, place]) => place)).toEqual(Array(10).fill('10+1'));
    expect(new Set(results.map(({ miss }) => miss?.cause))).toEqual(new Set(['timeout']));
    isHeldBack = false;
    await world.time.advance(1_000);
    await world.stop();
    expect(results.at(-1)?.miss).toBeUndefined();
  });

  it('says nothing of a block of it that would not be answered, and the unit stays one that answers', async () => {
    const world = new PolledWorld();
    world.bus.reply = ({ address }) =>
      address === 500 ? { afterMs: 1, failure: 'timeout', isHeldBack: true } : { afterMs: 5 };
    world.poll(onLine(1));
    await world.time.advance(9_500);
    await world.stop();
    expect(world.requestsTo().map(([, place]) => place)).toEqual(
      Array.from({ length: 10 }, () => ['10+1', '500+1']).flat(),
    );
  });
});

const profileDefaults = {
  ...{ busy_retries: 2, request_pause_ms: 0, connect_pause_ms: 0, close_after_read: false },
  ...{ single_connection: false, accept_unit_zero: false, max_hole: 0, excluded: [] },
};
