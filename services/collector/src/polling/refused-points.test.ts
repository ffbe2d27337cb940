import type { ReadRequest } from '@holdfast/driver-modbus/layout/requests.ts';
import type { ReportedLimits } from '@holdfast/driver-modbus/plan/reported-limits.ts';
import { deviceOf, pointOf } from '@holdfast/driver-modbus/plan/testing/devices.ts';
import { inEnglish } from '@holdfast/texts/testing/in-english.ts';
import { describe, expect, it } from 'vitest';
import { PolledWorld } from './testing/polled-world.ts';
import type { Reply } from './testing/scripted-bus.ts';

const registers = (count: number) =>
  Array.from({ length: count }, (_, address) => pointOf(`r${address}`, address));

function without(missing: readonly number[], most = 125): (request: ReadRequest) => Reply {
  return ({ address, quantity }) => {
    const isRefused = quantity > most || missing.some((each) => each >= address && each < address + quantity);
    return isRefused ? { afterMs: 1, failure: 'exception', exceptionCode: 2 } : { afterMs: 1 };
  };
}

describe('a device that refuses a block because of one register', () => {
  it('loses that point alone, from the first tick on, and is not asked for it again for long', async () => {
    const world = new PolledWorld();
    world.bus.reply = without([37]);
    const results = world.poll(deviceOf({ points: registers(100) }));
    await world.time.advance(20_500);
    await world.stop();
    expect(results).toHaveLength(21);
    for (const { values, miss, readCount } of results) {
      expect(readCount).toBe(99);
      expect(Object.keys(values)).toHaveLength(99);
      expect('r37' in values).toBe(false);
      expect(miss?.cause).toBe('exception');
      expect(inEnglish(miss?.detail)).toContain('r37');
    }
    // The refused point is found in the first tick; after that, two requests go around it, and no more.
    const later = world.requestsTo().filter(([atMs]) => atMs >= 1_000);
    expect(later.map(([, what]) => what)).toEqual(Array.from({ length: 20 }, () => ['0+37', '38+62']).flat());
    expect(inEnglish(world.pollers[0]?.learnedInWords(20))).toEqual([
      'r37 (holding_register 37): exception on purpose',
    ]);
  });

  it('is looked at again now and then, and read whole once it has the register', async () => {
    const world = new PolledWorld();
    const missing = [37];
    world.bus.reply = without(missing);
    const results = world.poll(deviceOf({ points: registers(100) }));
    await world.time.advance(120_500);
    const looks = world.requestsTo().filter(([atMs, what]) => what === '37+1' && atMs >= 1_000);
    // The looks come after 30 s, and then after twice as long.
    expect(looks.map(([atMs]) => Math.round(atMs / 10_000) * 10)).toEqual([30, 90]);
    missing.pop();
    await world.time.advance(120_000);
    await world.stop();
    expect(results.at(-1)).toMatchObject({ readCount: 100, miss: undefined });
    expect(world.requestsTo().at(-1)?.[1]).toBe('0+100');
  });

  it('is asked for everything at its next tick once that is to be forgotten, and narrowed down again', async () => {
    const world = new PolledWorld();
    world.bus.reply = without([37], 60);
    world.poll(deviceOf({ points: registers(100) }));
    await world.time.advance(10_500);
    const limits = world.pollers[0]?.learnedLimits();
    expect(limits).toMatchObject({ max_registers: expect.any(Number), excluded: [{ from: 37, to: 37 }] });
    const before = world.requestsTo().length;
    world.pollers[0]?.forgetLearned();
    expect(world.pollers[0]?.learnedLimits()).toBeUndefined();
    await world.time.advance(2_000);
    await world.stop();
    expect(world.requestsTo()[before]?.[1]).toBe('0+100');
    expect(world.pollers[0]?.learnedLimits()).toMatchObject({ max_registers: expect.any(Number) });
  });

  it('costs a bounded number of requests a tick when there are many such registers', async () => {
    const world = new PolledWorld();
    const missing = Array.from({ length: 50 }, (_, index) => index * 2);
    world.bus.reply = without(missing);
    const results = world.poll(deviceOf({ points: registers(100) }));
    await world.time.advance(60_500);
    await world.stop();
    expect(inEnglish(results[0]?.miss?.detail)).toContain('which part of it is being found out');
    const perTick = Map.groupBy(world.requestsTo(), ([atMs]) => Math.floor(atMs / 1_000));
    expect(Math.max(...[...perTick.values()].map((requests) => requests.length))).toBeLessThanOrEqual(100);
    expect(results.at(-1)).toMatchObject({ readCount: 50 });
  });

  it('and so shows that it takes less at once than was thought', async () => {
    const world = new PolledWorld();
    world.bus.reply = without([], 60);
    const results = world.poll(deviceOf({ points: registers(100) }));
    await world.time.advance(2_500);
    await world.stop();
    expect(results.map(({ readCount, miss }) => [readCount, miss])).toEqual([
      [100, undefined],
      [100, undefined],
      [100, undefined],
    ]);
    expect(world.requestsTo().map(([, what]) => what)).toEqual([
      '0+100',
      '0+50',
      '50+50',
      '0+50',
      '50+50',
      '0+50',
      '50+50',
    ]);
    expect(inEnglish(world.pollers[0]?.learnedInWords(20))).toEqual([
      'max_registers 50: it refuses to read more at once',
    ]);
  });

  it('because of a hole is not read over that hole any more', async () => {
    const world = new PolledWorld();
    world.bus.reply = without([2]);
    const profile = { ...profileOf(), max_hole: 5 };
    const results = world.poll(
      deviceOf({ profile, points: [pointOf('a', 0), pointOf('b', 1), pointOf('c', 3)] }),
    );
    await world.time.advance(1_500);
    await world.stop();
    expect(results.map(({ values }) => ({ ...values }))).toEqual([
      { a: 0, b: 1, c: 3 },
      { a: 0, b: 1, c: 3 },
    ]);
    expect(world.requestsTo().map(([, what]) => what)).toEqual(['0+4', '0+2', '3+1', '0+2', '3+1']);
  });
});

describe('an array that a device refuses', () => {
  const zones = { ...pointOf('zone', 10), count: 40 };

  it('is taken apart: a register that is missing costs one of its values', async () => {
    const world = new PolledWorld();
    world.bus.reply = without([17]);
    const results = world.poll(deviceOf({ points: [pointOf('speed', 0), zones] }));
    await world.time.advance(3_500);
    await world.stop();
    expect(inEnglish(results[0]?.miss?.detail)).toContain('which part of it is being found out');
    expect(results.at(-1)).toMatchObject({ readCount: 40 });
    expect(inEnglish(results.at(-1)?.miss?.detail)).toContain('zone[7]');
    expect(results.at(-1)?.values['zone[39]']).toBe(49);
    expect(
      world
        .requestsTo()
        .slice(-3)
        .map(([, what]) => what),
    ).toEqual(['0+1', '10+7', '18+32']);
  });

  it('because it is wider than the device takes at once is read in parts', async () => {
    const world = new PolledWorld();
    world.bus.reply = without([], 25);
    const results = world.poll(deviceOf({ points: [zones] }));
    await world.time.advance(3_500);
    await world.stop();
    expect(results.at(-1)).toMatchObject({ readCount: 40, miss: undefined });
    expect(
      world
        .requestsTo()
        .slice(-2)
        .map(([, what]) => what),
    ).toEqual(['10+20', '30+20']);
    expect(world.pollers[0]?.learnedLimits()).toEqual({ max_registers: 20, excluded: [] });
  });

  it('is one point that is not there when neither its first nor its last value can be read', async () => {
    const world = new PolledWorld();
    world.bus.reply = ({ address }) =>
      address >= 10 ? { afterMs: 1, failure: 'exception', exceptionCode: 2 } : { afterMs: 1 };
    const results = world.poll(deviceOf({ points: [pointOf('speed', 0), zones] }));
    await world.time.advance(1_500);
    await world.stop();
    expect(results[1]).toMatchObject({ readCount: 1 });
    expect(world.requestsTo().map(([, what]) => what)).toEqual(['0+1', '10+40', '10+1', '49+1', '0+1']);
    expect(world.pollers[0]?.learnedLimits()).toEqual({
      excluded: [{ table: 'holding_register', from: 10, to: 49, is_confirmed: false }],
    });
  });

  it('is sent whole again after that, by exception or not', async () => {
    const world = new PolledWorld();
    let isAway = false;
    world.bus.reply = () =>
      isAway ? { afterMs: 1, failure: 'exception', exceptionCode: 4 } : { afterMs: 1 };
    const report = { deadband_absolute: 1, heartbeat_ms: 600_000 };
    const results = world.poll(deviceOf({ points: [{ ...zones, report }] }));
    await world.time.advance(1_500);
    isAway = true;
    await world.time.advance(1_000);
    isAway = false;
    await world.time.advance(1_000);
    await world.stop();
    expect(results.map(({ sentCount }) => sentCount)).toEqual([40, 0, 0, 40]);
  });
});

describe('what a device has taught, as settings of it,', () => {
  it('excludes what it lacks, once that was refused again, and no register of a point that can be read', async () => {
    const world = new PolledWorld();
    world.bus.reply = without([37, 51]);
    const wide = { ...pointOf('wide', 50), data_type: 'uint32' as const };
    world.poll(deviceOf({ points: [...registers(40), pointOf('low', 50), wide] }), { refusedPauseMs: 5_000 });
    const excluded = (isConfirmed: boolean) => ({
      excluded: [37, 51].map((at) => ({
        ...{ table: 'holding_register', from: at, to: at },
        is_confirmed: isConfirmed,
      })),
    });
    await world.time.advance(1_500);
    expect(world.pollers[0]?.learnedLimits()).toEqual(excluded(false));
    await world.time.advance(6_000);
    await world.stop();
    expect(world.pollers[0]?.learnedLimits()).toEqual(excluded(true));
  });

  it('is nothing while it refuses everything', async () => {
    const world = new PolledWorld();
    world.bus.reply = () => ({ afterMs: 1, failure: 'exception', exceptionCode: 2 });
    world.poll(deviceOf({ points: registers(3) }), { refusedPauseMs: 1_000 });
    await world.time.advance(20_000);
    await world.stop();
    expect(world.pollers[0]?.learnedLimits()).toBeUndefined();
  });

  it('never makes its largest block narrower than a value that it gives', async () => {
    const world = new PolledWorld();
    world.bus.reply = without([], 60);
    const text = { ...pointOf('text', 200), data_type: 'string' as const, length: 55 };
    const results = world.poll(deviceOf({ points: [...registers(100), text] }));
    await world.time.advance(2_500);
    await world.stop();
    expect(inEnglish(results.at(-1)?.miss?.detail) ?? '').not.toContain('exception');
    expect(world.pollers[0]?.learnedLimits()).toEqual({ max_registers: 55, excluded: [] });
  });

  it('spares a poller that begins with it every refusal', async () => {
    const first = new PolledWorld();
    first.bus.reply = without([37, 71], 60);
    const profile = { ...profileOf(), max_hole: 10 };
    const points = [
      ...registers(70),
      ...registers(5).map((each, at) => pointOf(`far-${each.code}`, 75 + at)),
    ];
    first.poll(deviceOf({ points, profile }), { refusedPauseMs: 2_000 });
    await first.time.advance(10_000);
    await first.stop();
    const learned = first.pollers[0]?.learnedLimits() as ReportedLimits | undefined;
    if (!learned) throw new Error('nothing was learned');
    const second = new PolledWorld();
    second.bus.reply = without([37, 71], 60);
    const results = second.poll(
      deviceOf({
        points,
        max_registers: learned.max_registers ?? 125,
        profile: { ...profile, excluded: learned.excluded },
      }),
    );
    await second.time.advance(10_000);
    await second.stop();
    expect(results.at(-1)).toMatchObject({ readCount: 74 });
    const refusals = (world: PolledWorld) =>
      world.reads.filter(({ outcome }) => outcome === 'exception').length;
    expect(refusals(first)).toBeGreaterThan(5);
    expect(refusals(second)).toBe(0);
  });
});

describe('a device that refuses everything for a while, as one that starts up', () => {
  it('is asked for one block a tick, and read whole as soon as it answers', async () => {
    const world = new PolledWorld();
    let isReady = false;
    world.bus.reply = () =>
      isReady ? { afterMs: 1 } : { afterMs: 1, failure: 'exception', exceptionCode: 2 };
    const results = world.poll(
      deviceOf({ points: [...registers(10), pointOf('far', 500), pointOf('further', 900)] }),
    );
    await world.time.advance(10_500);
    const perTick = Map.groupBy(world.requestsTo(), ([atMs]) => Math.floor(atMs / 1_000));
    expect(perTick.get(9)).toHaveLength(1);
    isReady = true;
    await world.time.advance(2_000);
    await world.stop();
    expect(results.at(-1)).toMatchObject({ readCount: 12, miss: undefined });
  });
});

function profileOf() {
  return {
    busy_retries: 2,
    request_pause_ms: 0,
    connect_pause_ms: 0,
    close_after_read: false,
    single_connection: false,
    accept_unit_zero: false,
    max_hole: 0,
    excluded: [],
  };
}
