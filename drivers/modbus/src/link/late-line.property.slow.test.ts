import type { Link } from '@holdfast/driver/link.ts';
import { systemClock } from '@holdfast/shared/runtime/clock.ts';
import { systemTimers } from '@holdfast/shared/runtime/timers.ts';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DevicePoller } from '../../../../services/collector/src/polling/device-poller.ts';
import { Endpoint } from '../../../../services/collector/src/polling/endpoint.ts';
import { turnOptions } from '../../../../services/collector/src/polling/pollable-device.ts';
import { SteadyClock } from '../../../../services/collector/src/polling/steady-clock.ts';
import { pollableModbus } from '../../../../services/collector/src/polling/testing/modbus-links.ts';
import { requestOptions } from '../plan/modbus-plan.ts';
import { markersOf } from '../plan/read-plan.ts';
import { flatDeviceOf as deviceOf, modbusDevice, flatPointOf as pointOf } from '../plan/testing/devices.ts';
import type { DeviceBus } from './device-bus.ts';
import { ModbusLink } from './modbus-link.ts';
import { RtuLine } from './rtu-line.ts';
import { commandOf, groupOf } from './testing/raw-requests.ts';
import { CheckingBus, type Fate, type SentRequest, SimulatedLine } from './testing/simulated-line.ts';

beforeEach(() => {
  const toFake = ['setTimeout', 'clearTimeout', 'setImmediate', 'performance', 'Date'] as const;
  vi.useFakeTimers({ toFake: [...toFake], now: 1_740_002_400_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

const timeoutMs = 200;
const serial = { path: '/dev/ttyUSB0', baud_rate: 19_200, parity: 'even', stop_bits: 1 } as const;
const profileDefaults = {
  ...{ busy_retries: 2, request_pause_ms: 0, connect_pause_ms: 0, close_after_read: false },
  ...{ single_connection: false, accept_unit_zero: false, max_hole: 0, excluded: [] },
};
const blockAt = (address: number, count: number) =>
  Array.from({ length: count }, (_, n) => pointOf(`at${address}_${n}`, address + n));
const device = (unitId: number, points = blockAt(0, 1), profile = {}) =>
  deviceOf({
    ...{ id: `d${unitId}`, code: `u${unitId}`, unit_id: unitId, timeout_ms: timeoutMs, points },
    ...{ protocol: 'modbus_rtu', host: '', serial, profile: { ...profileDefaults, ...profile } },
  });

const ordinary = device(1, [...blockAt(0, 10), ...blockAt(768, 10), ...blockAt(200, 10)]);
const withoutMarker = device(2, [...blockAt(0, 1), ...blockAt(100, 1), ...blockAt(200, 1)]);
const asUnitZero = device(3, [...blockAt(0, 5), ...blockAt(100, 5)], { accept_unit_zero: true });
const refusesMarkers = device(4, [...blockAt(0, 4), ...blockAt(100, 4)]);
const withSilentBlock = device(5, [...blockAt(0, 10), ...blockAt(100, 10), ...blockAt(300, 1)]);
const writtenDevice = device(6, [...blockAt(0, 8), ...blockAt(900, 8)], { request_pause_ms: 20 });
const devices = [ordinary, withoutMarker, asUnitZero, refusesMarkers, withSilentBlock, writtenDevice];
const isSilent = ({ unitId, address }: Pick<SentRequest, 'unitId' | 'address'>) =>
  unitId === 5 && address < 100;

/** The fate that this request always has, whatever else is wrong with the line. */
function habit({ unitId, functionCode, quantity, ...rest }: SentRequest): Partial<Fate> {
  // Not illegal address: a late one would be taken for that of a whole block, whose points would then be asked one by one.
  if (unitId === 4 && functionCode === 3 && quantity < 4) return { exception: 4 };
  return { isLost: isSilent({ unitId, ...rest }), asUnit: unitId === 3 ? 0 : undefined };
}

interface Fault {
  readonly at: number;
  readonly kind:
    | 'lost'
    | 'late'
    | 'busy'
    | 'failed'
    | 'cut'
    | 'noise before'
    | 'damaged'
    | 'noise after'
    | 'none';
}

/** @param lateness in timeouts, for units with a marker */
function fateOf({ at, kind }: Fault, request: SentRequest, lateness: number): Fate {
  const afterMs = 3 + Math.floor(at * 20);
  // Where there is no marker, only the time helps.
  const most = request.unitId === 1 || request.unitId === 6 ? lateness : Math.min(lateness, 3.8);
  const faults: Record<Fault['kind'], Partial<Fate>> = {
    lost: { isLost: true },
    late: { afterMs: timeoutMs * (1 + at * most) },
    busy: { exception: 6 },
    failed: { exception: 4 },
    cut: { damage: (frame) => frame.subarray(0, Math.floor(at * frame.length)) },
    'noise before': { damage: (frame) => Buffer.concat([Buffer.of(request.unitId, 3), frame]) },
    damaged: { damage: (frame) => Buffer.from(frame.map((byte, index) => (index === 3 ? byte ^ 1 : byte))) },
    'noise after': { damage: (frame) => Buffer.concat([frame, Buffer.of(0)]) },
    none: {},
  };
  const fate = { afterMs, ...faults[kind], ...habit(request) };
  return { ...fate, isLost: fate.isLost || kind === 'lost' };
}

/** Polls all units, and meanwhile writes to two and reads back: first with faults, then for long without. */
async function live(
  line: SimulatedLine,
  bus: DeviceBus,
  periodMs: number,
  faults: readonly Fault[],
  lateness: number,
) {
  let next = 0;
  let isFaulty = true;
  line.fate = (request) => {
    const fault = faults[next++ % faults.length];
    return isFaulty && fault ? fateOf(fault, request, lateness) : { afterMs: 5, ...habit(request) };
  };
  const endpoint = new Endpoint<Link>({ openLink: () => new ModbusLink(bus) });
  const unknown: unknown[] = [];
  const values = new Map<string, number>();
  const pollers = devices.map(
    (each) =>
      new DevicePoller({
        ...{
          device: pollableModbus(modbusDevice(each)),
          taskPeriodMs: periodMs,
          phaseMs: each.unit_id,
          endpoint,
          timers: systemTimers,
        },
        clock: new SteadyClock(systemClock),
        backoff: { firstMs: 1_000, maxMs: 10_000 },
        ...{ permission: () => true, jitter: () => 0 },
        onTick: ({ readings }) => {
          const codes = new TextDecoder().decode(readings.values.view()).matchAll(/"(at\d+)_0":/g);
          for (const [, code] of codes) values.set(`unit ${each.unit_id} ${code}`, performance.now());
        },
        onFault: (error) => unknown.push(error),
      }),
  );
  for (const poller of pollers) poller.start(0);
  const turn = (each: typeof writtenDevice, use: (link: Link) => Promise<unknown> | undefined) =>
    endpoint.turn({}, turnOptions(pollableModbus(modbusDevice(each))), use).catch(() => undefined);
  for (let round = 0; round < 10; round += 1) {
    for (const each of [ordinary, writtenDevice]) {
      const options = { ...requestOptions(each), ...markersOf(each), address: 1 };
      void turn(each, (link) =>
        link.write?.(commandOf({ ...options, functionCode: 6, values: [round] }), each.timeout_ms),
      );
      void turn(each, (link) =>
        link.read(groupOf({ ...options, table: 'holding_register', quantity: 1 }), each.timeout_ms),
      );
    }
    await vi.advanceTimersByTimeAsync(2_000);
  }
  isFaulty = false;
  await vi.advanceTimersByTimeAsync(60_000);
  const settledAt = line.sent.length;
  const settledMs = performance.now();
  await vi.advanceTimersByTimeAsync(20_000);
  const stopped = Promise.all(pollers.map((poller) => poller.stop()));
  await vi.advanceTimersByTimeAsync(1_000);
  await stopped;
  const isRead = new Set([...values].filter(([, atMs]) => atMs >= settledMs).map(([what]) => what));
  const askedPoints = new Set(
    line.sent.slice(settledAt).map(({ unitId, address, quantity }) => `${unitId}: ${address}+${quantity}`),
  );
  return { unknown, isRead, askedPoints };
}

const kinds: Fault['kind'][] = [
  'lost',
  'late',
  'busy',
  'failed',
  'cut',
  'noise before',
  'damaged',
  'noise after',
];
const fault = fc.record({
  at: fc.integer({ min: 0, max: 99 }).map((hundredths) => hundredths / 100),
  kind: fc.oneof({ weight: 4, arbitrary: fc.constant('none' as const) }, fc.constantFrom(...kinds)),
});
const plan = fc.record({
  faults: fc.array(fault, { minLength: 40, maxLength: 200, size: 'max' }),
  lateness: fc.constantFrom(0.5, 2, 6, 20),
  isSerial: fc.boolean(),
  echoes: fc.boolean(),
  periodMs: fc.constantFrom(100, 250, 1_000),
});

describe('a line of RTU frames with six units, of which each has a weakness, and any faults on it', () => {
  it('yields no value that was not the answer to its request, each in time, and all that can be read afterwards', async () => {
    const judge = async ({
      faults,
      lateness,
      isSerial,
      echoes,
      periodMs,
    }: typeof plan extends fc.Arbitrary<infer P> ? P : never) => {
      const line = new SimulatedLine();
      line.echoes = echoes;
      const judgedBus = new CheckingBus(line.busOn(new RtuLine(isSerial ? 2 : 0), isSerial), line);
      const { unknown, isRead, askedPoints } = await live(line, judgedBus, periodMs, faults, lateness);
      expect(judgedBus.wrong).toEqual([]);
      expect(unknown).toEqual([]);
      const blocks = devices.flatMap(({ unit_id, points }) =>
        points
          .filter(({ code }) => code.endsWith('_0'))
          .map(({ code }) => `unit ${unit_id} ${code.slice(0, -2)}`),
      );
      expect(isRead).toEqual(new Set(blocks.filter((block) => block !== 'unit 5 at0')));
      // A silent block is tried now and then, and the request after it needs a marker.
      const planned = [...askedPoints].filter((what) => !what.startsWith('5'));
      expect(new Set(planned)).toEqual(
        new Set([
          '1: 0+10',
          '1: 768+10',
          '1: 200+10',
          '2: 0+1',
          '2: 100+1',
          '2: 200+1',
          '3: 0+5',
          '3: 100+5',
          '4: 0+4',
          '4: 100+4',
          '6: 0+8',
          '6: 900+8',
        ]),
      );
    };
    await fc.assert(fc.asyncProperty(plan, judge), {
      numRuns: 25,
      seed: 20_270_027,
      endOnFailure: true,
    });
  }, 600_000);
});
