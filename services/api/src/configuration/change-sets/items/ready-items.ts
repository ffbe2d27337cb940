import type { ChangedKind, RequestedItem } from '@holdfast/shared/contracts/http/change-sets-http.ts';
import { fieldText } from '@holdfast/shared/contracts/words/field-texts.ts';
import type { Issue } from '@holdfast/shared/judgement/verdict-on-body.ts';
import type { ChangedThings, Concerned } from '../../../ports.ts';

type Fields = Readonly<Record<string, unknown>>;

/** An item whose fields name new things by stand-in ids, which no database gives. */
export type ReadyItem = RequestedItem & { readonly standIn: number | undefined };

/** Fields that name other things, with the kind of those things. */
export const referring: Readonly<
  Record<ChangedKind, readonly (readonly [field: string, kind: ChangedKind])[]>
> = {
  site: [],
  device: [['site_id', 'site']],
  point: [['device_id', 'device']],
  task: [
    ['device_ids', 'device'],
    ['point_ids', 'point'],
  ],
};

const keyOf = (kind: ChangedKind, id: unknown) => `${kind} ${String(id)}`;

/**
 * Replaces the negative ids of new things by stand-ins that every schema accepts, and finds items that do not go
 * together.
 */
export function readyItems(items: readonly RequestedItem[]): {
  readonly ready: readonly ReadyItem[];
  readonly issues: readonly Issue[];
} {
  const issues: Issue[] = [];
  const indexByKey = new Map<string, number>();
  const standIns = new Map<string, number>();
  for (const [index, { op, kind, id }] of items.entries()) {
    if (id === undefined) continue;
    const first = indexByKey.get(keyOf(kind, id));
    if (first === undefined) indexByKey.set(keyOf(kind, id), index);
    else issues.push({ path: ['items', index, 'id'], message: fieldText('same_as_item', { item: first }) });
    if (op === 'create') standIns.set(keyOf(kind, id), Number.MAX_SAFE_INTEGER - index);
  }
  const stoodIn = (item: RequestedItem, index: number): Fields => {
    if (item.op === 'delete') return {};
    const fields: Record<string, unknown> = { ...item.fields };
    for (const [field, kind] of referring[item.kind]) {
      const one = (value: unknown): unknown => {
        if (typeof value !== 'number' || value >= 0) return value;
        const standIn = standIns.get(keyOf(kind, value));
        if (standIn === undefined) {
          issues.push({
            path: ['items', index, 'fields', field],
            message: fieldText('no_item_makes', { kind, id: value }),
          });
        }
        return standIn ?? value;
      };
      const value = fields[field];
      if (value !== undefined) fields[field] = Array.isArray(value) ? value.map(one) : one(value);
    }
    return fields;
  };
  const ready = items.map((item, index): ReadyItem => {
    const standIn = item.op === 'create' ? standIns.get(keyOf(item.kind, item.id)) : undefined;
    return item.op === 'delete' ? { ...item, standIn } : { ...item, fields: stoodIn(item, index), standIn };
  });
  return { ready, issues };
}

/**
 * Everything in the current configuration that items concern. Only callers with rights everywhere may change sites
 * themselves.
 */
export function concernedBy(items: readonly RequestedItem[]): Concerned {
  const tasks: number[] = [];
  const devices: number[] = [];
  const points: number[] = [];
  const sites: (number | null)[] = [];
  const there = { site: sites, device: devices, point: points, task: tasks };
  for (const item of items) {
    const { op, kind } = item;
    if (kind === 'site') sites.push(null);
    else if (op !== 'create') there[kind].push(item.id);
    if (op === 'delete') continue;
    const fields: Fields = item.fields;
    const isNew = op === 'create';
    if (kind === 'device' && (isNew || fields.site_id !== undefined)) {
      const { site_id } = fields;
      sites.push(isId(site_id) ? site_id : null);
    }
    if (kind === 'point' && isId(fields.device_id)) devices.push(fields.device_id);
    if (kind === 'task') {
      const { device_ids = isNew ? [] : undefined, point_ids } = fields;
      if (Array.isArray(point_ids)) points.push(...point_ids.filter(isId));
      if (!Array.isArray(device_ids)) continue;
      devices.push(...device_ids.filter(isId));
      if (device_ids.length === 0) sites.push(null);
    }
  }
  return { tasks, devices, points, sites };
}

/** The things that items change, without things they only refer to. */
export function changedThings(items: readonly RequestedItem[]): ChangedThings {
  const ids = (kind: RequestedItem['kind']) =>
    items.flatMap((item) => (item.kind === kind && item.op !== 'create' ? [item.id] : []));
  return { sites: ids('site'), devices: ids('device'), points: ids('point'), tasks: ids('task') };
}

const isId = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) > 0;
