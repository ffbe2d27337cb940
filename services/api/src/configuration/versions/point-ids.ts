import type { VersionItem } from '@holdfast/shared/contracts/http/task-versions-http.ts';
import { sql } from 'kysely';
import type { Database } from '../../database/open-database.ts';

/** Adds the ids of points that still exist, which versions do not contain. @throws DatabaseUnavailable */
export async function withPointIds(
  database: Database,
  items: readonly VersionItem[],
): Promise<VersionItem[]> {
  const points = items.filter(({ kind }) => kind === 'point');
  if (points.length === 0) return [...items];
  const { rows } = await sql<{ readonly id: number; readonly device: string; readonly code: string }>`
    select points.id, devices.code as device, points.code
    from unnest(${points.map(({ device }) => device)}::text[], ${points.map(({ code }) => code)}::text[]) as asked (device, code)
    join devices on devices.code = asked.device
    join points on points.device_id = devices.id and points.code = asked.code`.execute(database);
  const known = new Map(rows.map(({ id, device, code }) => [JSON.stringify([device, code]), id]));
  return items.map((item) =>
    item.kind === 'point'
      ? { ...item, id: known.get(JSON.stringify([item.device, item.code])) ?? null }
      : item,
  );
}
