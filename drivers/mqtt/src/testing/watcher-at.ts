import { DriverFailure } from '@holdfast/driver/failure.ts';
import { openLinkHost } from '@holdfast/driver/host/link-host.ts';
import type { LinkHost, WatchSink } from '@holdfast/driver/link.ts';
import { PointList } from '@holdfast/driver/point-list.ts';
import { Readings } from '@holdfast/driver/values/readings.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { quoted } from '@holdfast/texts/text.ts';
import { expect } from 'vitest';
import type { MqttConnection } from '../layout/connection.ts';
import { MqttLink } from '../link/mqtt-link.ts';
import { mqttPlan } from '../plan/mqtt-plan.ts';
import { deviceOf, type MqttPoint, pointOf } from './mqtt-devices.ts';

export const points = [
  pointOf('level', 'hall/level'),
  pointOf('total', 'hall/status#/energy/total', { data_type: 'uint64', time_at: '/ts' }),
  pointOf('state', 'hall/+/state', { data_type: 'string' }),
];

interface Options extends Partial<MqttConnection> {
  readonly time?: Pick<LinkHost, 'clock' | 'timers'>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly sessionId?: string;
  readonly of?: readonly MqttPoint[];
  /** Makes everything reported so far safe. */
  readonly commit?: () => Promise<void>;
}

/** A link to the broker at this port, which subscribes to the points. */
export function watcherAt(
  port: number,
  { secrets = {}, sessionId = crypto.randomUUID(), of = points, commit, time, ...more }: Options = {},
) {
  const device = deviceOf(port, of, more);
  const list = new PointList(device.points);
  const plan = mqttPlan(device, list);
  const secret = (name: string) => {
    const value = secrets[name];
    if (value === undefined)
      throw new DriverFailure('config', quoted(`there is no secret ${name}`), { wasSent: false });
    return value;
  };
  const link = new MqttLink(device.connection, openLinkHost({ sessionId, secret, ...time }));
  const { groups } = plan.groups(
    of.map((_, point) => point),
    0,
  );
  const readings = new Readings(list);
  /** For each watch that was opened, whether the broker had kept anything. */
  const opened: boolean[] = [];
  const sink: WatchSink = Object.assign(readings, {
    opened: (hasKept: boolean) => {
      opened.push(hasKept);
    },
    commit: commit ?? (async () => undefined),
  });
  const watch = () => {
    const ending = new AbortController();
    const outcome = link.watch(groups, sink, ending.signal).then(
      () => 'ended',
      (error: unknown) => error,
    );
    cleanUpAfterFile(async () => ending.abort());
    const before = opened.length;
    /** @returns whether the broker had kept anything for it */
    const isOpened = async () => {
      await expect.poll(() => opened.length).toBeGreaterThan(before);
      return opened.at(-1);
    };
    return { outcome, end: () => ending.abort(), opened: isOpened };
  };
  return { link, plan, list, group: groups[0], readings: readings.all, watch };
}
