import type { ModbusPoint } from '@holdfast/driver-modbus/layout/modbus-device.ts';
import { valueCodes } from '@holdfast/driver-modbus/layout/point-layout.ts';
import { blockDecoder } from '@holdfast/driver-modbus/plan/decode-block.ts';
import type { LearnedLimits } from '@holdfast/driver-modbus/plan/learned-limits.ts';
import { markerReads } from '@holdfast/driver-modbus/plan/marker-reads.ts';
import {
  arrayValues,
  isWideArray,
  mapReads,
  planReads,
  type ReadLimits,
} from '@holdfast/driver-modbus/plan/plan-reads.ts';
import { readLimits } from '@holdfast/driver-modbus/plan/read-limits.ts';
import type { ReadBlock } from '@holdfast/driver-modbus/plan/read-plan.ts';
import { requestOptions } from '@holdfast/driver-modbus/plan/request-options.ts';
import type { DeviceConfig, PointConfig } from '@holdfast/shared/contracts/task-config.ts';
import { devicePeriodMs, isDue } from '@holdfast/shared/domain/rates/device-rates.ts';
import type { ReadPlace, RequestOptions } from '../ports.ts';
import type { PointSet } from './point-sets.ts';
import type { DecodedBlock, PlannedBlock, PlanOutline, PointStock, TickPlan } from './tick-plan.ts';

/** Refused points retried per tick. */
const probesPerTick = 2;

/** The requests of each tick of a device. Sets of due points recur, so their plans are kept. */
export class DevicePlans {
  readonly periodMs: number;
  readonly #device: DeviceConfig;
  readonly #learned: LearnedLimits;
  readonly #options: RequestOptions;
  readonly #taskPeriodMs: number;
  readonly #set: PointSet;
  #stock: PointStock;
  /** Markers of a device whose answers do not say what they answer. */
  #markers: readonly ReadPlace[] | undefined;
  #version: number;
  #kept = new Map<string, TickPlan>();
  /** Last tick of which all due points were asked for, or belong to another holder. */
  #takenThrough: number | undefined;

  /** @param set of the device's points */
  constructor(device: DeviceConfig, set: PointSet, taskPeriodMs: number, learned: LearnedLimits) {
    this.#device = device;
    this.#set = set;
    this.#learned = learned;
    this.#options = requestOptions(device);
    this.#taskPeriodMs = taskPeriodMs;
    this.periodMs = devicePeriodMs(taskPeriodMs, device.points);
    this.#version = learned.version;
    this.#stock = this.#takeStock();
    this.#markers = this.#takeMarkers();
  }

  /** All that is read, also what the device has refused; arrays that it does not give whole by their values. */
  get points(): readonly PointConfig[] {
    return this.#stock.points;
  }

  /**
   * Nothing was asked for in ticks that were overrun or refused: what was due in one of them is due in the next one that is
   * read, so that a slow point loses no reading by the bad luck of one tick, and has one in each of its periods at most.
   * @param tick up to which nothing is owed
   */
  takenThrough(tick: number): void {
    this.#takenThrough = tick;
  }

  /** @param nowMs for points that were refused: whether it is time to look at them again */
  of(tick: number, nowMs: number): TickPlan {
    const plan = this.#planOf(tick);
    return plan.refused.length === 0 ? plan : this.#withProbes(plan, tick, nowMs);
  }

  /** Requests for a part of a block that was refused. */
  parts(points: readonly ModbusPoint[]): PlannedBlock[] {
    return planReads(this.#stock.map, points as PointConfig[]).map((block) => this.#planned(block));
  }

  #planOf(tick: number): TickPlan {
    if (this.#version !== this.#learned.version) {
      this.#version = this.#learned.version;
      this.#kept = new Map();
      this.#stock = this.#takeStock();
      this.#markers = this.#takeMarkers();
    }
    const { rates } = this.#stock;
    const [only] = rates;
    const key =
      rates.length === 1 ? '' : rates.map(({ periodMs }) => (this.#isDue(tick, periodMs) ? 1 : 0)).join('');
    const known = this.#kept.get(key);
    if (known) return known;
    const due = rates.length === 1 && only ? only.points : this.#duePoints(tick);
    const { outlines } = this.#stock;
    const outline = outlines.get(key) ?? this.#outline(due);
    outlines.set(key, outline);
    const plan = { ...outline, blocks: outline.blocks.map((block) => this.#withRequest(block)) };
    this.#kept.set(key, plan);
    return plan;
  }

  #duePoints(tick: number): PointConfig[] {
    return this.#stock.rates.flatMap(({ periodMs, points }) => (this.#isDue(tick, periodMs) ? points : []));
  }

  /** Now, or in a tick since the last one that was taken. */
  #isDue(tick: number, pointPeriodMs: number): boolean {
    return isDue(tick, this.periodMs, pointPeriodMs, Math.min(this.#takenThrough ?? tick, tick - 1));
  }

  #outline(due: readonly PointConfig[]): PlanOutline {
    const { unreadable, map } = this.#stock;
    const refused = due.filter(({ code }) => this.#learned.isRefused(code));
    const read = due.filter(({ code }) => !this.#learned.isRefused(code) && !unreadable.has(code));
    const unread = [
      ...due.flatMap(({ code }) => unreadable.get(code) ?? []),
      ...refused.map(({ code }) => `${code}: ${this.#learned.answerTo(code)}`),
    ];
    const missing = due.flatMap((point) => {
      const detail = unreadable.get(point.code) ?? (this.#learned.answerTo(point.code) || undefined);
      return detail === undefined ? [] : valueCodes(point).map((code) => ({ code, detail }));
    });
    return {
      missing,
      blocks: planReads(map, read).map((block) => this.#decoded(block)),
      unread: unread.join(', '),
      refused,
    };
  }

  #withProbes(plan: TickPlan, tick: number, nowMs: number): TickPlan {
    // A device that refuses everything is starting up, as likely as not: then it is asked for a block at every tick.
    if (this.#learned.refusedCount() === this.#stock.points.length) {
      const map = mapReads(this.#stock.points, readLimits(this.#device));
      const blocks = planReads(map, plan.refused);
      const block = blocks[tick % blocks.length];
      return block ? { ...plan, blocks: [this.#planned(block, 'device')] } : plan;
    }
    const due = plan.refused.filter(({ code }) => this.#learned.isProbeDue(code, nowMs));
    if (due.length === 0) return plan;
    const map = mapReads(this.#stock.points, readLimits(this.#device));
    const probes = due.slice(0, probesPerTick).flatMap((point) => planReads(map, [point]));
    return { ...plan, blocks: [...plan.blocks, ...probes.map((block) => this.#planned(block, 'point'))] };
  }

  #takeStock(): PointStock {
    const configured = readLimits(this.#device);
    if (this.#version > 0) return this.#stockWithin(configured);
    return this.#set.untaught(configured, this.#taskPeriodMs, () => this.#stockWithin(configured));
  }

  #takeMarkers(): readonly ReadPlace[] | undefined {
    return this.#device.protocol === 'modbus_tcp' ? undefined : markerReads(this.#stock.map);
  }

  #stockWithin(configured: ReadLimits): PointStock {
    const limits = this.#learned.limits(configured);
    // A text that is wider than what was learned is asked for all the same: how much the device takes was estimated.
    const { readable, unreadable } = mapReads(
      this.#set.points.flatMap((point) => {
        const isWhole = this.#learned.isRefused(point.code) || !isWideArray(point, limits);
        return isWhole && !this.#learned.isTakenApart(point.code) ? [point] : arrayValues(point);
      }),
      configured,
    );
    const all = [...readable, ...unreadable.map(({ point }) => point)];
    const rates = Map.groupBy(all, (point) => point.period_ms ?? this.#taskPeriodMs);
    return {
      points: readable,
      rates: [...rates].map(([periodMs, points]) => ({ periodMs, points })),
      unreadable: new Map(unreadable.map(({ point, reason }) => [point.code, `${point.code}: ${reason}`])),
      map: mapReads(
        readable.filter(({ code }) => !this.#learned.isRefused(code)),
        limits,
        this.#learned.cuts(),
      ),
      outlines: new Map(),
    };
  }

  #planned(block: ReadBlock, probeOf?: PlannedBlock['probeOf']): PlannedBlock {
    return this.#withRequest(this.#decoded(block), probeOf);
  }

  #decoded(block: ReadBlock): DecodedBlock {
    return { block, decode: blockDecoder(block, this.#set.decoders) };
  }

  #withRequest({ block, decode }: DecodedBlock, probeOf?: PlannedBlock['probeOf']): PlannedBlock {
    const { table, address, quantity } = block;
    const markers = this.#markers && { markers: this.#markers };
    return { block, decode, request: { ...this.#options, ...markers, table, address, quantity }, probeOf };
  }
}
