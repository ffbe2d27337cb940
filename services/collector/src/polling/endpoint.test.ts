import type { RawBlock, ReadRequest } from '@holdfast/driver-modbus/layout/requests.ts';
import { ReadFailure } from '@holdfast/driver-modbus/link/read-failure.ts';
import { FakeProcess, FakeTime } from '@holdfast/shared/runtime/testing/fake-time.ts';
import { quoted } from '@holdfast/texts/text.ts';
import { describe, expect, it } from 'vitest';
import { Endpoint, NotPermitted, type TurnOptions } from './endpoint.ts';
import { ScriptedBus } from './testing/scripted-bus.ts';

class World {
  readonly time = new FakeTime();
  readonly process = new FakeProcess(this.time);
  readonly buses: ScriptedBus[] = [];
  readonly endpoint = new Endpoint<ScriptedBus>({
    openLink: () => {
      const bus = new ScriptedBus(this.time);
      this.buses.push(bus);
      return bus;
    },
    clock: this.process.clock,
    timers: this.process.timers,
  });

  get bus(): ScriptedBus {
    const bus = this.buses.at(-1);
    if (!bus) throw new Error('no bus');
    return bus;
  }

  read(
    address: number,
    options: Partial<TurnOptions> = {},
    asker: object = {},
  ): Promise<RawBlock | undefined> {
    const request: ReadRequest = {
      unitId: 1,
      table: 'holding_register',
      address,
      quantity: 1,
      timeoutMs: 100,
    };
    return this.endpoint.turn(asker, { timeoutMs: 100, ...options }, (bus) => bus.read(request));
  }

  requestedAddresses(): number[] {
    return this.bus.requests.map(({ request }) => request.address);
  }
}

describe('an endpoint', () => {
  it('carries one request at a time, in the order of asking', async () => {
    const world = new World();
    world.bus.reply = () => ({ afterMs: 30 });
    const reads = [3, 1, 2].map((address) => world.read(address));
    const replies = await world.time.until(Promise.all(reads));
    expect(replies.map((reply) => reply?.values[0])).toEqual([3, 1, 2]);
    expect(world.bus.requests.map(({ atMs }) => atMs)).toEqual([0, 30, 60]);
  });

  it('serves those with many requests and those with one by turns', async () => {
    const world = new World();
    world.bus.reply = () => ({ afterMs: 10 });
    const many = async () => {
      for (const address of [10, 11, 12]) await world.read(address);
    };
    await world.time.until(Promise.all([many(), world.read(1), world.read(2)]));
    expect(world.requestedAddresses()).toEqual([10, 1, 2, 11, 12]);
  });

  it('lets what is urgent go before all that wait', async () => {
    const world = new World();
    world.bus.reply = () => ({ afterMs: 10 });
    await world.time.until(
      Promise.all([world.read(1), world.read(2), world.read(3), world.read(9, { isUrgent: true })]),
    );
    expect(world.requestedAddresses()).toEqual([1, 9, 2, 3]);
  });

  it('goes on after a failure, which only the asker hears of', async () => {
    const world = new World();
    world.bus.reply = ({ address }) => (address === 1 ? { afterMs: 5, failure: 'timeout' } : { afterMs: 5 });
    const outcomes = Promise.allSettled([1, 2].map((address) => world.read(address)));
    const [failed, readOutcome] = await world.time.until(outcomes);
    expect(failed).toMatchObject({ status: 'rejected', reason: expect.any(ReadFailure) });
    expect(readOutcome).toMatchObject({ status: 'fulfilled' });
  });

  it('passes a turn that is given back, or fails, on to the next at once', async () => {
    const world = new World();
    world.bus.reply = () => ({ afterMs: 50 });
    const first = world.read(1);
    const givenBack = world.endpoint.turn({}, { timeoutMs: 100 }, () => undefined);
    const notPermitted = world.endpoint.turn({}, { timeoutMs: 100 }, () => {
      throw new NotPermitted(quoted('not now'));
    });
    const outcome = expect(notPermitted).rejects.toBeInstanceOf(NotPermitted);
    const last = world.read(2);
    await world.time.until(Promise.all([first, last]));
    expect(await givenBack).toBeUndefined();
    await outcome;
    expect(world.bus.requests.map(({ atMs }) => atMs)).toEqual([0, 50]);
  });

  it('keeps quiet after a device that wants that', async () => {
    const world = new World();
    world.bus.reply = () => ({ afterMs: 10 });
    await world.time.until(Promise.all([world.read(1, { pauseAfterMs: 20 }), world.read(2), world.read(3)]));
    expect(world.bus.requests.map(({ atMs }) => atMs)).toEqual([0, 30, 40]);
  });

  it('leaves one unit in peace where the pause is its own, and serves the others meanwhile', async () => {
    const world = new World();
    world.bus.reply = () => ({ afterMs: 10 });
    const paused = { unit: '1', pauseAfterMs: 50 };
    await world.time.until(
      Promise.all([
        ...[1, 2].map((address) => world.read(address, paused)),
        ...[3, 4, 5].map((address) => world.read(address, { unit: '2' })),
      ]),
    );
    expect(world.bus.requests.map(({ atMs, request }) => [atMs, request.address])).toEqual([
      [0, 1],
      [10, 3],
      [20, 4],
      [30, 5],
      [60, 2],
    ]);
  });

  it('leaves a unit in peace for as long as it wants, also when whoever asked it has gone meanwhile', async () => {
    const world = new World();
    const paused = { unit: '1', pauseAfterMs: 50 };
    await world.time.until(world.read(1, paused));
    world.endpoint.forgetUnit('1');
    await world.time.until(world.read(2, paused));
    expect(world.bus.requests.map(({ atMs }) => atMs)).toEqual([0, 50]);
  });

  it('wakes up for whichever unit may be asked first, and lets those go that stop meanwhile', async () => {
    const world = new World();
    world.bus.reply = () => ({ afterMs: 10 });
    const asker = {};
    await world.time.until(world.read(1, { unit: '1', pauseAfterMs: 100 }));
    await world.time.until(world.read(2, { unit: '2', pauseAfterMs: 40 }));
    const leaving = world.read(3, { unit: '1' }, asker);
    const outcome = expect(leaving).rejects.toBeInstanceOf(NotPermitted);
    const waiting = [world.read(4, { unit: '1' }), world.read(5, { unit: '2' })];
    world.endpoint.cancel(asker);
    await outcome;
    await world.time.until(Promise.all(waiting));
    expect(world.bus.requests.slice(2).map(({ atMs, request }) => [atMs, request.address])).toEqual([
      [60, 5],
      [110, 4],
    ]);
  });

  it('serves those who are patient behind all others, but one of them a second all the same', async () => {
    const world = new World();
    world.bus.reply = () => ({ afterMs: 100 });
    let isOver = false;
    const busy = async (address: number) => {
      while (!isOver) await world.read(address, { timeoutMs: 200 });
    };
    void busy(1);
    void busy(2);
    const patient = [7, 8].map((address) => world.read(address, { isPatient: true }));
    await world.time.until(Promise.all(patient));
    isOver = true;
    await world.time.advance(500);
    const at = (address: number) =>
      world.bus.requests.filter(({ request }) => request.address === address).map(({ atMs }) => atMs);
    expect(at(7)).toEqual([100]);
    expect(at(8)).toEqual([1_100]);
  });

  it('forgets the waiting of whoever stops, and lets the request in flight finish', async () => {
    const world = new World();
    world.bus.reply = () => ({ afterMs: 50 });
    const asker = {};
    const inFlight = world.read(1, {}, asker);
    const waiting = world.read(2, {}, asker);
    const other = world.read(3);
    const outcome = expect(waiting).rejects.toBeInstanceOf(NotPermitted);
    world.endpoint.cancel(asker);
    await outcome;
    await world.time.until(Promise.all([inFlight, other]));
    expect(world.requestedAddresses()).toEqual([1, 3]);
  });

  it('closes its connection when it is asked to, but not while anybody uses it', async () => {
    const world = new World();
    world.bus.reply = () => ({ afterMs: 50 });
    const reads = Promise.all([world.read(1), world.read(2)]);
    world.endpoint.closeWhenIdle();
    await world.time.advance(60);
    expect(world.bus.disconnects).toBe(0);
    await world.time.until(reads);
    expect(world.bus.disconnects).toBe(1);
    await world.time.until(world.read(3));
    expect(world.bus.disconnects).toBe(1);
  });

  it('whose bus never ends a request is overdue, and goes on with a new one when the device is replaced', async () => {
    const world = new World();
    world.bus.reply = () => ({ afterMs: 1_000_000 });
    const stuck = world.read(1);
    const outcome = expect(stuck).rejects.toMatchObject({ kind: 'timeout' });
    const next = world.read(2);
    await world.time.advance(1_000);
    expect(world.endpoint.isOverdue()).toBe(false);
    await world.time.advance(2_000);
    expect(world.endpoint.isOverdue()).toBe(true);
    const [first] = world.buses;
    world.endpoint.restart();
    await outcome;
    await world.time.until(next);
    expect(first?.disconnects).toBe(1);
    expect(world.buses).toHaveLength(2);
    expect(world.requestedAddresses()).toEqual([2]);
  });
});
