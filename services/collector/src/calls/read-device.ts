import { isBitTable, pointWidth, valueCodes } from '@holdfast/driver-modbus/layout/point-layout.ts';
import { LearnedLimits } from '@holdfast/driver-modbus/plan/learned-limits.ts';
import { mapReads, type UnreadablePoint } from '@holdfast/driver-modbus/plan/plan-reads.ts';
import { readLimits } from '@holdfast/driver-modbus/plan/read-limits.ts';
import type { DeviceReply } from '@holdfast/shared/contracts/device-call.ts';
import type { LearnedLimits as ToldLimits } from '@holdfast/shared/contracts/session-status.ts';
import type { DeviceConfig, PointConfig } from '@holdfast/shared/contracts/task-config.ts';
import type { Clock } from '@holdfast/shared/runtime/clock.ts';
import { pause, type Timers } from '@holdfast/shared/runtime/timers.ts';
import { DevicePlans } from '../polling/device-plans.ts';
import { DeviceRecord } from '../polling/device-record.ts';
import { type Endpoint, NotPermitted } from '../polling/endpoint.ts';
import { EndpointBreakers } from '../polling/endpoint-breakers.ts';
import { PointSet } from '../polling/point-sets.ts';
import { SteadyClock } from '../polling/steady-clock.ts';
import type { PlannedBlock } from '../polling/tick-plan.ts';
import { TickReader, type TickReaderOptions } from '../polling/tick-reader.ts';
import { ReportFilter } from '../samples/report-filter.ts';
import { type Unread, unreadValue } from './read-point.ts';
import { RequestsOfReading } from './requests-of-reading.ts';

export interface ReadDeviceOptions {
  readonly device: DeviceConfig;
  readonly learnedLimits: ToldLimits | undefined;
  readonly withinMs: number;
  readonly endpoint: Endpoint;
  readonly leaseRemainingMs: () => number;
  readonly clock: Clock;
  readonly timers: Timers;
}

/** A device that was silent in so many ticks in a row gets a pause by a session, a block that failed so often is let be here. */
const mostTries = 3;
/** Before what has failed is asked for again, as a session would at its next tick. */
const retryPauseMs = 1_000;
/** Nothing is asked when less is left. */
const leastMs = 10;
/** Any length would do: every point is read in every round. */
const periodMs = 1_000;

/**
 * Reads every point once, as a session would in its first ticks: with the same requests, the same search for what is
 * refused, the same patience with a block that gets no answer and with a device that is busy. A round is a tick of what is
 * still missing; it begins with a point that was read, so that a silent block is told from a silent device.
 */
export async function readDevice(
  options: ReadDeviceOptions,
): Promise<Extract<DeviceReply, { kind: 'read' }>> {
  const { withinMs, leaseRemainingMs, clock, timers } = options;
  // All that is due at once, however seldom it is read, and whatever it was when it was sent last.
  const points = options.device.points.map((point) => ({
    ...point,
    period_ms: undefined,
    report: undefined,
  }));
  const device = { ...options.device, points };
  const deadlineMs = clock.monotonicMs() + withinMs;
  const leftMs = () => deadlineMs - clock.monotonicMs();
  const isOver = () => leftMs() < leastMs;
  const requests = new RequestsOfReading({ device, nowMs: () => clock.monotonicMs(), leftMs });
  const learned = taught(options.learnedLimits);
  const set = new PointSet(points);
  const plans = new DevicePlans(device, set, periodMs, learned);
  let open: readonly PlannedBlock[] = [];
  const tries = (block: PlannedBlock) => Math.max(...codesOf(block).map((code) => requests.failuresOf(code)));
  // A device that refuses everything is asked for it again tick by tick; once is enough to tell so.
  const isOpen = (block: PlannedBlock) =>
    block.block.points.some(
      ({ point }) =>
        !learned.isRefused(point.code) &&
        valueCodes(point).some((code) => !requests.found.has(code) && !requests.settled.has(code)),
    ) && !(requests.hasAnswered && tries(block) >= mostTries);
  const readerOptions: TickReaderOptions = {
    device,
    plans,
    phaseMs: 0,
    learned,
    filter: new ReportFilter([]),
    keys: set.keys,
    record: new DeviceRecord(),
    endpoint: watched(options.endpoint, requests),
    // Its own, and never open: what a test finds out is none of the sessions' business.
    breakers: new EndpointBreakers({ firstMs: 0, maxMs: 0 }, () => 0),
    silent: {
      toAsk: (blocks) => {
        open = blocks.filter(isOpen).sort((one, other) => tries(one) - tries(other));
        const { known } = requests;
        if (!requests.hasAnswered) open = fromElsewhere(open, round);
        return open.length > 0 && known ? [...plans.parts([known]).slice(0, 1), ...open] : open;
      },
      answered: () => undefined,
      timedOut: (block) => {
        for (const code of codesOf(block)) {
          const why = requests.failed.get(code);
          if (why) requests.settled.set(code, why);
        }
      },
      beginWithAnother: () => undefined,
    },
    clock: new SteadyClock(clock),
    timers,
    permission: () => leaseRemainingMs() > 0 && !isOver(),
    observer: undefined,
  };
  let round = 1;
  let reader = new TickReader(readerOptions);
  const cancelDeadline = timers.after(withinMs, () => reader.stop());
  const readAll = async (): Promise<Unread | undefined> => {
    for (; ; round += 1) {
      requests.beginRound();
      const before = requests.knownCount;
      await reader.read(() => round, readerOptions.clock.nowMs());
      if (open.length === 0) return undefined;
      if (!requests.hasAnswered && round >= mostTries) return silent(requests);
      const isFresh = open.some((block) => isOpen(block) && tries(block) === 0);
      if (!isFresh && requests.knownCount === before) {
        await pause(timers, Math.min(retryPauseMs, Math.max(0, leftMs())));
      }
      if (isOver()) throw new NotPermitted('the time is over');
      reader = new TickReader(readerOptions);
    }
  };
  let givenUp: Unread | undefined;
  try {
    givenUp = await readAll();
  } catch (error) {
    if (!(error instanceof NotPermitted)) throw error;
    const time =
      requests.reports.length > 0
        ? 'the time of the test was over'
        : 'its turn did not come in the time of the test: others keep its endpoint busy';
    givenUp = isOver()
      ? { detail: time, met_limit: 'test_time' }
      : { detail: 'the collector has lost its lease' };
  } finally {
    cancelDeadline();
  }
  const why = reasons(device, { requests, learned, givenUp });
  return {
    kind: 'read',
    points: points.flatMap((point) =>
      valueCodes(point).map((code) => requests.found.get(code) ?? unreadValue(code, why(point, code))),
    ),
    requests: requests.reports,
    given_up: givenUp,
  };
}

function watched(endpoint: Endpoint, requests: RequestsOfReading): TickReaderOptions['endpoint'] {
  return {
    turn: (asker, options, use) => endpoint.turn(asker, options, (bus) => use(requests.over(bus))),
    cancel: (asker) => endpoint.cancel(asker),
    closeWhenIdle: () => endpoint.closeWhenIdle(),
  };
}

/** The limits that a session has learned. Refused points are asked for alone: nothing else suffers, and they may be there by now. */
function taught(told: ToldLimits | undefined): LearnedLimits {
  const learned = new LearnedLimits();
  if (told?.max_registers) learned.limit('holding_register', told.max_registers);
  if (told?.max_bits) learned.limit('coil', told.max_bits);
  for (const { table, from, to } of told?.excluded ?? []) {
    for (const address of [from, to + 1]) learned.cut({ table, address }, { table, from, to });
  }
  return learned;
}

/** While nothing was answered each round begins far from those before it, perhaps in another table: what is silent is often next to each other. */
function fromElsewhere(blocks: readonly PlannedBlock[], round: number): readonly PlannedBlock[] {
  const untried = Math.max(1, blocks.length - round + 1);
  const at = [0, untried - 1, Math.floor(untried / 2)][round - 1] ?? 0;
  return [...blocks.slice(at, at + 1), ...blocks.slice(0, at), ...blocks.slice(at + 1)];
}

function codesOf({ block }: PlannedBlock): string[] {
  return block.points.flatMap(({ point }) => valueCodes(point));
}

function silent({ failed }: RequestsOfReading): Unread {
  const last = [...failed.values()].at(-1);
  return {
    detail: `${last?.detail ?? 'no answer'} (${mostTries} tries)`,
    met_limit: last?.met_limit,
  };
}

function reasons(
  device: DeviceConfig,
  {
    requests,
    learned,
    givenUp,
  }: { requests: RequestsOfReading; learned: LearnedLimits; givenUp: Unread | undefined },
): (point: PointConfig, code: string) => Unread {
  const unreadable = new Map(
    mapReads(device.points, readLimits(device)).unreadable.flatMap((each) =>
      valueCodes(each.point).map((code) => [code, planned(device, each)] as const),
    ),
  );
  return ({ code: pointCode }, code) => {
    const answer = learned.answerTo(code) || learned.answerTo(pointCode);
    if (answer) return { detail: answer };
    const unplanned = unreadable.get(code);
    if (unplanned) return unplanned;
    const last = requests.failed.get(code);
    if (last?.met_limit === 'test_time') return { ...last, detail: `not read: ${last.detail}` };
    if (last && (!givenUp || requests.settled.has(code))) {
      const tries = requests.failuresOf(code);
      if (last.met_limit === 'device_timeout') {
        return { ...last, detail: `${last.detail}, though it answers others` };
      }
      return { ...last, detail: tries > 1 ? `${last.detail} (${tries} tries)` : last.detail };
    }
    if (!givenUp) return { detail: 'not asked' };
    const before = last && !givenUp.detail.startsWith(last.detail) ? `; before that: ${last.detail}` : '';
    return { ...givenUp, detail: `not read: ${givenUp.detail}${before}` };
  };
}

function planned(device: DeviceConfig, { point, reason }: UnreadablePoint<PointConfig>): Unread {
  switch (reason) {
    case 'wider_than_device_limit': {
      const isBits = isBitTable(point.table);
      const largest = isBits
        ? `${device.max_bits} bits (max_bits)`
        : `${device.max_registers} registers (max_registers)`;
      return {
        detail: `takes ${pointWidth(point)}, and the largest block that is read of the device has ${largest}`,
        met_limit: 'largest_block',
      };
    }
    case 'excluded':
      return { detail: "lies in a range that the device's profile excludes", met_limit: 'excluded_range' };
    case 'beyond_table_end':
      return { detail: 'goes beyond the last address of its table' };
    default:
      return reason satisfies never;
  }
}
