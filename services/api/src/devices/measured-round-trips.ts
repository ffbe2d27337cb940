import { unitPlace } from '@holdfast/driver/device-place.ts';
import { specs } from '@holdfast/drivers/specs.ts';
import type { LiveStatus } from '../sessions/live-status/live-status.ts';
import { type SessionConfigSources, sessionConfig } from './session-config.ts';

/** By `unitPlace`: the median over the latest requests, and the session that measured it. */
export type MeasuredRoundTrips = ReadonlyMap<string, { readonly ms: number; readonly sessionId: string }>;

/**
 * Collects the round trips that the latest session of each task has measured for devices with these codes, by the
 * address that they had when it began: another address is another device.
 * @throws BrokerUnavailable, DatabaseUnavailable
 */
export async function measuredRoundTrips(
  { liveStatus, ...sources }: SessionConfigSources & { readonly liveStatus: Pick<LiveStatus, 'lastWords'> },
  codes: ReadonlySet<string>,
): Promise<MeasuredRoundTrips> {
  const measured = new Map<string, { ms: number; sessionId: string }>();
  const words = [...liveStatus.lastWords()].sort((a, b) => (a.updated_at < b.updated_at ? -1 : 1));
  for (const { session: sessionId, device_health } of words) {
    const times = new Map(
      Object.entries(device_health).flatMap(([code, { round_trip_ms }]) =>
        round_trip_ms && codes.has(code) ? [[code, round_trip_ms.p50] as const] : [],
      ),
    );
    if (times.size === 0) continue;
    const config = await sessionConfig(sources, sessionId);
    for (const device of config?.devices ?? []) {
      const ms = times.get(device.code);
      const spec = specs.get(device.protocol);
      if (ms !== undefined && spec) measured.set(unitPlace(spec, device.connection), { ms, sessionId });
    }
  }
  return measured;
}
