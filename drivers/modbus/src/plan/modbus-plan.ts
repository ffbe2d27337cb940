import type { Device } from '@holdfast/driver/device.ts';
import type {
  DevicePlan,
  DueGroups,
  LostValues,
  PartAnswer,
  PlanOptions,
  UnreadValue,
} from '@holdfast/driver/driver.ts';
import type { DriverFailure } from '@holdfast/driver/failure.ts';
import type { PointValue } from '@holdfast/driver/point.ts';
import type { PointList } from '@holdfast/driver/point-list.ts';
import type { Command, Group } from '@holdfast/driver/requests.ts';
import type { FieldProblem } from '@holdfast/driver/spec.ts';
import { driverText } from '@holdfast/driver/texts.ts';
import type { Text } from '@holdfast/texts/text.ts';
import type { ModbusConnection } from '../layout/connection.ts';
import type { ModbusDevice } from '../layout/modbus-device.ts';
import type { ModbusPlace } from '../layout/place.ts';
import { pointWidth, valueCodes, valueExtent } from '../layout/point-layout.ts';
import { latePatience, type ReadPlace, type RequestOptions } from '../layout/requests.ts';
import { ValueDecoders } from '../values/decode.ts';
import { blockDecoder } from './decode-block.ts';
import { type FlatDevice, flatDevice, flatPoints, type NumberedPoint } from './flat-device.ts';
import { LearnedLimits } from './learned-limits.ts';
import { markerReads } from './marker-reads.ts';
import { type DecodedBlock, ModbusGroup } from './modbus-group.ts';
import { narrowDown } from './narrow-down.ts';
import {
  arrayValues,
  isWideArray,
  mapReads,
  planReads,
  type ReadBlock,
  type ReadLimits,
  type ReadMap,
} from './plan-reads.ts';
import { readLimits } from './read-limits.ts';
import type { PlannedPoint } from './read-plan.ts';
import type { ReportedLimits } from './reported-limits.ts';
import { whyUnread } from './why-unread.ts';
import { writeCommand } from './write-command.ts';

/** Refused points retried per tick. */
const probesPerTick = 2;

/** The part of a plan that devices with the same points share. */
interface Outline {
  readonly blocks: readonly DecodedBlock[];
  readonly unread: readonly Text[];
  readonly missing: readonly UnreadValue[];
  /** Missing points that the device refused, to be probed now and then. */
  readonly refused: readonly NumberedPoint[];
}

/** The points of a device, and how they are read after what was learned so far. */
interface Stock {
  /** All points, also refused ones; an array that the device does not give whole is split into its values. */
  readonly points: readonly NumberedPoint[];
  /** How each point is read, by its number. */
  readonly parts: readonly (readonly NumberedPoint[])[];
  readonly unreadable: ReadonlyMap<string, UnreadValue>;
  readonly map: ReadMap<NumberedPoint>;
  /** Outlines by their due points. */
  readonly outlines: Map<string, Outline>;
}

interface KeptPlan extends DueGroups {
  readonly groups: ModbusGroup[];
  readonly refused: readonly NumberedPoint[];
}

/** The requests of one device of Modbus, and what its refusals have taught. */
export class ModbusPlan implements DevicePlan {
  readonly #device: FlatDevice;
  readonly #list: PointList<ModbusPlace>;
  readonly #learned: LearnedLimits;
  readonly #options: RequestOptions;
  readonly #places: ReadonlyMap<string, number>;
  readonly #decoders: ValueDecoders;
  #stock: Stock;
  /** Markers of a device whose answers do not say what they answer. */
  #markers: readonly ReadPlace[] | undefined;
  #version: number;
  #planByDue = new Map<readonly number[], KeptPlan>();
  /** The block to try next, where the device refuses everything. */
  #nextProbe = 0;

  constructor(
    device: Device<ModbusConnection, ModbusPlace>,
    list: PointList<ModbusPlace>,
    { refusedPauseMs, learned }: PlanOptions = {},
  ) {
    this.#list = list;
    this.#device = flatDevice(device, flatPoints(list));
    this.#learned = new LearnedLimits(refusedPauseMs);
    if (learned) this.#learned.teach(learned as ReportedLimits);
    this.#options = requestOptions(this.#device);
    this.#places = list.once('places', () => firstPlaces(list.codes));
    this.#decoders = list.once('decoders', () => new ValueDecoders());
    this.#version = this.#learned.version;
    this.#stock = this.#takeStock();
    this.#markers = this.#takeMarkers();
  }

  groups(due: readonly number[], nowMs: number): DueGroups {
    const plan = this.#planOf(due);
    return plan.refused.length === 0 ? plan : this.#withProbes(plan, nowMs);
  }

  *narrow(
    group: Group,
    failure: DriverFailure,
    nowMs: number,
  ): Generator<Group, readonly LostValues[], PartAnswer> {
    const { shared, probeOf } = group as ModbusGroup;
    const { block } = shared;
    const refuse = ({ point }: PlannedPoint) => this.#learned.refuse(point, failure.text, nowMs);
    if (probeOf === 'point') for (const each of block.points) refuse(each);
    if (probeOf) return [];
    const open = new Set(block.points);
    const lost: LostValues[] = [];
    const arrays: PlannedPoint[] = [];
    const narrowing = narrowDown(block, {
      onRefused: (points) => {
        arrays.push(...points.filter(isDivisible));
        const alone = points.filter((planned) => !isDivisible(planned));
        if (alone.length === 0) return;
        for (const planned of alone) {
          open.delete(planned);
          refuse(planned);
        }
        const codes = alone.map(({ point }) => point.code).join(', ');
        lost.push({
          values: this.#valuesOf(alone),
          detail: driverText('of_point', { point: codes, why: failure.text }),
        });
      },
      onCut: (cut, hole) => this.#learned.cut(cut, hole),
      onTooLong: (quantity) => this.#learned.limit(block.table, quantity),
    });
    let step = narrowing.next();
    while (!step.done) step = narrowing.next(yield* this.#ask(step.value, open));
    if (step.value) {
      for (const array of arrays) {
        if (!(yield* this.#isRefusedWhole(array, open))) continue;
        open.delete(array);
        refuse(array);
        const detail = driverText('of_point', { point: array.point.code, why: failure.text });
        lost.push({ values: this.#valuesOf([array]), detail });
      }
    }
    if (open.size === 0) return lost;
    const detail = driverText('narrowing', {
      ...{ device: this.#device.code, request: group.inWords(), why: failure.text },
    });
    return [...lost, { values: this.#valuesOf([...open]), detail }];
  }

  answered(group: Group): void {
    const { probeOf, shared } = group as ModbusGroup;
    if (probeOf === undefined) return;
    if (probeOf === 'device') this.#learned.acceptAll();
    else for (const { point } of shared.block.points) this.#learned.accept(point.code);
  }

  command(point: number, value: PointValue): Command | FieldProblem {
    const devicePoint = this.#device.points[point];
    if (!devicePoint) throw new RangeError(`the device has no point ${point}`);
    return writeCommand(devicePoint, value, { ...this.#options, ...this.#withMarkers() });
  }

  learned(): ReportedLimits | undefined {
    return this.#learned.asSettings(this.#stock.points);
  }

  learnedInWords(most: number): Text[] {
    return this.#learned.describe(most);
  }

  forget(): void {
    this.#learned.forget();
  }

  /** Asks for all these points. */
  *#ask(points: readonly PlannedPoint[], open: Set<PlannedPoint>): Generator<Group, PartAnswer, PartAnswer> {
    let answer: PartAnswer = 'read';
    const numbered = points.map(({ point }) => point as NumberedPoint);
    for (const block of planReads(this.#stock.map, numbered)) {
      const came = yield this.#group(this.#decoded(block));
      if (came === 'stopped') return 'stopped';
      if (came === 'refused') {
        answer = 'refused';
        continue;
      }
      const pointsOfBlock = new Set<unknown>(block.points.map(({ point }) => point));
      for (const planned of points) if (pointsOfBlock.has(planned.point)) open.delete(planned);
    }
    return answer;
  }

  /**
   * Looks into an array that was refused as a whole. If its first or last value can be read, it is taken apart: from the
   * next tick on its values are read, and narrowed down, like single points.
   */
  *#isRefusedWhole({ point }: PlannedPoint, open: Set<PlannedPoint>): Generator<Group, boolean, PartAnswer> {
    const values = arrayValues(point);
    for (const end of [values.at(0), values.at(-1)]) {
      if (!end) continue;
      const answer = yield* this.#ask([{ point: end, offset: 0, width: pointWidth(end) }], open);
      if (answer === 'stopped') return false;
      if (answer === 'refused') continue;
      this.#learned.takeApart(point.code);
      return false;
    }
    return true;
  }

  #planOf(due: readonly number[]): KeptPlan {
    if (this.#version !== this.#learned.version) {
      this.#version = this.#learned.version;
      this.#planByDue = new Map();
      this.#stock = this.#takeStock();
      this.#markers = this.#takeMarkers();
    }
    const cached = this.#planByDue.get(due);
    if (cached) return cached;
    const { outlines } = this.#stock;
    const key = due.length === this.#list.points.length ? 'all' : due.join();
    const outline = outlines.get(key) ?? this.#outline(due);
    outlines.set(key, outline);
    const { unread, missing, refused } = outline;
    const plan = {
      ...{ unread, missing, refused },
      groups: outline.blocks.map((block) => this.#group(block)),
    };
    this.#planByDue.set(due, plan);
    return plan;
  }

  #outline(due: readonly number[]): Outline {
    const { parts, unreadable, map } = this.#stock;
    const points = due.flatMap((number) => parts[number] ?? []);
    const refused = points.filter(({ code }) => this.#learned.isRefused(code));
    const readable = points.filter(({ code }) => !this.#learned.isRefused(code) && !unreadable.has(code));
    const unread = [
      ...points.flatMap(({ code }) => unreadable.get(code)?.detail ?? []),
      ...refused.flatMap(({ code }) => {
        const why = this.#learned.answerTo(code);
        return why ? driverText('of_point', { point: code, why }) : [];
      }),
    ];
    const missing = points.flatMap((point): UnreadValue[] => {
      const answer = this.#learned.answerTo(point.code);
      const why: Omit<UnreadValue, 'at'> | undefined =
        unreadable.get(point.code) ?? (answer && { detail: answer, explanation: answer, isRefused: true });
      return why ? valueCodes(point).map((code) => ({ ...why, at: this.#placeOf(code) })) : [];
    });
    return {
      missing,
      blocks: planReads(map, readable).map((block) => this.#decoded(block)),
      unread,
      refused,
    };
  }

  #withProbes(plan: KeptPlan, nowMs: number): DueGroups {
    // A device that refuses everything may well be starting up. It is asked for one block at every tick.
    if (this.#learned.refusedCount() === this.#stock.points.length) {
      const map = mapReads(this.#stock.points, readLimits(this.#device));
      const blocks = planReads(map, plan.refused);
      const block = blocks[this.#nextProbe % blocks.length];
      this.#nextProbe += 1;
      return block ? { ...plan, groups: [this.#group(this.#decoded(block), 'device')] } : plan;
    }
    const due = plan.refused.filter(({ code }) => this.#learned.isProbeDue(code, nowMs));
    if (due.length === 0) return plan;
    const map = mapReads(this.#stock.points, readLimits(this.#device));
    const probes = due.slice(0, probesPerTick).flatMap((point) => planReads(map, [point]));
    const groups = probes.map((block) => this.#group(this.#decoded(block), 'point'));
    return { ...plan, groups: [...plan.groups, ...groups] };
  }

  #takeStock(): Stock {
    const configured = readLimits(this.#device);
    if (this.#version > 0) return this.#stockWithin(configured);
    // As long as the device has taught nothing, its stock is the same as that of every device with this list.
    return this.#list.once(`stock ${JSON.stringify(configured)}`, () => this.#stockWithin(configured));
  }

  #takeMarkers(): readonly ReadPlace[] | undefined {
    return this.#device.protocol === 'modbus_tcp' ? undefined : markerReads(this.#stock.map);
  }

  #stockWithin(configured: ReadLimits): Stock {
    const limits = this.#learned.limits(configured);
    // Texts wider than the learned limit are asked for anyway: the limit is an estimate.
    const { readable, unreadable } = mapReads(
      this.#device.points.flatMap((point) => {
        const isWhole = this.#learned.isRefused(point.code) || !isWideArray(point, limits);
        return isWhole && !this.#learned.isTakenApart(point.code) ? [point] : arrayValues(point);
      }),
      configured,
    );
    const byNumber = Map.groupBy(
      [...readable, ...unreadable.map(({ point }) => point)],
      ({ number }) => number,
    );
    return {
      points: readable,
      parts: this.#list.points.map((_, number) => byNumber.get(number) ?? []),
      unreadable: new Map(unreadable.map((each) => [each.point.code, whyUnread(this.#device, each)])),
      map: mapReads(
        readable.filter(({ code }) => !this.#learned.isRefused(code)),
        limits,
        this.#learned.cuts(),
      ),
      outlines: new Map(),
    };
  }

  #placeOf(code: string): number {
    const place = this.#places.get(code);
    if (place === undefined) throw new RangeError(`the device has no value ${code}`);
    return place;
  }

  #valuesOf(points: readonly PlannedPoint[]): number[] {
    return points.flatMap(({ point }) => valueCodes(point)).map((code) => this.#placeOf(code));
  }

  #decoded(block: ReadBlock<NumberedPoint>): DecodedBlock {
    const values = block.points.map((planned) => this.#valuesOf([planned]));
    return {
      block,
      decode: blockDecoder(block, (code) => this.#placeOf(code), this.#decoders),
      values: values.flat(),
      extentOf: (at) => {
        const index = values.findIndex((places) => places.includes(at));
        const planned = block.points[index];
        if (!planned) return undefined;
        const { offset, width } = valueExtent(planned.point, values[index]?.indexOf(at) ?? 0);
        return { offset: planned.offset + offset, width };
      },
    };
  }

  #withMarkers(): { markers?: readonly ReadPlace[] } {
    return this.#markers ? { markers: this.#markers } : {};
  }

  #group(shared: DecodedBlock, probeOf?: ModbusGroup['probeOf']): ModbusGroup {
    const { table, address, quantity } = shared.block;
    const request = { ...this.#options, ...this.#withMarkers(), table, address, quantity };
    return new ModbusGroup(shared, request, probeOf);
  }
}

/** Places by code. Where several values have the same code, it stands for the first of them. */
function firstPlaces(codes: readonly string[]): ReadonlyMap<string, number> {
  return new Map(codes.map((code, at) => [code, at] as const).reverse());
}

/** An array that takes more than one register, or bit. */
function isDivisible({ point, width }: PlannedPoint): boolean {
  return width > 1 && (point.count ?? 1) > 1;
}

/** The options of each request that come from its device. */
export function requestOptions({ protocol, unit_id, timeout_ms, profile }: ModbusDevice): RequestOptions {
  const isRtu = protocol !== 'modbus_tcp';
  return {
    unitId: unit_id,
    timeoutMs: timeout_ms,
    ...(profile?.accept_unit_zero ? { acceptUnitZero: true } : {}),
    ...(profile?.connect_pause_ms ? { connectPauseMs: profile.connect_pause_ms } : {}),
    ...(profile?.single_connection ? { singleConnection: true } : {}),
    ...(isRtu && profile?.request_pause_ms ? { requestPauseMs: profile.request_pause_ms } : {}),
    // Reckoned from the device's timeout even where a request has less time: the device does not know how much it has.
    ...(isRtu ? { lateAnswerMs: profile?.late_answer_ms ?? latePatience * timeout_ms } : {}),
  };
}
