import type { DeviceConfig } from '@holdfast/shared/contracts/task-config.ts';
import { sql } from 'kysely';
import { type SnapshotRow, snapshotTask } from '../configuration/task-snapshot.ts';
import type { Database } from '../database/open-database.ts';
import { Problem } from '../problems/problem.ts';
import { devicesText } from './texts.ts';

const name = 'device';
/** A stand-in task around one device: the device decides how it is read, the task only provides the form. */
const aroundOneDevice = { id: 1, code: name, name, enabled: true, period_ms: 60_000, required_labels: {} };

/**
 * A device in the form for a collector, with all its points or with one, including disabled ones for those who set
 * them up.
 * @throws Problem, DatabaseUnavailable
 */
export async function readDevice(
  database: Database,
  deviceId: number,
  pointId?: number,
): Promise<DeviceConfig> {
  const { rows } = await sql<{
    device: SnapshotRow['device'];
    site_code: string | null;
    site_networks: string[] | null;
    point: SnapshotRow['point'];
  }>`
    select to_jsonb(devices) - array['site_id', 'endpoint'] as device, sites.code as site_code,
      sites.networks as site_networks,
      to_jsonb(points) - 'device_id' as point
    from devices
    left join sites on sites.id = devices.site_id
    left join points on points.device_id = devices.id
      and (${pointId ?? null}::bigint is null or points.id = ${pointId ?? null})
    where devices.id = ${deviceId}
    order by points.id`.execute(database);
  const [first] = rows;
  if (!first) throw new Problem('device_not_found', devicesText('there_is_no_device', { deviceId }));
  const { device } = first;
  const snapshot = snapshotTask(
    aroundOneDevice,
    rows.map(({ device, site_code, site_networks, point }) => ({
      device: { ...device, enabled: true },
      siteCode: site_code,
      siteNetworks: site_networks,
      point: point && { ...point, enabled: true, period_ms: null },
    })),
    new Set(),
  );
  const [content] = snapshot.ok ? snapshot.content.devices : [];
  if (content) return content;
  if (!snapshot.ok && snapshot.problem.code === 'task_config_invalid') {
    throw new Problem('device_config_invalid', devicesText('device_config_invalid', { code: device.code }), {
      errors: snapshot.problem.issues,
    });
  }
  throw new Problem('device_without_points', devicesText('device_without_points', { code: device.code }));
}
