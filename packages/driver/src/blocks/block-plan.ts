import type { Text } from '@holdfast/texts/text.ts';
import type { DevicePlan, DueGroups, LostValues, PartAnswer, PlanOptions, UnreadValue } from '../driver.ts';
import type { DriverFailure } from '../failure.ts';
import { type PointValue, valueCodes } from '../point.ts';
import type { PointList } from '../point-list.ts';
import { RefusedPoints } from '../refused-points.ts';
import type { Command, Group } from '../requests.ts';
import type { FieldProblem } from '../spec.ts';
import { driverText } from '../texts.ts';
import type { Block, BlockPoint, BlockReading } from './block.ts';
import { widerThanItsReads } from './block-forecast.ts';
import { BlockGroup, type DecodedBlock } from './block-group.ts';
import { blockPoints } from './block-points.ts';
import { blockOf, mergeBlocks } from './merge-blocks.ts';
import { narrowBlock } from './narrow-block.ts';

/** Most refused points retried in a tick. */
const probesPerTick = 2;

/** By setting of a connection: the most that one read gives. */
export type LearnedMosts = Readonly<Record<string, number>>;

interface Outline<A> {
  readonly blocks: readonly DecodedBlock<A>[];
  readonly unread: readonly Text[];
  readonly missing: readonly UnreadValue[];
  readonly refused: readonly BlockPoint<A>[];
}

interface KeptPlan<A> extends DueGroups {
  readonly refused: readonly BlockPoint<A>[];
}

/**
 * The requests of a device that is read in blocks, and what its refusals have taught: which points it lacks, and how
 * much it gives at once.
 */
export class BlockPlan<A> implements DevicePlan {
  readonly #reading: BlockReading<A>;
  readonly #list: PointList<A>;
  readonly #points: readonly BlockPoint<A>[];
  readonly #refused: RefusedPoints<{ readonly code: string }>;
  #learned: LearnedMosts;
  /** Whether it has learned something, and so may differ from other plans for the same points. */
  #hasLearned: boolean;
  #planByDue = new Map<readonly number[], KeptPlan<A>>();

  constructor(reading: BlockReading<A>, list: PointList<A>, { refusedPauseMs, learned }: PlanOptions = {}) {
    this.#reading = reading;
    this.#list = list;
    this.#points = blockPoints(list, reading);
    this.#refused = new RefusedPoints(refusedPauseMs);
    // The caller may have added what other protocols learn.
    const mosts = Object.entries(learned ?? {}).filter(([, most]) => typeof most === 'number');
    this.#learned = Object.fromEntries(mosts);
    this.#hasLearned = mosts.length > 0;
  }

  groups(due: readonly number[], nowMs: number): DueGroups {
    const plan = this.#planOf(due);
    if (plan.refused.length === 0) return plan;
    // A device that refuses everything is probably starting up. It is asked for one point at every tick.
    const isAll = this.#refused.size === this.#points.length;
    const probes = plan.refused
      .filter(({ point }) => isAll || this.#refused.isProbeDue(point.code, nowMs))
      .slice(0, isAll ? 1 : probesPerTick);
    if (probes.length === 0) return plan;
    const groups = probes.map((probe) => this.#group(blockOf([probe]), true));
    return { ...plan, groups: [...plan.groups, ...groups] };
  }

  *narrow(
    group: Group,
    failure: DriverFailure,
    nowMs: number,
  ): Generator<Group, readonly LostValues[], PartAnswer> {
    const { block, isProbe } = group as BlockGroup<A>;
    const open = new Set(block.points);
    const refuse = (refused: BlockPoint<A>) => {
      open.delete(refused);
      if (this.#refused.refuse(refused.point, failure.text, nowMs)) this.#replan();
    };
    if (isProbe) {
      for (const each of block.points) refuse(each);
      return [];
    }
    const lost: LostValues[] = [];
    yield* narrowBlock(block, {
      groupOf: (half) => this.#group(half),
      onRead: (points) => {
        for (const each of points) open.delete(each);
      },
      onRefused: (refused) => {
        refuse(refused);
        lost.push({
          values: this.#valuesOf(refused),
          detail: driverText('of_point', { point: refused.point.code, why: failure.text }),
        });
      },
      onTooLong: (count) => this.#limit(block.area, count),
    });
    if (open.size === 0) return lost;
    const detail = driverText('narrowing', {
      device: this.#reading.code,
      request: group.inWords(),
      why: failure.text,
    });
    return [...lost, { values: [...open].flatMap((each) => this.#valuesOf(each)), detail }];
  }

  answered(group: Group): void {
    const { block, isProbe } = group as BlockGroup<A>;
    if (!isProbe) return;
    // Refusals from when the device refused everything no longer count.
    if (this.#refused.size === this.#points.length) this.#refused.clear();
    else for (const { point } of block.points) this.#refused.accept(point.code);
    this.#replan();
  }

  command(point: number, value: PointValue): Command | FieldProblem {
    const blockPoint = this.#points[point];
    if (!blockPoint) throw new RangeError(`the device has no point ${point}`);
    return this.#reading.command(blockPoint.point, value);
  }

  /** Never less than the widest point needs: as a setting, a lower limit would keep that point from being read. */
  learned(): LearnedMosts | undefined {
    const lessons = Object.entries(this.#learned).map(([setting, most]) => {
      const of = this.#points.filter(({ area }) => this.#reading.limit(area).setting === setting);
      return [setting, Math.max(most, ...of.map(({ count }) => count))] as const;
    });
    return lessons.length === 0 ? undefined : Object.fromEntries(lessons);
  }

  learnedInWords(most: number): Text[] {
    const limits = Object.entries(this.learned() ?? {}).map(([setting, count]) =>
      driverText('refuses_to_read_more', { setting, most: count }),
    );
    const lines = [
      ...limits,
      ...this.#refused
        .all()
        .map(({ point, answer }) => driverText('of_point', { point: point.code, why: answer })),
    ];
    if (lines.length <= most) return lines;
    return [...lines.slice(0, most - 1), driverText('and_more', { count: lines.length - most + 1 })];
  }

  forget(): void {
    this.#refused.clear();
    this.#learned = {};
    this.#replan();
  }

  #limit(area: string, count: number): void {
    const { setting } = this.#reading.limit(area);
    if (count >= (this.#learned[setting] ?? Number.POSITIVE_INFINITY)) return;
    this.#learned = { ...this.#learned, [setting]: count };
    this.#replan();
  }

  /** Drops the plans made so far: after a lesson they are no longer the best. */
  #replan(): void {
    this.#hasLearned = true;
    this.#planByDue = new Map();
  }

  readonly #mostOf = (area: string): number => {
    const { most, setting } = this.#reading.limit(area);
    return Math.min(most, this.#learned[setting] ?? most);
  };

  #planOf(due: readonly number[]): KeptPlan<A> {
    const cached = this.#planByDue.get(due);
    if (cached) return cached;
    const { blocks, unread, missing, refused } = this.#outlineOf(due);
    const groups = blocks.map((block) => new BlockGroup(block, this.#reading));
    const plan = { unread, missing, refused, groups };
    this.#planByDue.set(due, plan);
    return plan;
  }

  /** Shared by all devices with these points that have taught nothing. */
  #outlineOf(due: readonly number[]): Outline<A> {
    if (this.#hasLearned) return this.#outline(due);
    const which = due.length === this.#points.length ? 'all' : due.join();
    return this.#list.once(`outline ${this.#reading.key} ${which}`, () => this.#outline(due));
  }

  #outline(due: readonly number[]): Outline<A> {
    const points = due.flatMap((number) => this.#points[number] ?? []);
    const refused = points.filter(({ point }) => this.#refused.has(point.code));
    const wide = points.filter(({ area, count }) => count > this.#reading.limit(area).most);
    const unreadable = new Set([...wide, ...refused]);
    const readable = points.filter((each) => !unreadable.has(each));
    return {
      refused,
      blocks: mergeBlocks(readable, this.#reading, this.#mostOf, this.#walls()).map((block) =>
        this.#decoded(block),
      ),
      unread: [...unreadable].map((each) =>
        driverText('of_point', { point: each.point.code, why: this.#whyUnread(each).detail }),
      ),
      missing: [...unreadable].flatMap((each) =>
        this.#valuesOf(each).map((at) => ({ ...this.#whyUnread(each), at })),
      ),
    };
  }

  #walls(): BlockPoint<A>[] {
    return this.#refused.size === 0 ? [] : this.#points.filter(({ point }) => this.#refused.has(point.code));
  }

  #whyUnread({ point, area, count }: BlockPoint<A>): Omit<UnreadValue, 'at'> {
    const answer = this.#refused.answerTo(point.code);
    if (answer) return { detail: answer, explanation: answer, isRefused: true };
    const { most, setting, unit } = this.#reading.limit(area);
    const explanation = driverText('wider_than_largest_block', {
      ...{ count, most, setting },
      unit: driverText(unit === 'bits' ? 'unit_bits' : 'unit_words'),
    });
    return { detail: widerThanItsReads, explanation, isRefused: false, limit: 'largest_block' };
  }

  #valuesOf({ at, point }: BlockPoint<A>): number[] {
    const first = this.#list.firstOf(at);
    return valueCodes(point).map((_, index) => first + index);
  }

  #decoded(block: Block<A>): DecodedBlock<A> {
    const { key } = this.#reading;
    return {
      ...block,
      decoders: block.points.map(({ point, at }) =>
        this.#list.once(`decoder ${key} ${at}`, () => this.#reading.decoder(point)),
      ),
      firstValues: block.points.map(({ at }) => this.#list.firstOf(at)),
      values: block.points.flatMap((point) => this.#valuesOf(point)),
    };
  }

  #group(block: Block<A>, isProbe = false): BlockGroup<A> {
    return new BlockGroup(this.#decoded(block), this.#reading, isProbe);
  }
}
