import type { DeviceConfig, TaskConfig } from '@holdfast/shared/contracts/task-config.ts';
import { devicePeriodMs } from '@holdfast/shared/domain/rates/device-rates.ts';
import type { LatestChange, RunningSession } from '@holdfast/shared/domain/session/state.ts';
import type { Clock } from '@holdfast/shared/runtime/clock.ts';
import type { Text } from '@holdfast/texts/text.ts';
import type { ComingVersion } from '../polling/session-runner.ts';
import type { LoadedConfig } from '../ports.ts';

/** The version by which the log wants a session to be read, and since when: undefined where it has long been so. */
export interface TargetVersion {
  readonly version: number;
  /** ms since 1970 */
  readonly fromMs: number | undefined;
}

export function targetVersionOf({ session, change }: RunningSession): TargetVersion {
  const fromMs = change && Date.parse(change.effectiveAt);
  return { version: session.configVersion, fromMs };
}

export function isSameVersion(one: TargetVersion, other: TargetVersion): boolean {
  return one.version === other.version && (other.fromMs === undefined || one.fromMs === other.fromMs);
}

/** A version by which this collector cannot read, and the reason. */
export interface Inability {
  readonly config_version: number;
  readonly detail: Text;
}

/**
 * When a change that turns out now not to be followed can no longer be undone, on the monotonic clock. The result is at
 * least as long as changes can be undone: the supervisor goes by a clock of its own.
 */
export function undoableUntilMs(change: LatestChange | undefined, { wallMs, monotonicMs }: Clock): number {
  if (!change) return monotonicMs();
  return monotonicMs() + Date.parse(change.undoUntil) - Math.min(wallMs(), Date.parse(change.effectiveAt));
}

export type ConfigsToStart =
  | {
      readonly ok: true;
      readonly first: TaskConfig;
      /** In force from its own time on. */
      readonly next: ComingVersion | undefined;
      /** Ticks scheduled before this time belong to no version: the version in force until then is lost. */
      readonly notBeforeMs?: number;
      readonly unable: Inability | undefined;
    }
  | { readonly ok: false; readonly problem: Text };

/** The longest period that a point can have. */
const longestTickMs = 86_400_000;

/**
 * Loads the configuration with which a session begins. Around a change these are both versions: ticks scheduled before
 * it belong to the former one. A new version that cannot be loaded is reported as long as the change may still be
 * undone, and the former one continues.
 * @throws what `load` throws
 */
export async function configsToStart(
  running: RunningSession,
  load: (version: number, knownDevices?: Iterable<DeviceConfig>) => Promise<LoadedConfig>,
  nowMs: number,
): Promise<ConfigsToStart> {
  const { version } = targetVersionOf(running);
  const loaded = await load(version);
  const { change } = running;
  if (!change || change.from.configVersion === version) return alone(loaded);
  const fromMs = Date.parse(change.effectiveAt);
  const mayBeUndone = !loaded.ok && nowMs < Date.parse(change.undoUntil);
  const isFormerDue = nowMs < fromMs + longestTickMs;
  if (!mayBeUndone && !isFormerDue) return alone(loaded);
  const former = await load(change.from.configVersion, loaded.ok ? loaded.config.devices : []);
  if (!former.ok) {
    const begun = alone(loaded);
    return begun.ok ? { ...begun, notBeforeMs: fromMs } : begun;
  }
  if (!loaded.ok) {
    if (!mayBeUndone) return loaded;
    return {
      ok: true,
      first: former.config,
      next: undefined,
      unable: { config_version: version, detail: loaded.problem },
    };
  }
  // The tick under way of an hourly device may belong to the former version, or to none, for an hour.
  const longestMs = Math.max(longestPeriodMs(former.config), longestPeriodMs(loaded.config));
  if (nowMs >= fromMs + longestMs) return alone(loaded);
  return { ok: true, first: former.config, next: { config: loaded.config, fromMs }, unable: undefined };
}

function alone(loaded: LoadedConfig): ConfigsToStart {
  return loaded.ok ? { ok: true, first: loaded.config, next: undefined, unable: undefined } : loaded;
}

function longestPeriodMs({ period_ms, devices }: TaskConfig): number {
  return devices.reduce((longest, { points }) => Math.max(longest, devicePeriodMs(period_ms, points)), 0);
}
