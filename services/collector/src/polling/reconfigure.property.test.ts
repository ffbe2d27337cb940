import { endpointKey } from '@holdfast/driver-modbus/layout/endpoint-address.ts';
import { deviceOf, pointOf } from '@holdfast/driver-modbus/plan/testing/devices.ts';
import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import type { DeviceConfig, TaskConfig } from '@holdfast/shared/contracts/task-config.ts';
import { FakeProcess, FakeTime } from '@holdfast/shared/runtime/testing/fake-time.ts';
import { thorough } from '@holdfast/test/support/thorough.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseOutgoing } from '../samples/testing/parse-outgoing.ts';
import { Endpoints } from './endpoints.ts';
import { type ComingVersion, SessionRunner } from './session-runner.ts';
import { SteadyClock } from './steady-clock.ts';
import { modbusOver } from './testing/modbus-links.ts';
import { ScriptedBus } from './testing/scripted-bus.ts';

/** A full minute, so that ticks of all periods here coincide. */
const startMs = 1_740_002_400_000;
const ids = ['d1', 'd2', 'd3', 'd4'];
const address = 7;

/** A device in one version. Its scale shows the version by which its values were read. */
interface DeviceVersion {
  readonly host: string;
  readonly periodMs: number;
  readonly scale: number;
}

type Version = Readonly<Partial<Record<string, DeviceVersion>>>;

interface Change {
  readonly atMs: number;
  /** Since the start. */
  readonly fromMs: number;
  readonly version: Version;
}

interface WorldOptions {
  readonly replyMs?: number;
  readonly seed?: number;
  readonly spread?: number;
  /** This world goes on for a former one that was killed. */
  readonly former?: World;
  /** The version that replaces the first one. */
  readonly next?: ComingVersion;
}

class World {
  readonly time: FakeTime;
  readonly process: FakeProcess;
  readonly buses: { readonly key: string; readonly bus: ScriptedBus }[] = [];
  readonly samples: Sample[] = [];
  readonly runner: SessionRunner;

  constructor(first: Version, { replyMs = 0, seed = 0, spread = 0.5, former, next }: WorldOptions = {}) {
    this.time = former?.time ?? new FakeTime();
    this.process = new FakeProcess(this.time, startMs + this.time.nowMs());
    let draws = seed;
    this.runner = new SessionRunner({
      sessionId: '7-3',
      epoch: 42,
      collectorId: 'edge-1',
      config: configOf(first, 1),
      placedVersion: 1,
      endpoints: new Endpoints(
        modbusOver((place) => {
          const bus = new ScriptedBus(this.time);
          bus.reply = () => {
            draws += 1;
            return { afterMs: replyMs === 0 ? 0 : (draws * 7_919) % replyMs };
          };
          this.buses.push({ key: endpointKey(place), bus });
          return bus;
        }),
        { clock: this.process.clock, timers: this.process.timers },
      ),
      clock: new SteadyClock(this.process.clock),
      timers: this.process.timers,
      backoff: { firstMs: 300, maxMs: 1_000 },
      permission: () => true,
      jitter: () => 0,
      spread,
      onSample: (sample) => this.samples.push(parseOutgoing(sample)),
      onHealth: () => undefined,
    });
    const firstMs = new Map(former?.samples.map(({ device_id, time }) => [device_id, time + 1]));
    if (next) void this.runner.startAround(next, firstMs, new Set());
    else this.runner.start(firstMs);
  }

  async run(changes: readonly Change[], untilMs: number): Promise<void> {
    for (const [index, { atMs, fromMs, version }] of changes.entries()) {
      await this.time.advance(atMs - this.time.nowMs());
      await this.time.until(this.runner.reconfigure(configOf(version, index + 2), startMs + fromMs));
    }
    await this.time.advance(untilMs - this.time.nowMs());
    await this.time.until(this.runner.stop());
  }

  of(id: string): Sample[] {
    return this.samples.filter(({ device_id }) => device_id === id);
  }
}

function configOf(version: Version, configVersion: number): TaskConfig {
  return {
    schema_version: 3,
    task_id: '7',
    task_code: 'press-hall',
    task_name: '',
    config_version: configVersion,
    period_ms: 10_000,
    devices: Object.entries(version).flatMap(([id, wantedDevice]) =>
      wantedDevice ? [deviceFor(id, wantedDevice)] : [],
    ),
  };
}

function deviceFor(id: string, { host, periodMs, scale }: DeviceVersion): DeviceConfig {
  const points = [{ ...pointOf('v', address), scale, period_ms: periodMs }];
  return deviceOf({ id, code: id, host, unit_id: Number(id.slice(1)), points });
}

const deviceVersion: fc.Arbitrary<DeviceVersion> = fc.record({
  host: fc.constantFrom('10.0.0.1', '10.0.0.2'),
  periodMs: fc.constantFrom(100, 200, 500, 1_000, 3_000),
  scale: fc.integer({ min: 1, max: 9 }),
});
const version: fc.Arbitrary<Version> = fc
  .record(Object.fromEntries(ids.map((id) => [id, fc.option(deviceVersion, { nil: undefined })])))
  .map((all) => ({ ...all, d1: all.d1 ?? { host: '10.0.0.1', periodMs: 500, scale: 1 } }));

/** Versions; each change leaves some devices as they are. */
const versions = fc
  .tuple(version, fc.array(fc.tuple(version, fc.subarray(ids)), { minLength: 1, maxLength: 4 }))
  .map(([first, later]) => {
    const all = [first];
    for (const [next, unchangedIds] of later) {
      const before = all.at(-1) ?? first;
      all.push({ ...next, ...Object.fromEntries(unchangedIds.map((id) => [id, before[id]])) });
    }
    return all;
  });

/** Changes as the log has them: each takes effect at the next whole second that is at least two seconds away. */
const story = fc
  .tuple(versions, fc.array(fc.integer({ min: 0, max: 4_000 }), { minLength: 4, maxLength: 4 }))
  .map(([all, pauses]) => {
    let atMs = 0;
    let forceMs = 0;
    const changes = all.slice(1).map((each, index): Change => {
      atMs = Math.max(atMs, forceMs) + (pauses[index] ?? 0);
      forceMs = Math.ceil((atMs + 2_000) / 1_000) * 1_000;
      return { atMs, fromMs: forceMs, version: each };
    });
    return { first: all[0] as Version, changes, endMs: forceMs + 7_000 };
  });

/** The expectation, computed in another way, tick by tick: each is read by the version in force at its scheduled time. */
function expectedOf(id: string, first: Version, changes: readonly Change[], endMs: number): string[] {
  const legs = [{ fromMs: 0, version: first }, ...changes];
  return legs.flatMap(({ fromMs, version: each }, index) => {
    const device = each[id];
    if (!device) return [];
    const toMs = Math.min(legs[index + 1]?.fromMs ?? endMs, endMs);
    const due: string[] = [];
    for (let ms = 0; ms < toMs; ms += 100) {
      const timeMs = startMs + ms;
      if (ms >= fromMs && timeMs % device.periodMs === 0)
        due.push(`${ms} of ${device.periodMs}: ${device.scale}`);
    }
    return due;
  });
}

/** The scale of a value, which shows its version. */
function scaleOf(values: Sample['values']): number {
  const { v } = values ?? {};
  return Number(v) / address;
}

const toldOf = ({ time, period_ms, values, miss }: Sample) =>
  `${time - startMs} of ${period_ms}: ${miss ? miss.cause : scaleOf(values)}`;

describe('a session whose configuration changes while it is polled', () => {
  it('reads each tick of each device once, by the version that is in force at its scheduled time', async () => {
    await fc.assert(
      fc.asyncProperty(story, async ({ first, changes, endMs }) => {
        // Ticks are read at their very time: one that waits for the phase of a slow tick before it would count as overrun.
        const world = new World(first, { spread: 0 });
        await world.run(changes, endMs);
        for (const id of ids) {
          // A tick is read up to half a period after its time.
          const isSure = (line: string) => Number(line.split(' ')[0]) < endMs - 3_000;
          expect(world.of(id).map(toldOf).filter(isSure)).toEqual(
            expectedOf(id, first, changes, endMs).filter(isSure),
          );
        }
      }),
      { numRuns: thorough(300) },
    );
  });

  it('reads each tick once, by the version in force at its time, also when it is taken up around a change', async () => {
    await fc.assert(
      fc.asyncProperty(
        story,
        fc.integer({ min: -1_500, max: 1_500 }),
        async ({ first, changes: [change] }, offMs) => {
          if (!change) return;
          const upMs = change.fromMs + offMs;
          const endMs = change.fromMs + 7_000;
          const former = new World(first, { spread: 0 });
          await former.run([change], upMs);
          const next = { config: configOf(change.version, 2), fromMs: startMs + change.fromMs };
          const world = new World(first, { spread: 0, former, next });
          await world.run([], endMs);
          for (const id of ids) {
            const isSure = (line: string) => Number(line.split(' ')[0]) < endMs - 3_000;
            expect([...former.of(id), ...world.of(id)].map(toldOf).filter(isSure)).toEqual(
              expectedOf(id, first, [change], endMs).filter(isSure),
            );
          }
        },
      ),
      { numRuns: thorough(300) },
    );
  });

  it('leaves devices that a change does not touch as if there were none', async () => {
    let untouched = 0;
    await fc.assert(
      fc.asyncProperty(story, async ({ first, changes, endMs }) => {
        const own = ids.filter(
          (id) => first[id] && changes.every(({ version: each }) => each[id] === first[id]),
        );
        if (own.length === 0) return;
        untouched += own.length;
        const changed = new World(first);
        const alone = new World(first);
        await changed.run(changes, endMs);
        await alone.run([], endMs);
        for (const id of own) expect(changed.of(id)).toEqual(alone.of(id));
        // Their connections are the ones that they had at first.
        for (const id of own) {
          const buses = changed.buses.filter(({ key }) => key === `${first[id]?.host}:502`);
          expect(buses).toHaveLength(1);
          expect(buses[0]?.bus.disconnects).toBe(1);
        }
      }),
      { numRuns: 300 },
    );
    expect(untouched).toBeGreaterThan(20);
  });

  it('gives each tick to one version alone, also while the endpoints are slow and the news comes late', async () => {
    await fc.assert(
      fc.asyncProperty(
        story,
        fc.integer({ min: 10, max: 900 }),
        fc.nat({ max: 1_000 }),
        fc.array(fc.integer({ min: -2_500, max: 2_500 }), { minLength: 4, maxLength: 4 }),
        async ({ first, changes, endMs }, replyMs, seed, lates) => {
          const world = new World(first, { replyMs, seed });
          let atMs = 0;
          const deliveries = changes.map((change, index) => {
            atMs = Math.max(atMs, change.atMs, change.fromMs + (lates[index] ?? 0));
            return { ...change, atMs };
          });
          await world.run(deliveries, Math.max(endMs, atMs + 5_000));
          for (const id of ids) {
            const times = world.of(id).map(({ time }) => time);
            // In order, and none of them twice.
            expect(times).toEqual([...new Set(times)].sort((one, other) => one - other));
            for (const sample of world.of(id)) {
              if (sample.miss) continue;
              const ms = sample.time - startMs;
              const isRight = (each: Version) => {
                const device = each[id];
                const scale = scaleOf(sample.values);
                return device?.periodMs === sample.period_ms && device.scale === scale;
              };
              const inForce = [{ fromMs: 0, version: first }, ...changes].findLast(
                ({ fromMs }) => fromMs <= ms,
              );
              // A process that has not heard of the change yet goes on as before.
              const versions = [{ atMs: 0, version: first }, ...deliveries].filter(
                (each) => each.atMs <= sample.read_at - startMs,
              );
              const isOfForce = isRight(inForce?.version ?? first);
              expect(isOfForce || versions.some(({ version: each }) => isRight(each))).toBe(true);
            }
          }
        },
      ),
      { numRuns: thorough(300) },
    );
  });
});
