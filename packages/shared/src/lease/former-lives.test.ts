import { describe, expect, it } from 'vitest';
import { World } from './testing/lease-world.ts';

const minute = (count: number) => new Date(Date.UTC(2025, 0, 1, 8, count)).toISOString();
const lifeOf = (world: World, number: number) =>
  world.start(`life ${number}`, { fields: { started_at: minute(number) }, isKnownDead: async () => true });
const livesOf = (world: World) => world.value()?.lives?.map(({ started_at, how }) => `${started_at} ${how}`);

describe('a lease', () => {
  it('tells how the last few lives before were over, newest first', async () => {
    const world = new World();
    const first = lifeOf(world, 1);
    await world.time.advance(0);
    expect(livesOf(world)).toBeUndefined();
    await world.time.until(first.holder.giveUp());
    const { state_since } = world.value() ?? {};

    const second = lifeOf(world, 2);
    await world.time.advance(0);
    expect(world.value()?.lives).toEqual([{ started_at: minute(1), how: 'ended', over_at: state_since }]);
    second.process.stop();
    const third = lifeOf(world, 3);
    await world.time.advance(0);
    expect(livesOf(world)).toEqual([`${minute(2)} vanished`, `${minute(1)} ended`]);

    third.process.stop();
    for (const number of [4, 5, 6, 7]) {
      const next = lifeOf(world, number);
      await world.time.advance(0);
      await world.time.until(next.holder.giveUp());
    }
    expect(livesOf(world)).toEqual([
      ...[`${minute(6)} ended`, `${minute(5)} ended`, `${minute(4)} ended`],
      ...[`${minute(3)} vanished`, `${minute(2)} vanished`],
    ]);
  });

  it('tells that a life was declared dead, and not where that life goes on', async () => {
    const world = new World();
    const first = lifeOf(world, 1);
    await world.time.advance(0);
    first.process.stop();
    const record = world.bucket.read('collector-a');
    const fence = {
      ...{ ...world.value(), instance: 'fence-1', state: 'given_up', fenced: 'dead' },
      ...{ state_since: minute(9), last_renewed_at: minute(8) },
    };
    world.bucket.write('collector-a', JSON.stringify(fence), record?.revision ?? 0);
    first.process.continue();
    await world.time.advance(5_000);
    expect([first.holder.isHeld(), livesOf(world)]).toEqual([true, undefined]);

    const again = world.bucket.read('collector-a');
    first.process.stop();
    world.bucket.write('collector-a', JSON.stringify(fence), again?.revision ?? 0);
    lifeOf(world, 2);
    await world.time.advance(1_000);
    expect(world.value()?.lives).toEqual([
      { started_at: minute(1), how: 'lost', over_at: minute(9), last_renewed_at: minute(8) },
    ]);
  });
});
