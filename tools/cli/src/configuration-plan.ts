import { isDeepStrictEqual } from 'node:util';
import type { Item } from '@holdfast/api-client/api-client.ts';
import type { Everything, ReadConfiguration } from './configuration-file.ts';
import { say } from './words/say.ts';

type Kind = 'site' | 'device' | 'point' | 'task';
/** The id of the thing with this key; a new thing has one only once it is made. */
type IdOf = (key: string) => unknown;

export interface Step {
  readonly kind: Kind;
  readonly key: string;
  /** `point press-1/temperature` */
  readonly label: string;
  /** `none`: the file says exactly what is there. */
  readonly action: 'create' | 'change' | 'none';
  readonly bodyOf: (idOf: IdOf) => Item;
}

/** A file with ids instead of codes. Whether its things are in order, the API judges. */
export interface Plan {
  /** Steps in the order of their references. */
  readonly steps: readonly Step[];
  /** The existing things, by key. */
  readonly there: ReadonlyMap<string, Item>;
  /** What only the file shows: codes that nothing has, and parts of the wrong form. */
  readonly faults: readonly string[];
}

const keyOf = (kind: Kind, ...codes: unknown[]) => JSON.stringify([kind, ...codes]);

/** Plans the steps from `there` to the file's content. Things that the file does not name stay. Asks and changes nothing. */
export function planOf(file: ReadConfiguration, there: Everything): Plan {
  const plan = new Planning(there);
  plan.faults.push(...file.faults);
  for (const [index, site] of file.sites.entries()) {
    plan.put('site', [nameOf(site, index)], () => site);
  }
  // All devices come first, so that even the dry run of a part finds two devices at one place.
  const devices = file.devices.map((device, index) => [device, nameOf(device, index)] as const);
  const points = devices.map(([device, name]) => putDevice(plan, device, name));
  for (const [index, [, name]] of devices.entries()) putPoints(plan, points[index] ?? [], name);
  for (const [index, task] of file.tasks.entries()) putTask(plan, task, nameOf(task, index));
  return plan;
}

/** @returns its points */
function putDevice(plan: Planning, { site, points, ...device }: Item, name: string): readonly Item[] {
  const label = labelOf('device', [name]);
  plan.refuseIds(label, device, { site_id: 'site' });
  const hasSite = site !== undefined && site !== null && site !== '';
  const siteKey = keyOf('site', site);
  if (hasSite && !plan.isKnown(siteKey))
    plan.fault(label, 'site', say('there_is_no_site', { code: textOf(site) }));
  const listed = plan.listOf(label, 'points', points);
  plan.put('device', [name], (idOf) => ({
    ...device,
    ...(site !== undefined && { site_id: hasSite ? idOf(siteKey) : null }),
  }));
  return listed;
}

function putPoints(plan: Planning, points: readonly Item[], device: string): void {
  for (const [index, point] of points.entries()) {
    const codes = [device, nameOf(point, index)] as const;
    plan.refuseIds(labelOf('point', codes), point, { device_id: say('the_place_below_its_device') });
    plan.put('point', codes, (idOf) => ({ ...point, device_id: idOf(keyOf('device', device)) }));
  }
}

function putTask(plan: Planning, { devices, points, ...task }: Item, name: string): void {
  const label = labelOf('task', [name]);
  plan.refuseIds(label, task, { device_ids: 'devices', point_ids: 'points' });
  const deviceCodes = plan.arrayOf(label, 'devices', devices);
  for (const code of deviceCodes) {
    if (!plan.isKnown(keyOf('device', code))) {
      plan.fault(label, 'devices', say('there_is_no_device', { code: textOf(code) }));
    }
  }
  const pointsOfTask = plan.listOf(label, 'points', points);
  for (const { device, point } of pointsOfTask) {
    const place = { point: textOf(point), device: textOf(device) };
    if (!plan.isKnown(keyOf('point', device, point))) {
      plan.fault(label, 'points', say('no_point_of_device', place));
    }
  }
  const idsOf = (keys: readonly string[], idOf: IdOf) => keys.map(idOf).filter((id) => id !== undefined);
  const deviceKeys = deviceCodes.map((code) => keyOf('device', code));
  const pointKeys = pointsOfTask.map(({ device, point }) => keyOf('point', device, point));
  plan.put('task', [name], (idOf) => ({
    ...task,
    ...(devices !== undefined && { device_ids: idsOf(deviceKeys, idOf) }),
    ...(points !== undefined && { point_ids: idsOf(pointKeys, idOf) }),
  }));
}

class Planning implements Plan {
  readonly steps: Step[] = [];
  readonly faults: string[] = [];
  readonly there: ReadonlyMap<string, Item>;
  private readonly keys = new Set<string>();

  constructor(everything: Everything) {
    this.there = itemsByKey(everything);
  }

  fault(label: string, field: string, why: string): void {
    this.faults.push(`${label}: ${field}: ${why}`);
  }

  /** Whether the thing is in the installation, or an earlier step brings it. */
  isKnown(key: string): boolean {
    return this.there.has(key) || this.keys.has(key);
  }

  put(kind: Kind, codes: readonly string[], bodyOf: Step['bodyOf']): void {
    const key = keyOf(kind, ...codes);
    const label = labelOf(kind, codes);
    if (this.keys.has(key)) {
      this.fault(label, 'code', say('is_in_the_file_more_than'));
      return;
    }
    this.keys.add(key);
    const there = this.there.get(key);
    // A key stands for the id of a thing that is not there yet: no id equals it.
    const body = bodyOf((each) => this.there.get(each)?.id ?? each);
    const isAsItWas = there && isDeepStrictEqual({ ...there, ...body }, { ...there });
    const action = isAsItWas ? 'none' : there ? 'change' : 'create';
    this.steps.push({ kind, key, label, action, bodyOf });
  }

  arrayOf(label: string, field: string, value: unknown): readonly unknown[] {
    if (Array.isArray(value)) return value;
    if (value !== undefined && value !== null) this.fault(label, field, say('must_be_a_list'));
    return [];
  }

  /** A list of objects. */
  listOf(label: string, field: string, value: unknown): readonly Item[] {
    return this.arrayOf(label, field, value).filter((each, index): each is Item => {
      const isObject = each !== null && typeof each === 'object' && !Array.isArray(each);
      if (!isObject) this.fault(label, `${field}.${index}`, say('must_have_fields', { given: textOf(each) }));
      return isObject;
    });
  }

  /** Refuses ids, which differ between installations. */
  refuseIds(label: string, item: Item, instead: Readonly<Record<string, string>>): void {
    for (const [field, other] of Object.entries(instead)) {
      if (field in item) this.fault(label, field, say('a_file_has_instead_of_ids', { other }));
    }
  }
}

/** Things of the installation by the keys of their steps. */
export function itemsByKey({ sites, devices, points, tasks }: Everything): ReadonlyMap<string, Item> {
  const deviceCodes = new Map(devices.map(({ id, code }) => [id, code]));
  return new Map([
    ...sites.map((site) => [keyOf('site', site.code), site] as const),
    ...devices.map((device) => [keyOf('device', device.code), device] as const),
    ...points.map((point) => [keyOf('point', deviceCodes.get(point.device_id), point.code), point] as const),
    ...tasks.map((task) => [keyOf('task', task.code), task] as const),
  ]);
}

const labelOf = (kind: Kind, codes: readonly string[]) => `${say(`field_${kind}`)} ${codes.join('/')}`;

function nameOf({ code }: Item, index: number): string {
  if (typeof code === 'string' && code !== '') return code;
  return typeof code === 'number' ? String(code) : say('number', { number: index + 1 });
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : String(JSON.stringify(value)));
