import type { TaskConfig } from '@holdfast/shared/contracts/task-config.ts';
import type { PointRate } from '@holdfast/shared/domain/gaps/point-values.ts';
import { devicePeriodMs } from '@holdfast/shared/domain/rates/device-rates.ts';
import { pause, systemTimers } from '@holdfast/shared/runtime/timers.ts';
import { sql } from 'kysely';
import type { GrantedSites } from '../access/granted-sites.ts';
import type { Database } from '../database/open-database.ts';
import type { PlanDevice, PlanPointCounts } from '../database/tables.ts';
import { BrokerUnavailable, type TaskConfigs } from '../ports.ts';
import { Problem } from '../problems/problem.ts';
import { configurationText } from './texts.ts';

/** The part of a configuration snapshot that determines its schedule. */
export interface PollingPlan {
  /** The task's period, for every point that sets none. */
  readonly periodMs: number;
  /** In the order of the configuration. */
  readonly devices: readonly PolledDevice[];
}

export interface PolledDevice {
  readonly code: string;
  /** Period of the device's ticks, which is that of its fastest point. */
  readonly periodMs: number;
  /** How many of the device's points are read how often. */
  readonly rates?: readonly PointRate[] | undefined;
  /** Code of the site where it was, or empty for none. Undefined where this is not known. */
  readonly site?: string | undefined;
}

export interface PollingPlans {
  /** @throws Problem when the snapshot is lost, BrokerUnavailable, DatabaseUnavailable */
  of(taskId: number, version: number): Promise<PollingPlan>;
  /** Reads plans not known yet in one statement, so that `of` need not ask for each. @throws DatabaseUnavailable */
  prepare(versions: readonly { readonly task_id: number; readonly config_version: number }[]): Promise<void>;
  /**
   * Measurements by device code, for the devices of a version that had one of their own. Only the snapshot has them:
   * undefined when it is lost or cannot be read within two seconds, or more over a slow link.
   */
  measurements(taskId: number, version: number): Promise<ReadonlyMap<string, string> | undefined>;
}

/** Plans kept; sessions are compared in pages of a thousand. */
const keptAtMost = 2_000;
/** A working broker answers well within this, even with a large snapshot; a hanging one would take 5 s per question. */
const patienceMs = 2_000;
/** A snapshot is looked up, then read; a large one takes more. */
const roundTrips = 2;

type Content = Pick<TaskConfig, 'period_ms' | 'devices'>;

function planOf({ period_ms, devices }: Content): PollingPlan {
  return {
    periodMs: period_ms,
    devices: devices.map(({ code, site_code, points }) => ({
      code,
      site: site_code,
      periodMs: devicePeriodMs(period_ms, points),
      rates: ratesOf(points, period_ms),
    })),
  };
}

function ratesOf(points: Content['devices'][number]['points'], taskPeriodMs: number): PointRate[] {
  const counts = new Map<number, number>();
  for (const { period_ms: own = taskPeriodMs } of points) counts.set(own, (counts.get(own) ?? 0) + 1);
  return [...counts].map(([periodMs, of]) => ({ periodMs, points: of }));
}

function planOfRow({
  period_ms: periodMs,
  device_codes: rowsOfDevices,
  point_counts: counts,
  device_sites: sites,
  site_codes: siteCodes,
}: {
  readonly period_ms: number;
  readonly device_codes: readonly PlanDevice[];
  readonly point_counts: readonly PlanPointCounts[];
  readonly device_sites: readonly string[];
  readonly site_codes: readonly string[];
}): PollingPlan {
  const devices = rowsOfDevices.map((device, index) => {
    const rates = counts[index]?.map(([period, points]) => ({ periodMs: period, points }));
    const site = sites[index] ?? (siteCodes.length === 1 ? siteCodes[0] : undefined);
    return typeof device === 'string'
      ? { code: device, periodMs, rates, site }
      : { code: device.code, periodMs: device.period_ms, rates, site };
  });
  return { periodMs, devices };
}

/** The devices as `task_config_versions` keeps them. */
export function planDevices(content: Content): PlanDevice[] {
  const { periodMs: taskPeriodMs, devices } = planOf(content);
  return devices.map(({ code, periodMs }) =>
    periodMs === taskPeriodMs ? code : { code, period_ms: periodMs },
  );
}

/** Numbers of points by period, for the same devices. */
export function planPointCounts(content: Content): PlanPointCounts[] {
  return planOf(content).devices.map(({ rates = [] }) =>
    rates.map(({ periodMs, points }) => [periodMs, points] as const),
  );
}

/** The period of the device that is read most often. */
export function shortestPeriodMs({ devices, periodMs }: PollingPlan): number {
  return devices.length === 0 ? periodMs : Math.min(...devices.map((device) => device.periodMs));
}

/**
 * Reads polling plans. Snapshots never change, so plans are kept. PostgreSQL is asked first: it may be up when NATS is
 * not.
 */
export function pollingPlans(options: {
  database: Database;
  taskConfigs: () => Pick<TaskConfigs, 'load'>;
  /** By how much longer an answer of the broker takes than over a quick link. */
  slownessMs?: () => number;
}): PollingPlans {
  const { database, taskConfigs, slownessMs = () => 0 } = options;
  const planByVersion = new Map<string, PollingPlan>();
  const knownMeasurements = new Map<string, ReadonlyMap<string, string>>();

  const fromDatabase = async (taskId: number, version: number): Promise<PollingPlan | undefined> => {
    const row = await database
      .selectFrom('task_config_versions')
      .select(['period_ms', 'device_codes', 'point_counts', 'device_sites', 'site_codes'])
      .where('task_id', '=', taskId)
      .where('version', '=', version)
      .executeTakeFirst();
    return row && planOfRow(row);
  };
  const fromSnapshot = async (taskId: number, version: number): Promise<PollingPlan> => {
    const loaded = await taskConfigs().load(String(taskId), version);
    if (!loaded.ok) {
      throw new Problem(
        'task_config_unreadable',
        configurationText('task_config_unreadable', {
          problem: loaded.problem,
        }),
      );
    }
    return planOf(loaded.config);
  };
  /** Undefined for whatever reason the snapshot cannot be had: the current configuration is the next best source. */
  const ownMeasurements = async (
    taskId: number,
    version: number,
  ): Promise<ReadonlyMap<string, string> | undefined> => {
    try {
      const loaded = await taskConfigs().load(String(taskId), version);
      if (!loaded.ok) return undefined;
      return new Map(
        loaded.config.devices.flatMap(({ code, measurement }) =>
          measurement === undefined ? [] : [[code, measurement] as const],
        ),
      );
    } catch {
      return undefined;
    }
  };
  return {
    of: async (taskId, version) => {
      const key = `${taskId}/${version}`;
      const cachedPlan = planByVersion.get(key);
      if (cachedPlan) return cachedPlan;
      const plan = (await fromDatabase(taskId, version)) ?? (await fromSnapshot(taskId, version));
      keep(planByVersion, key, plan);
      return plan;
    },
    prepare: async (versions) => {
      const missing = versions.filter(
        ({ task_id, config_version }) => !planByVersion.has(`${task_id}/${config_version}`),
      );
      if (missing.length === 0) return;
      const rows = await database
        .selectFrom('task_config_versions')
        .select([
          ...(['task_id', 'version', 'period_ms', 'device_codes'] as const),
          ...(['point_counts', 'device_sites', 'site_codes'] as const),
        ])
        .where(
          sql<boolean>`(task_id, version) in (select * from unnest(
            ${missing.map(({ task_id }) => task_id)}::int[],
            ${missing.map(({ config_version }) => config_version)}::int[]))`,
        )
        .execute();
      for (const row of rows) keep(planByVersion, `${row.task_id}/${row.version}`, planOfRow(row));
    },
    measurements: async (taskId, version) => {
      const key = `${taskId}/${version}`;
      const measurements = knownMeasurements.get(key);
      if (measurements) return measurements;
      const answering = new AbortController();
      const answer = ownMeasurements(taskId, version).then((own) => {
        if (own) keep(knownMeasurements, key, own);
        answering.abort();
        return own;
      });
      const withinMs = patienceMs + roundTrips * slownessMs();
      const patience = pause(systemTimers, withinMs, answering.signal);
      return Promise.race([answer, patience.then(() => (answering.signal.aborted ? answer : undefined))]);
    },
  };
}

/** The same plans with only the devices that were at these sites. */
export function plansAt(plans: PollingPlans, granted: GrantedSites): PollingPlans {
  if (granted === 'everywhere') return plans;
  return {
    ...plans,
    of: async (taskId, version) => {
      const plan = await plans.of(taskId, version);
      return { ...plan, devices: plan.devices.filter((device) => isDeviceAt(device, granted)) };
    },
  };
}

export function isDeviceAt({ site }: PolledDevice, granted: GrantedSites): boolean {
  return granted === 'everywhere' || (site !== undefined && granted.includes(site));
}

/** The plan, or undefined when the snapshot is lost, which is reported elsewhere. @throws DatabaseUnavailable */
export async function findPlan(
  plans: Pick<PollingPlans, 'of'>,
  { task_id, config_version }: { readonly task_id: number; readonly config_version: number },
): Promise<PollingPlan | undefined> {
  try {
    return await plans.of(task_id, config_version);
  } catch (error) {
    if (error instanceof Problem || error instanceof BrokerUnavailable) return undefined;
    throw error;
  }
}

function keep<T>(cache: Map<string, T>, key: string, value: T): void {
  const [oldest] = cache.size >= keptAtMost ? cache.keys() : [];
  if (oldest !== undefined) cache.delete(oldest);
  cache.set(key, value);
}
