import { deviceOf, pointOf } from '@holdfast/driver-modbus/plan/testing/devices.ts';
import type { TaskConfig } from '@holdfast/shared/contracts/task-config.ts';
import type { LatestChange } from '@holdfast/shared/domain/session/state.ts';
import type { TaskState } from '@holdfast/shared/sessions/task-fold.ts';
import { quoted } from '@holdfast/texts/text.ts';
import { describe, expect, it } from 'vitest';
import type { LoadedConfig } from '../ports.ts';
import { HolderWorld, session, stateHeldBy } from './testing/holder-world.ts';

const hourMs = 3_600_000;
const missing: LoadedConfig = { ok: false, problem: quoted('the snapshot is missing') };

/** Each version reads another register, so a request shows its version. */
function configOf(configVersion: number, changed: Partial<TaskConfig> = {}): LoadedConfig {
  const config: TaskConfig = {
    ...{ schema_version: 3, task_id: '7', task_code: 'press-hall', task_name: '' },
    config_version: configVersion,
    period_ms: 1_000,
    devices: [deviceOf({ points: [pointOf('v', configVersion)] })],
    ...changed,
  };
  return { ok: true, config };
}

class World extends HolderWorld {
  constructor() {
    super();
    for (const version of [1, 2, 3]) this.versions.set(version, configOf(version));
  }

  /** Logs a change of the session from one version to another, in force `inMs` from now. */
  change(from: number, to: number, inMs: number, epoch = 20): void {
    const nowMs = this.process.clock.wallMs();
    const change: LatestChange = {
      from: { configVersion: from },
      effectiveAt: new Date(nowMs + inMs).toISOString(),
      undoUntil: new Date(nowMs + inMs + 60_000).toISOString(),
    };
    const held = stateHeldBy('A', epoch);
    this.truth = {
      ...held,
      session: { status: 'running', session: { ...session, configVersion: to }, runningSince: 10, change },
      lastLifecycle: 40,
    } as TaskState;
    this.holder.recheck();
  }

  /** Versions by which the device was asked, in order, repeats included. */
  versionsAsked(): number[] {
    return this.bus.requests.map(({ request }) => request.address);
  }
}

describe('a session whose configuration was changed', () => {
  it('is read by the new one from its moment on, under the same epoch, with the same message', async () => {
    const world = new World();
    world.ring(20);
    await world.time.advance(2_500);
    expect(world.versionsAsked()).toEqual([1, 1, 1]);
    world.change(1, 2, 2_500);
    await world.time.advance(2_000);
    expect(world.versionsAsked()).toEqual([1, 1, 1, 1, 1]);
    await world.time.advance(2_500);
    expect(world.versionsAsked()).toEqual([1, 1, 1, 1, 1, 2, 2, 2]);
    expect(new Set(world.epochsPolled)).toEqual(new Set([20]));
    expect(world.answered).toEqual([]);
    expect(world.bus.disconnects).toBe(0);
    expect(world.statuses.at(-1)).toMatchObject({ state: 'polling', config_version: 2 });
    expect(world.samples.map(({ config_version }) => config_version)).toEqual([
      ...Array.from({ length: 5 }, () => undefined),
      ...[2, 2, 2],
    ]);
  });

  it('is read by both in their times when it is taken up in between', async () => {
    const world = new World();
    world.change(1, 2, 2_500);
    world.ring(20);
    await world.time.advance(4_600);
    expect(world.versionsAsked()).toEqual([1, 1, 1, 2, 2]);
  });

  it('is never read by the former one from its moment on, also when it is taken up right after it', async () => {
    const world = new World();
    const unchanged = deviceOf({ points: [pointOf('v', 1)] });
    const removed = deviceOf({ id: 'd2', code: 'd2', unit_id: 2, points: [pointOf('v', 1)] });
    world.versions.set(1, configOf(1, { devices: [unchanged, removed] }));
    world.change(1, 2, 0);
    await world.time.advance(300);
    world.ring(20);
    await world.time.advance(1_500);
    expect(world.versionsAsked()).toEqual([2, 2]);
    expect(new Set(world.samples.map(({ device_id }) => device_id))).toEqual(new Set(['d1']));
    expect(world.statuses.at(-1)).toMatchObject({ config_version: 2 });
  });

  it('goes on as before when it is taken up right after its moment, where the new one cannot be read by', async () => {
    const world = new World();
    world.versions.set(2, configOf(2, { devices: [deviceOf({ protocol: 'unheard_of' })] }));
    world.change(1, 2, 0);
    await world.time.advance(300);
    world.ring(20);
    await world.time.advance(1_500);
    expect(world.versionsAsked()).toEqual([1, 1]);
    expect(world.statuses.at(-1)).toMatchObject({ config_version: 1, unable: { config_version: 2 } });
  });

  it('reads no tick twice of devices that only the new one has, or reads more often, when it is taken up soon', async () => {
    const world = new World();
    const oftener = (period_ms: number) => deviceOf({ points: [{ ...pointOf('v', 1), period_ms }] });
    const added = { ...deviceOf({ id: 'd2', code: 'd2', unit_id: 2 }), points: [pointOf('v', 2)] };
    world.versions.set(1, configOf(1, { period_ms: 60_000, devices: [oftener(3_600_000)] }));
    world.versions.set(2, configOf(2, { period_ms: 60_000, devices: [oftener(60_000), added] }));
    const nowMs = world.process.clock.wallMs();
    world.change(1, 2, 0);
    const last = { session: '7-1', epoch: 20, tick: nowMs / 60_000, period_ms: 60_000 };
    world.lastTicks = { d1: last, d2: last };
    await world.time.advance(10_000);
    world.ring(20);
    await world.time.advance(40_000);
    expect(world.samples).toEqual([]);
    expect(world.answering).toEqual(new Set(['d1', 'd2']));
    await world.time.advance(20_000);
    expect(world.samples.map(({ device_id }) => device_id).sort()).toEqual(['d1', 'd2']);
    expect(new Set(world.samples.map(({ time }) => time))).toEqual(new Set([nowMs + 60_000]));
  });

  it('is read by the new one alone when it is taken up later, whatever its message says', async () => {
    const world = new World();
    world.change(1, 2, -5_000);
    world.ring(20);
    await world.time.advance(1_500);
    expect(world.versionsAsked()).toEqual([2, 2]);
  });

  it('goes on as before when the change is taken back', async () => {
    const world = new World();
    world.ring(20);
    await world.time.advance(500);
    world.change(1, 2, 2_500);
    await world.time.advance(1_000);
    world.change(1, 1, 0);
    await world.time.advance(4_000);
    expect(new Set(world.versionsAsked())).toEqual(new Set([1]));
    expect(world.versionsAsked()).toHaveLength(6);
    expect(world.statuses.at(-1)).toMatchObject({ config_version: 1 });
  });

  it('goes on as before, and says so, where the new one cannot be had', async () => {
    const world = new World();
    world.versions.set(2, missing);
    world.ring(20);
    await world.time.advance(500);
    world.change(1, 2, 2_500);
    await world.time.advance(5_000);
    expect(world.versionsAsked()).toEqual([1, 1, 1, 1, 1, 1]);
    const unable = { config_version: 2, detail: quoted('the snapshot is missing') };
    expect(world.statuses.at(-1)).toMatchObject({ state: 'polling', config_version: 1, unable });
    // The supervisor takes the change back.
    world.change(1, 1, 0);
    await world.time.advance(1_000);
    expect(world.statuses.at(-1)).not.toHaveProperty('unable');
  });

  it('is taken up as before where the new one cannot be had', async () => {
    const world = new World();
    world.versions.set(2, missing);
    world.change(1, 2, -1_000);
    world.ring(20);
    await world.time.advance(1_500);
    expect(world.versionsAsked()).toEqual([1, 1]);
    expect(world.statuses.at(-1)).toMatchObject({ unable: { config_version: 2 } });
  });

  it('is read by the new one in its time, and not before, where the former one is lost', async () => {
    const world = new World();
    world.versions.set(1, missing);
    world.change(1, 2, 2_500);
    world.ring(20);
    await world.time.advance(4_600);
    expect(world.versionsAsked()).toEqual([2, 2]);
  });

  it('has no tick of the former one read by the new one after its moment, where the former one is lost', async () => {
    const world = new World();
    world.versions.set(1, missing);
    world.versions.set(2, configOf(2, { period_ms: 10_000 }));
    world.change(1, 2, 2_500);
    await world.time.advance(4_000);
    world.ring(20);
    await world.time.advance(5_000);
    expect(world.versionsAsked()).toEqual([]);
    await world.time.advance(2_000);
    expect(world.versionsAsked()).toEqual([2]);
  });

  it('is refused when what cannot be had was not taken back in time', async () => {
    const world = new World();
    world.versions.set(2, missing);
    world.ring(20);
    await world.time.advance(500);
    world.change(1, 2, 2_500);
    await world.time.advance(70_000);
    expect(world.holder.isRunning()).toBe(false);
    expect(world.statuses.at(-1)).toMatchObject({
      state: 'refused',
      detail: quoted('the snapshot is missing'),
    });
    expect(world.answered).toEqual(['done 20']);
  });

  it('has the time to be taken back also where the clock of its holder is an hour ahead', async () => {
    const world = new World();
    world.versions.set(2, missing);
    world.process.setWallClock(hourMs);
    world.ring(20);
    await world.time.advance(500);
    world.change(1, 2, 2_500 - hourMs);
    await world.time.advance(55_000);
    const unable = { config_version: 2, detail: quoted('the snapshot is missing') };
    expect(world.statuses.at(-1)).toMatchObject({ state: 'polling', config_version: 1, unable });
    world.change(1, 1, -hourMs);
    await world.time.advance(20_000);
    expect(world.statuses.at(-1)).toMatchObject({ state: 'polling', config_version: 1 });
    world.change(1, 2, 2_500 - hourMs);
    await world.time.advance(70_000);
    expect(world.statuses.at(-1)).toMatchObject({
      state: 'refused',
      detail: quoted('the snapshot is missing'),
    });
  });

  it('starts over where a former holder has read it by ticks of another length', async () => {
    const world = new World();
    world.versions.set(2, configOf(2, { period_ms: 250 }));
    const nowMs = world.process.clock.wallMs();
    world.change(1, 2, -hourMs);
    const tick = Math.floor(nowMs / 1_000) + 1;
    world.lastTicks = { d1: { session: '7-1', epoch: 12, tick, period_ms: 1_000 } };
    world.ring(20);
    await world.time.advance(3_000);
    const [first] = world.samples;
    expect(first?.time).toBe(tick * 1_000 + 250);
  });
});
