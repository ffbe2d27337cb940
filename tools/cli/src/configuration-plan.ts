import type { Item } from '@holdfast/api-client/api-client.ts';
import { devicePlace } from '@holdfast/driver/device-place.ts';
import { bodies } from '@holdfast/drivers/bodies.ts';
import { specs } from '@holdfast/drivers/specs.ts';
import {
  siteCreateSchema,
  sitePatchSchema,
  taskCreateSchema,
  taskPatchSchema,
} from '@holdfast/shared/contracts/http/configuration-http.ts';
import {
  connectionOf,
  type DeviceCreate,
  type DeviceView,
} from '@holdfast/shared/contracts/http/device-http.ts';
import {
  changedPoint,
  type DeviceOfPoint,
  flatPoint,
  type JudgedPoint,
  judgedPoint,
  type PointView,
  placeOfView,
} from '@holdfast/shared/contracts/http/point-http.ts';
import { type Judged, judgedBy } from '@holdfast/shared/judgement/verdict-on-body.ts';
import { inLanguage } from '@holdfast/texts/text.ts';
import type { Everything, ReadConfiguration } from './configuration-file.ts';
import { say, speaksChinese } from './words/say.ts';

export type Kind = 'site' | 'device' | 'point' | 'task';
/** The id of the thing with this key; a new thing has one only once it is made. */
export type IdOf = (key: string) => unknown;

export interface Step {
  readonly kind: Kind;
  readonly key: string;
  /** `point press-1/temperature` */
  readonly label: string;
  readonly action: 'create' | 'change' | 'none';
  /** The id of the thing to change. */
  readonly id: unknown;
  readonly bodyOf: (idOf: IdOf) => Item;
}

export interface Plan {
  /** Steps in the order of their references; new points of a device are together. */
  readonly steps: readonly Step[];
  /** Everything that the API would refuse. */
  readonly faults: readonly string[];
  /** Doubts about points of the file that are brought in all the same. */
  readonly warnings: readonly string[];
  /** Ids of the existing things. */
  readonly ids: ReadonlyMap<string, unknown>;
}

const keyOf = (kind: Kind, ...codes: unknown[]) => JSON.stringify([kind, ...codes]);

/** Plans the steps from `there` to the file's content. Things that the file does not name stay. Asks and changes nothing. */
export function planOf(file: ReadConfiguration, there: Everything): Plan {
  const plan = new Planning(there);
  plan.faults.push(...file.faults);
  for (const [index, site] of file.sites.entries()) {
    plan.put('site', [nameOf(site, index)], () => site);
  }
  for (const [index, device] of file.devices.entries()) putDevice(plan, device, nameOf(device, index));
  for (const [index, task] of file.tasks.entries()) putTask(plan, task, nameOf(task, index));
  return plan;
}

function putDevice(plan: Planning, { site, points, ...device }: Item, name: string): void {
  const label = labelOf('device', [name]);
  plan.refuseIds(label, device, { site_id: 'site' });
  const hasSite = site !== undefined && site !== null && site !== '';
  const siteKey = keyOf('site', site);
  if (hasSite && !plan.isKnown(siteKey))
    plan.fault(label, 'site', say('there_is_no_site', { code: textOf(site) }));
  plan.put('device', [name], (idOf) => ({
    ...device,
    ...(site !== undefined && { site_id: hasSite ? idOf(siteKey) : null }),
  }));

  const deviceKey = keyOf('device', name);
  const steps = plan.listOf(label, 'points', points).map((point, index) => {
    const codes = [name, nameOf(point, index)] as const;
    plan.refuseIds(labelOf('point', codes), point, { device_id: say('the_place_below_its_device') });
    return { codes, point };
  });
  const isThere = ({ codes }: (typeof steps)[number]) => plan.ids.has(keyOf('point', ...codes));
  for (const { codes, point } of [...steps.filter(isThere), ...steps.filter((step) => !isThere(step))]) {
    plan.put('point', codes, (idOf) => ({ ...point, device_id: idOf(deviceKey) }), deviceKey);
  }
}

function putTask(plan: Planning, { devices, points, ...task }: Item, name: string): void {
  const label = labelOf('task', [name]);
  plan.refuseIds(label, task, { device_ids: 'devices', point_ids: 'points' });
  const deviceCodes = plan.arrayOf(label, 'devices', devices);
  const taskDevices = devices === undefined ? plan.devicesOfTask(name) : deviceCodes;
  for (const code of deviceCodes) {
    if (!plan.isKnown(keyOf('device', code))) {
      plan.fault(label, 'devices', say('there_is_no_device', { code: textOf(code) }));
    }
  }
  const chosen = plan.listOf(label, 'points', points);
  for (const { device, point } of chosen) {
    const place = { point: textOf(point), device: textOf(device) };
    if (!plan.isKnown(keyOf('point', device, point))) {
      plan.fault(label, 'points', say('no_point_of_device', place));
    } else if (!taskDevices.includes(device)) {
      plan.fault(label, 'points', say('point_of_device_the_device', place));
    }
  }
  plan.put('task', [name], (idOf) => ({
    ...task,
    ...(devices !== undefined && { device_ids: deviceCodes.map((code) => idOf(keyOf('device', code))) }),
    ...(points !== undefined && {
      point_ids: chosen.map(({ device, point }) => idOf(keyOf('point', device, point))),
    }),
  }));
}

class Planning implements Plan {
  readonly steps: Step[] = [];
  readonly faults: string[] = [];
  readonly warnings: string[] = [];
  readonly ids: ReadonlyMap<string, unknown>;
  private readonly there: ReadonlyMap<string, Item>;
  private readonly brought = new Set<string>();
  private readonly devices = new Map<string, Item>();
  private readonly deviceCodes: ReadonlyMap<unknown, unknown>;
  private readonly places: DevicePlaces;
  private readonly toCome = new Map<string, number>();

  constructor({ sites, devices, points, tasks }: Everything) {
    const deviceCodes = new Map(devices.map(({ id, code }) => [id, code]));
    this.deviceCodes = deviceCodes;
    this.there = new Map([
      ...sites.map((site) => [keyOf('site', site.code), site] as const),
      ...devices.map((device) => [keyOf('device', device.code), device] as const),
      ...points.map(
        (point) => [keyOf('point', deviceCodes.get(point.device_id), point.code), point] as const,
      ),
      ...tasks.map((task) => [keyOf('task', task.code), task] as const),
    ]);
    this.ids = new Map([...this.there].map(([key, { id }]) => [key, id]));
    this.places = new DevicePlaces(devices as unknown as DeviceView[]);
  }

  fault(label: string, ...what: string[]): void {
    this.faults.push([label, ...what].filter((part) => part !== '').join(': '));
  }

  /** Whether the thing is in the installation, or an earlier step brings it. */
  isKnown(key: string): boolean {
    return this.there.has(key) || this.brought.has(key);
  }

  /** Codes of the devices that a task has now. */
  devicesOfTask(name: string): readonly unknown[] {
    const ids = this.there.get(keyOf('task', name))?.device_ids;
    return Array.isArray(ids) ? ids.map((id) => this.deviceCodes.get(id)) : [];
  }

  put(kind: Kind, codes: readonly string[], bodyOf: Step['bodyOf'], deviceKey = ''): void {
    const key = keyOf(kind, ...codes);
    const label = labelOf(kind, codes);
    if (this.brought.has(key)) this.fault(label, 'code', say('is_in_the_file_more_than'));
    this.brought.add(key);
    const there = this.there.get(key);
    const now = bodyOf((each) => this.ids.get(each) ?? this.idToCome(each));
    const device = kind === 'point' ? this.deviceAt(deviceKey) : undefined;
    const judgement = judge(kind, there, now, device);
    // The body as the API would store it: addresses counted from 0, defaults of a profile filled in.
    const normalised = judgement?.ok ? onlyOf(judgement.value, now) : now;
    const isAsItWas = there && (isWithin(there, now) || isWithin(there, normalised));
    const action = isAsItWas ? 'none' : there ? 'change' : 'create';
    // Only things that change are judged, because only those are sent.
    if (action !== 'none' && judgement) {
      const issues = judgement.ok ? [] : judgement.issues;
      for (const { path, message } of issues) this.fault(label, path.map(String).join('.'), message);
      if (kind === 'device' && judgement.ok) this.placeFault(label, judgement.value as DeviceView);
      const doubt = judgement.ok && device?.spec.doubt?.(now, judgement.value);
      if (doubt) this.warnings.push(`${label}: address: ${inLanguage(doubt, speaksChinese() ? 'zh' : 'en')}`);
    }
    if (kind === 'device') this.devices.set(key, judgement?.ok ? judgement.value : (there ?? now));
    this.steps.push({ kind, key, label, action, id: there?.id, bodyOf });
  }

  /** The device as the file makes it, or else as it is in the installation. */
  private deviceAt(key: string): DeviceOfPoint | undefined {
    const device = this.devices.get(key) ?? this.there.get(key);
    const spec = device && bodies().devices.specOf(device);
    return spec && { spec, connection: bodies().devices.connectionIn(spec, device) };
  }

  /** A stand-in for the id of a thing that is not made yet: no database gives such an id. */
  private idToCome(key: string): number {
    const id = this.toCome.get(key) ?? Number.MAX_SAFE_INTEGER - this.toCome.size;
    this.toCome.set(key, id);
    return id;
  }

  private placeFault(label: string, device: DeviceView): void {
    const other = this.places.take(device);
    if (other === undefined) return;
    const field = specs.get(device.protocol)?.unitField ?? '';
    this.fault(label, field, say('device_has_this_endpoint_and_unit', { other }));
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

const schemas = {
  site: { create: siteCreateSchema, patch: sitePatchSchema },
  task: { create: taskCreateSchema, patch: taskPatchSchema },
} as const;

/** The API's judgement of a body, with the resulting thing. Undefined for a point whose device has an unknown protocol. */
function judge(
  kind: Kind,
  there: Item | undefined,
  body: Item,
  device: DeviceOfPoint | undefined,
): Judged<Item> | undefined {
  switch (kind) {
    case 'device': {
      const { devices } = bodies();
      return there ? devices.changed(there as DeviceView, body) : devices.judged(body);
    }
    case 'point': {
      if (!device) return undefined;
      const judgement = there
        ? changedPoint({ from: device, to: device }, placeOfView(device, there as PointView), body)
        : judgedPoint(device, body);
      return shownPoint(device, body, judgement);
    }
    case 'site':
    case 'task':
      return judgedBy<Item>(schemas[kind][there ? 'patch' : 'create'] as never, body);
    default:
      return kind satisfies never;
  }
}

function shownPoint(
  { spec }: DeviceOfPoint,
  { device_id }: Item,
  judgement: Judged<JudgedPoint>,
): Judged<Item> {
  if (!judgement.ok) return judgement;
  const { common, address } = judgement.value;
  return { ok: true, value: { ...flatPoint(spec, { ...common, address }), device_id } };
}

/** The asked fields of a whole thing. */
function onlyOf(whole: Item, { ...fields }: Item): Item {
  return Object.fromEntries(Object.keys(fields).map((name) => [name, whole[name]]));
}

const labelOf = (kind: Kind, codes: readonly string[]) => `${say(`field_${kind}`)} ${codes.join('/')}`;

function nameOf({ code }: Item, index: number): string {
  if (typeof code === 'string' && code !== '') return code;
  return typeof code === 'number' ? String(code) : say('number', { number: index + 1 });
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : String(JSON.stringify(value)));

function isWithin(there: Item, body: Item): boolean {
  return Object.entries(body).every(([name, value]) => isSame(value, there[name]));
}

/** Compares two values; lists of ids are compared as sets. */
function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(inOrder(one)) === JSON.stringify(inOrder(other));
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder).sort();
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, each]) => [name, inOrder(each)]),
  );
}

/** Tracks which device is at each place. The API refuses a device where another one is. */
class DevicePlaces {
  readonly #codes = new Map<string, string>();
  readonly #places = new Map<string, string>();

  constructor(devices: readonly DeviceView[]) {
    for (const device of devices) this.take(device);
  }

  /** Puts a device at its place. @returns the code of another device that is there already */
  take(device: DeviceCreate): string | undefined {
    this.#codes.delete(this.#places.get(device.code) ?? '');
    this.#places.delete(device.code);
    const spec = specs.get(device.protocol);
    if (!device.enabled || !spec) return undefined;
    const place = devicePlace(spec, connectionOf(spec, device), device.site_id);
    if (place === undefined) return undefined;
    const other = this.#codes.get(place);
    if (other !== undefined) return other;
    this.#codes.set(place, device.code);
    this.#places.set(device.code, place);
    return undefined;
  }
}
