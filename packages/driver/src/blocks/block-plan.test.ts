import { inEnglish } from '@holdfast/texts/testing/in-english.ts';
import { inLanguage, quoted } from '@holdfast/texts/text.ts';
import { describe, expect, it } from 'vitest';
import { DriverFailure } from '../failure.ts';
import { PointList } from '../point-list.ts';
import { Readings } from '../values/readings.ts';
import type { BlockReading } from './block.ts';
import type { BlockGroup } from './block-group.ts';
import { BlockPlan } from './block-plan.ts';

const meaning = { data_type: 'int16', scale: 1, offset: 0 } as const;
const at = (address: number, count?: number) => ({
  ...meaning,
  ...{ code: `w${address}`, address },
  ...(count === undefined ? {} : { count }),
});
const refusal = new DriverFailure('refused', quoted('not there'), { scope: 'points' });

function reading(most: number): BlockReading<number> {
  return {
    code: 'toy',
    key: String(most),
    areas: ['D'],
    extent: ({ address, count = 1 }) => ({ area: 'D', start: address, count }),
    valueExtent: (_, index) => ({ offset: index, width: 1 }),
    limit: () => ({ most, setting: 'max_words', unit: 'words' }),
    decoder:
      ({ count = 1 }) =>
      (raw, start, place, sink) => {
        for (let index = 0; index < count; index += 1)
          sink.number(place + index, raw[start + index] ?? -1, 0);
      },
    request: (extent) => extent,
    inWords: ({ start, count }) => quoted(`D${start}+${count}`),
    describe: (extent) => extent,
    rawInWords: (_, cells) => cells.map(String),
    command: () => ({ field: 'writable', message: quoted('never') }),
  };
}

/** A device that lacks some words and gives at most so many at once. The plan is driven as a collector drives it. */
function trial(
  points: readonly ReturnType<typeof at>[],
  most: number,
  device: { has(word: number): boolean; gives: number },
) {
  const list = new PointList(points);
  const plan = new BlockPlan(reading(most), list, { refusedPauseMs: 1_000 });
  const due = points.map((_, index) => index);
  const requests: string[] = [];
  const readings = new Readings(list);
  const ask = (group: BlockGroup<number>): boolean => {
    requests.push(inLanguage(group.inWords(), 'en'));
    const { start, count } = group.block;
    const cells = Array.from({ length: count }, (_, index) => start + index);
    if (count > device.gives || !cells.every((word) => device.has(word))) return false;
    group.decode(cells, readings);
    plan.answered(group);
    return true;
  };
  const tick = (nowMs: number, most = 24) => {
    requests.length = 0;
    readings.all.length = 0;
    const { groups, missing, unread } = plan.groups(due, nowMs);
    const lost: number[] = missing.map((each) => each.at);
    let remaining = most;
    for (const group of groups as BlockGroup<number>[]) {
      if (ask(group)) continue;
      const narrowing = plan.narrow(group, refusal, nowMs);
      let step = narrowing.next();
      while (!step.done) {
        const answer =
          remaining-- <= 0 ? 'stopped' : ask(step.value as BlockGroup<number>) ? 'read' : 'refused';
        step = narrowing.next(answer);
      }
      lost.push(...step.value.flatMap(({ values }) => values));
    }
    const places = readings.all.map(({ at: place }) => place).sort((a, b) => a - b);
    return {
      read: places,
      lost: [...new Set(lost)].sort((a, b) => a - b),
      asked: [...requests],
      unread: inEnglish(unread),
    };
  };
  return { plan, tick, due };
}

const all = (count: number) => Array.from({ length: count }, (_, index) => index);

describe('a block with a word that is not there', () => {
  const points = all(16).map((index) => at(index * 3));
  const device = { has: (word: number) => word !== 21, gives: 960 };

  it('costs that one point alone, from the first tick on', () => {
    const { tick, plan } = trial(points, 960, device);
    expect(tick(0)).toMatchObject({ lost: [7] });
    // From now on nothing is read across it.
    expect(tick(1)).toMatchObject({ lost: [7], asked: ['D0+19', 'D24+22'] });
    expect(inEnglish(plan.learnedInWords(5))).toContain('w21: not there');
  });

  it('is read without it, and looked at again after a pause that grows', () => {
    const few = [at(0), at(1), at(50)];
    const there = { has: (word: number) => word < 10, gives: 960 };
    const { tick } = trial(few, 960, there);
    expect(tick(0)).toMatchObject({ read: [0, 1], lost: [2] });
    expect(tick(500)).toMatchObject({ read: [0, 1], lost: [2], asked: ['D0+2'], unread: ['w50: not there'] });
    expect(tick(1_000).asked).toEqual(['D0+2', 'D50+1']);
    expect(tick(2_999).asked).toEqual(['D0+2']);
    expect(tick(3_000).asked).toEqual(['D0+2', 'D50+1']);
  });

  it('is whole again once the word is there', () => {
    let last = 10;
    const { tick } = trial([at(0), at(50)], 960, { has: (word) => word < last, gives: 960 });
    tick(0);
    last = 100;
    expect(tick(1_000).read).toEqual([0, 1]);
    expect(tick(1_001)).toMatchObject({ read: [0, 1], lost: [], asked: ['D0+51'], unread: [] });
  });

  it('is found out about in several ticks where one may not ask enough', () => {
    const { tick } = trial([at(0), at(1), at(2), at(90)], 960, { has: (word) => word < 10, gives: 960 });
    expect(tick(0, 1)).toMatchObject({ read: [0, 1], lost: [2, 3] });
    expect(tick(1)).toMatchObject({ read: [0, 1, 2], lost: [3] });
  });
});

it('learns how much a device gives at once, tells it as a setting, and forgets it again', () => {
  const points = all(100).map((index) => at(index));
  const { tick, plan, due } = trial(points, 960, { has: () => true, gives: 30 });
  expect(tick(0)).toMatchObject({ read: all(100), lost: [] });
  expect(plan.learned()).toEqual({ max_words: 25 });
  expect(tick(1)).toMatchObject({ asked: ['D0+25', 'D25+25', 'D50+25', 'D75+25'], lost: [] });
  const taught = new BlockPlan(reading(960), new PointList(points), {
    learned: { max_words: 25, excluded: [] },
  });
  expect([taught.learned(), taught.groups(due, 0).groups.length]).toEqual([{ max_words: 25 }, 4]);
  plan.forget();
  expect(plan.learned()).toBeUndefined();
  expect(plan.groups(due, 2).groups).toHaveLength(1);
});

it('asks a device that refused everything for one point a tick, and for all once it gives that', () => {
  let isUp = false;
  const { tick } = trial([at(0), at(1)], 960, { has: () => isUp, gives: 960 });
  expect(tick(0).lost).toEqual([0, 1]);
  expect(tick(1).asked).toEqual(['D0+1']);
  isUp = true;
  expect(tick(2).read).toEqual([0]);
  expect(tick(3)).toMatchObject({ read: [0, 1], asked: ['D0+2'] });
});

it('does not ask for an array that is wider than a read, and says why', () => {
  const { tick, plan, due } = trial([at(0, 61), at(70)], 60, { has: () => true, gives: 960 });
  expect(tick(0)).toMatchObject({
    read: [61],
    unread: ['w0: is longer than the largest read of the device'],
  });
  expect(inEnglish(plan.groups(due, 0).missing[0])).toMatchObject({
    limit: 'largest_block',
    explanation: 'takes 61, and the largest block that is read of the device has 60 words (max_words)',
  });
});

it('has for each value of an array the cells of that value alone', () => {
  const list = new PointList([at(10), at(11, 3)]);
  const [group] = new BlockPlan(reading(10), list, {}).groups([0, 1], 0).groups as BlockGroup<number>[];
  expect(group?.values.map((value) => group.rawOf(value, [7, 8, 9, 10]))).toEqual([
    ['7'],
    ['8'],
    ['9'],
    ['10'],
  ]);
});
