import { plainCode, plainText } from '@holdfast/driver/plain-text.ts';
import type { PointFields } from '@holdfast/driver/point.ts';
import type { DriverSpec, Specs } from '@holdfast/driver/spec.ts';
import { meaningProblems } from '@holdfast/driver/values/meaning-problems.ts';
import { asError, schemaMessage } from '@holdfast/texts/schema-message.ts';
import type { Text } from '@holdfast/texts/text.ts';
import * as z from 'zod';
import {
  anyOf,
  described,
  refusedFor,
  schemaOf,
  type Validated,
  validate,
} from '../../judgement/verdict-on-body.ts';
import { linearRangeSchema, pointConfigSchema, reportByExceptionSchema } from '../device.ts';
import { fieldText } from '../words/field-texts.ts';
import { closedObject } from './closed-object.ts';
import { allFieldsOf, ownFields, ownOf, unstorable } from './own-fields.ts';
import { pageSchema } from './page.ts';
import { withoutNulls } from './without-nulls.ts';

const id = z.int().positive();
const storedFields = pointConfigSchema.shape;

/** InfluxDB takes a field of this name for the timestamp and loses it, though it answers with success (measured). */
const isTimestampName = (name: string) => name === 'time';
/** Names of the fields in which InfluxDB gets what a float field cannot hold: see docs/samples.md. */
const isIntegerFieldName = (name: string) => /__integer(_minus_2_63)?$/.test(name);
const pointCode = plainCode(storedFields.code)
  .refine((name) => !isTimestampName(name), {
    error: () => schemaMessage(fieldText('code_time_reserved')),
  })
  .refine((name) => !isIntegerFieldName(name), {
    error: () => schemaMessage(fieldText('code_integer_reserved')),
  })
  .meta({ not: { pattern: '^time$|__integer(_minus_2_63)?$' } });
const scale = storedFields.scale
  .unwrap()
  .refine((factor) => factor !== 0, asError(fieldText('scale_not_zero')))
  .meta({ not: { const: 0 } });
const wholeNumberPattern = '^(?:0|-?[1-9][0-9]*)$';

/** Fields of a point that every protocol has: those before the protocol's own fields, and those behind them. */
const before = { code: pointCode, name: plainText(storedFields.name.unwrap()) } as const;
const behind = {
  data_type: storedFields.data_type,
  scale,
  offset: storedFields.offset.unwrap(),
  unit: plainText(storedFields.unit.unwrap()),
  enabled: z.boolean(),
} as const;
/** Null says that it is not set. */
const options = {
  count: storedFields.count.unwrap().nullable(),
  precision: storedFields.precision.unwrap().nullable(),
  valid_min: storedFields.valid_min.unwrap().nullable(),
  valid_max: storedFields.valid_max.unwrap().nullable(),
  linear: closedObject(linearRangeSchema.shape).nullable(),
  enumeration: z
    .record(z.string().max(20).meta({ pattern: wholeNumberPattern }), plainText(z.string().max(256)))
    .refine((names) => Object.keys(names).length <= 1_000, asError(fieldText('too_many_enumerated')))
    .meta({ maxProperties: 1_000 })
    .nullable(),
  period_ms: storedFields.period_ms.unwrap().nullable(),
  report: closedObject(reportByExceptionSchema.shape).nullable(),
} as const;
const writable = storedFields.writable.unwrap();

const created = {
  before: { ...before, name: before.name.default('') },
  behind: {
    ...behind,
    scale: scale.default(1),
    offset: storedFields.offset,
    unit: behind.unit.default(''),
    enabled: behind.enabled.default(true),
    count: options.count.default(null),
    precision: options.precision.default(null),
    valid_min: options.valid_min.default(null),
    valid_max: options.valid_max.default(null),
    linear: options.linear.default(null),
    enumeration: options.enumeration.default(null),
    period_ms: options.period_ms.default(null),
    report: options.report.default(null),
    writable: writable.default(false),
  },
} as const;
const changed = { before, behind: { ...behind, ...options, writable } } as const;

const commonSchema = z.object({ ...changed.before, ...changed.behind, code: plainCode(storedFields.code) });
/** The fields of a point that every protocol has. */
export type PointCommon = z.infer<typeof commonSchema>;

/** A point as the API shows it: flat, with the fields of its protocol among those that every point has. */
export const pointViewSchema = z.looseObject({
  id,
  device_id: id,
  ...commonSchema.shape,
  scale: storedFields.scale.unwrap(),
});
export type PointView = z.infer<typeof pointViewSchema>;
export const pointPageSchema = pageSchema(pointViewSchema);

/** Answer to a creation or a change: what was stored, and what of the request may be a mistake. */
const warnings = z.array(z.string()).optional();

/** A point whose fields go together, as it is stored. */
export interface ValidPoint {
  readonly common: PointCommon;
  readonly address: unknown;
}

/** The parts of a device by which its points are judged. */
export interface DeviceOfPoint {
  readonly spec: DriverSpec;
  readonly connection: object;
}

/** A body of which only the device is known: the rest is judged by that. */
const namedPoint = z.looseObject({ device_id: id });
export type NamedPoint = z.infer<typeof namedPoint>;
const manyNamed = z.array(namedPoint).min(1).max(10_000);

/** Flat bodies of points, for the protocols that there are. */
export class PointBodies {
  /** One point, or many that are stored together or not at all. No union of both: its errors would not say where. */
  readonly create: z.ZodType<NamedPoint | NamedPoint[], unknown>;
  readonly change: z.ZodType<
    { readonly device_id?: number | undefined; readonly [field: string]: unknown },
    unknown
  >;
  readonly #first: DriverSpec;
  readonly view: typeof pointViewSchema;

  constructor(specs: Specs) {
    const places = new Map([...specs.values()].map((spec) => [spec.place, spec]));
    const each = <T>(of: (spec: DriverSpec) => T) => [...places.values()].map(of);
    const creations = each((spec) => ({
      ...described(closedObject({ device_id: id, ...pointShape(spec) })),
      examples: spec.words.pointExamples.map((example) => ({ device_id: 1, ...example })),
    }));
    const [first] = specs.values();
    if (!first) throw new Error('there is no protocol');
    this.#first = first;
    this.create = schemaOf(
      (body) => {
        const isMany = Array.isArray(body);
        const verdict = isMany
          ? validate(manyNamed, body)
          : validate<NamedPoint | NamedPoint[]>(namedPoint, body);
        if (verdict.ok) return verdict;
        // All that is wrong, as far as it can be said without a device.
        const { create } = schemasOf(first);
        const whole = validate<unknown>(isMany ? z.array(create).min(1).max(10_000) : create, body);
        return whole.ok ? verdict : whole;
      },
      {
        anyOf: [...creations, { type: 'array', minItems: 1, maxItems: 10_000, items: anyOf(creations) }],
      },
    );
    this.change = schemaOf(
      (body) => validate(z.looseObject({ device_id: id.optional() }), body),
      anyOf(each((spec) => described(closedObject({ device_id: id, ...changeShape(spec) }).partial()))),
    );
    this.view = pointViewSchema.meta({
      anyOf: each((spec) => described(z.looseObject(ownFields(spec.place).change), 'output')),
    });
  }

  /** Judges a point whose device does not exist, as if it spoke the first protocol. */
  judgedWithoutDevice(body: unknown): Validated<ValidPoint> {
    const spec = this.#first;
    const verdict = validateNewPoint({ spec, connection: {} }, body);
    if (verdict.ok) return verdict;
    return {
      ok: false,
      issues: [{ path: ['device_id'], message: fieldText('no_such_device') }, ...verdict.issues],
    };
  }

  get answer() {
    return this.view.extend({ warnings });
  }
}

const pointShape = ({ place }: Pick<DriverSpec, 'place'>) => ({
  ...created.before,
  ...ownFields(place).create,
  ...created.behind,
});
const changeShape = ({ place }: Pick<DriverSpec, 'place'>) => ({
  ...changed.before,
  ...ownFields(place).change,
  ...changed.behind,
});

const schemas = new WeakMap<
  z.ZodObject,
  { readonly point: z.ZodObject; readonly create: z.ZodObject; readonly change: z.ZodObject }
>();
function schemasOf(spec: Pick<DriverSpec, 'place'>) {
  const cached = schemas.get(spec.place);
  if (cached) return cached;
  const created = {
    point: closedObject(pointShape(spec)),
    create: closedObject({ device_id: id, ...pointShape(spec) }),
    change: closedObject({ device_id: id, ...changeShape(spec) }).partial(),
  };
  schemas.set(spec.place, created);
  return created;
}

/** The schema of a point whose device is known: all that a form asks for. */
export function devicePointSchema(spec: Pick<DriverSpec, 'place'>): z.ZodObject {
  return schemasOf(spec).point;
}

/** Judges a point's body that does not name its device. */
export function validateDevicePoint(device: DeviceOfPoint, body: unknown): Validated<ValidPoint> {
  return placed(device, validate(schemasOf(device.spec).point, body));
}

/** A point that is to be created. */
export function validateNewPoint(device: DeviceOfPoint, body: unknown): Validated<ValidPoint> {
  return placed(device, validate(schemasOf(device.spec).create, body));
}

/**
 * A point after a change. Faults that it had before may stay, and keep nothing else from being changed.
 * @param from its device now.
 * @param to its device after the change
 */
export function changedPoint(
  { from, to }: { readonly from: DeviceOfPoint; readonly to: DeviceOfPoint },
  now: ValidPoint,
  body: object,
): Validated<ValidPoint> {
  const change = validate(schemasOf(to.spec).change, body);
  if (!change.ok) return change;
  const { device_id: _, ...fields } = change.value as Record<string, unknown>;
  const own = Object.keys(to.spec.place.shape).filter((name) => fields[name] !== undefined);
  const currentPlace = allFieldsOf(from.spec.place, from.spec.showAddress(now.address));
  const setByAddress = saidByAddress(to.spec, fields);
  const keptFields = Object.entries(currentPlace).filter(
    ([name]) => name in to.spec.place.shape && !setByAddress.has(name),
  );
  const whole = { ...now.common, ...Object.fromEntries(keptFields), ...fields };
  const checked = validate(to.spec.place, ownOf(to.spec.place, whole));
  const after = checked.ok ? placed(to, { ok: true, value: { ...whole, ...checked.value } }) : checked;
  if (after.ok || own.length > 0 || from !== to) return after;
  const had = placed(from, { ok: true, value: { ...now.common, ...currentPlace } });
  const old = had.ok ? [] : had.issues;
  const issues = after.issues.filter(
    ({ path, message }) =>
      !old.some((each) => isSameText(each.message, message) && String(each.path) === String(path)),
  );
  if (issues.length > 0) return { ok: false, issues };
  return { ok: true, value: { common: commonOf(whole), address: now.address } };
}

const isSameText = (one: Text, other: Text) => JSON.stringify(one) === JSON.stringify(other);

/** Fields that a changed address says by itself, unless they are changed too. */
function saidByAddress(
  { words }: DriverSpec,
  fields: Readonly<Record<string, unknown>>,
): ReadonlySet<string> {
  const { address } = fields;
  if (typeof address !== 'string') return new Set();
  const notation = words.notations.find(({ pattern }) => new RegExp(pattern).test(address));
  return new Set(Object.keys(notation?.sets ?? {}));
}

function placed(
  { spec, connection }: DeviceOfPoint,
  verdict: Validated<Record<string, unknown>>,
): Validated<ValidPoint> {
  if (!verdict.ok) return verdict;
  const common = commonOf(verdict.value);
  const fields = withoutNulls(common) as PointFields;
  const own = ownOf(spec.place, verdict.value);
  const odd = unstorable(own);
  if (odd.length > 0) return refusedFor(odd);
  const parsed = spec.parseAddress(own, fields, connection);
  if (!parsed.ok) return refusedFor(parsed.problems);
  // A driver says more where it knows more of its raw values.
  const problems = meaningProblems(fields, { name: fields.data_type, isBit: false });
  if (problems.length > 0) return refusedFor(problems);
  return { ok: true, value: { common, address: parsed.address } };
}

const commonNames = Object.keys(commonSchema.shape);
function commonOf(flat: object): PointCommon {
  const fields = flat as Readonly<Record<string, unknown>>;
  return Object.fromEntries(commonNames.map((name) => [name, fields[name]])) as PointCommon;
}

/** A stored point as it is shown. */
export function flatPoint<Stored extends { readonly address: unknown }>(
  spec: Pick<DriverSpec, 'place' | 'showAddress'>,
  { address, ...rest }: Stored,
): Omit<Stored, 'address'> & Record<string, unknown> {
  return { ...rest, ...allFieldsOf(spec.place, spec.showAddress(address)) };
}

/** A shown point in its stored form. */
export function placeOfView({ spec, connection }: DeviceOfPoint, view: PointView): ValidPoint {
  const common = commonOf(view);
  const parsed = spec.parseAddress(ownOf(spec.place, view), withoutNulls(common) as PointFields, connection);
  return { common, address: parsed.ok ? parsed.address : undefined };
}
