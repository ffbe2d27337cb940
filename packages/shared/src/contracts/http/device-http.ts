import { plainCode, plainText } from '@holdfast/driver/plain-text.ts';
import type { DriverSpec, FieldProblem, Specs } from '@holdfast/driver/spec.ts';
import { asError } from '@holdfast/texts/schema-message.ts';
import * as z from 'zod';
import {
  anyOf,
  described,
  refusedFor,
  schemaOf,
  type Validated,
  validate,
} from '../../judgement/verdict-on-body.ts';
import { deviceConfigSchema, modeSchema, protocolSchema } from '../device.ts';
import { learnedLimitsSchema } from '../session-status.ts';
import { fieldText } from '../words/field-texts.ts';
import { closedObject } from './closed-object.ts';
import { allFieldsOf, ownFields, ownOf, unstorable } from './own-fields.ts';
import { pageSchema } from './page.ts';

const id = z.int().positive();
const storedFields = deviceConfigSchema.shape;

/** Fields of a device that every protocol has: those before the protocol's own fields, and those behind them. */
const before = {
  code: plainCode(storedFields.code),
  name: plainText(storedFields.name.unwrap()),
  site_id: id.nullable(),
} as const;
const behind = {
  timeout_ms: storedFields.timeout_ms.unwrap(),
  measurement: plainCode(storedFields.measurement.unwrap())
    .refine((value) => !value.startsWith('#'), asError(fieldText('measurement_begins_with_hash')))
    .meta({ not: { pattern: '^#' } })
    .nullable(),
  enabled: z.boolean(),
} as const;

/** A device as the API shows it: flat, with the fields of its protocol among those that every device has. */
const flatSchema = z.looseObject({ ...before, protocol: protocolSchema, mode: modeSchema, ...behind });
export const deviceViewSchema = z.looseObject({ id, ...flatSchema.shape });
export type DeviceView = z.infer<typeof deviceViewSchema>;
/** The same before it has an id. */
export type DeviceCreate = z.infer<typeof flatSchema>;
export const devicePageSchema = pageSchema(deviceViewSchema);

/** A device as it is stored. */
export interface StoredDevice extends Pick<DeviceView, 'protocol' | 'mode'> {
  readonly connection: object;
}

/** Limits that sessions have learned from the device's refusals, whether its connection has them by now or not. */
const shownLimits = z.array(
  z.looseObject({ session_id: z.string(), collector_id: z.string(), ...learnedLimitsSchema.shape }),
);
/** One device, read by itself. */
export const deviceDetailSchema = deviceViewSchema.extend({ learned_limits: shownLimits });
export type DeviceDetail = z.infer<typeof deviceDetailSchema>;
/** With `unconfirmed` also ranges that were refused once only. */
export const applyLimitsBodySchema = closedObject({ unconfirmed: z.boolean() }).partial().nullish();

/** Flat bodies of devices, for the protocols that there are. */
export class DeviceBodies {
  readonly #specs: Specs;
  readonly #schemas = new Map<string, { readonly create: z.ZodObject; readonly change: z.ZodObject }>();
  readonly create: z.ZodType<DeviceCreate, unknown>;
  /** No more than an object: a change is judged once its device is known (`changed`). */
  readonly change: z.ZodType<{ readonly site_id?: number | null | undefined }, unknown>;
  readonly view: typeof deviceViewSchema;
  readonly detail: typeof deviceDetailSchema;

  constructor(specs: Specs) {
    this.#specs = specs;
    const all = [...specs.values()];
    const views = all.map((spec) => described(viewOf(spec), 'output'));
    this.view = deviceViewSchema.meta({ oneOf: views });
    this.detail = deviceDetailSchema.meta({ oneOf: views.map(open) });
    this.create = schemaOf((body) => this.judged(body), {
      oneOf: all.map((spec) => ({
        ...described(this.#schemasOf(spec).create),
        examples: spec.words.deviceExamples,
      })),
    });
    const changes = new Map(all.map((spec) => [spec.connection, this.#schemasOf(spec).change]));
    this.change = schemaOf(
      (body) => validate(z.looseObject({ site_id: id.nullable().optional() }), body),
      anyOf([...changes.values()].map((schema) => described(schema))),
    );
  }

  get appliedLimits() {
    return z.object({
      /** False when the device was configured like that already. */
      changed: z.boolean(),
      learned_limits: shownLimits,
      device: this.view,
    });
  }

  get forgottenLimits() {
    return z.object({
      /** Whether ranges were taken out of the device's connection: the next session begins without them. */
      changed: z.boolean(),
      /** Running sessions that ask the device for everything again. */
      sessions: z.array(z.string()),
      /**
       * Collectors that should read it and gave no answer. They keep what they know until the session is placed again.
       */
      not_reached: z.array(z.string()),
      device: this.view,
    });
  }

  /** The schema of a device of one protocol. Rules across fields are the spec's (`problems`). */
  createOf(spec: DriverSpec): z.ZodObject {
    return this.#schemasOf(spec).create;
  }

  /** The protocol of a body. */
  specOf(body: unknown): DriverSpec | undefined {
    const [first] = this.#specs.keys();
    return this.#specs.get(protocolIn(body) ?? first ?? '');
  }

  /** The connection of a body that may be wrong: its own fields where they are right, and defaults for the others. */
  connectionIn(spec: DriverSpec, body: unknown): object {
    const fields = Object.entries(ownOf(spec.connection, body as object)).filter(
      ([name, value]) => (spec.connection.shape[name] as z.ZodType).safeParse(value).success,
    );
    const own = Object.fromEntries(fields);
    const parsed = spec.connection.safeParse(own);
    return parsed.success ? parsed.data : own;
  }

  /** A device that is to be created, flat. */
  judged(body: unknown): Validated<DeviceCreate> {
    const spec = this.specOf(body);
    // Fields of an unknown protocol have no owner.
    if (!spec) return validate(this.#unknown(), body) as Validated<DeviceCreate>;
    const { create } = this.#schemasOf(spec);
    const verdict = validate(create, body) as Validated<DeviceCreate>;
    if (verdict.ok) {
      const faults = faultsAcross(spec, verdict.value);
      return faults.length > 0 ? refusedFor(faults) : verdict;
    }
    // A mistyped field is reported next to the one that is missing because of it.
    const rest = validate(create, onlyKnown(create, body)) as Validated<DeviceCreate>;
    if (!rest.ok) return verdict;
    const across = refusedFor(faultsAcross(spec, rest.value));
    return { ok: false, issues: [...verdict.issues, ...(across.ok ? [] : across.issues)] };
  }

  /** A device after a change, flat. Fields that a new protocol does not have are dropped. */
  changed(now: DeviceView, body: unknown): Validated<DeviceCreate> {
    const spec = this.#specs.get(protocolIn(body) ?? now.protocol);
    if (!spec) return validate(this.#unknown(), body) as Validated<DeviceCreate>;
    const change = validate(this.#schemasOf(spec).change, body);
    if (!change.ok) return change;
    const { id: _, ...rest } = now;
    const keptFields = Object.entries(rest).filter(
      ([name]) => name in before || name in behind || name in spec.connection.shape,
    );
    const mode = spec.modes.includes(now.mode) ? { mode: now.mode } : {};
    return this.judged({
      ...Object.fromEntries(keptFields),
      ...mode,
      protocol: spec.protocol,
      ...change.value,
    });
  }

  #schemasOf(spec: DriverSpec) {
    const cached = this.#schemas.get(spec.protocol);
    if (cached) return cached;
    const own = ownFields(spec.connection);
    const [first] = spec.modes;
    const [isDefault] = this.#specs.keys();
    const modes = z.enum([...spec.modes]);
    const protocol = z.literal(spec.protocol);
    const schemas = {
      create: closedObject({
        ...before,
        name: before.name.default(''),
        site_id: before.site_id.default(null),
        protocol: spec.protocol === isDefault ? protocol.default(spec.protocol) : protocol,
        mode: modes.default(first ?? 'polled'),
        ...own.create,
        ...behind,
        timeout_ms: storedFields.timeout_ms,
        measurement: behind.measurement.default(null),
        enabled: behind.enabled.default(true),
      }),
      change: closedObject({
        ...before,
        protocol: this.#protocols(),
        mode: modes,
        ...own.change,
        ...behind,
      }).partial(),
    };
    this.#schemas.set(spec.protocol, schemas);
    return schemas;
  }

  #protocols() {
    return z.enum([...this.#specs.keys()]);
  }

  #unknown() {
    return z.looseObject({ ...before, protocol: this.#protocols(), ...behind }).partial();
  }
}

/** Faults across fields that are each right. */
function faultsAcross(spec: DriverSpec, flat: DeviceCreate): readonly FieldProblem[] {
  const connection = connectionOf(spec, flat);
  const odd = unstorable(connection);
  if (odd.length > 0) return odd;
  const { code, mode, timeout_ms } = flat;
  const device = { id: '', code, protocol: spec.protocol, mode, timeout_ms, connection, points: [] };
  return spec.problems?.(device) ?? [];
}

function onlyKnown({ shape }: z.ZodObject, body: unknown): unknown {
  if (typeof body !== 'object' || body === null) return body;
  return Object.fromEntries(Object.entries(body).filter(([name]) => name in shape));
}

function protocolIn(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { protocol } = body as { readonly protocol?: unknown };
  // Anything but a text is no known protocol.
  return protocol === undefined ? undefined : String(protocol);
}

function viewOf(spec: DriverSpec) {
  const protocol = z.literal(spec.protocol);
  return z.object({
    id,
    ...before,
    protocol,
    mode: z.enum([...spec.modes]),
    ...ownFields(spec.connection).change,
    ...behind,
  });
}

function open(schema: Record<string, unknown>): Record<string, unknown> {
  return { ...schema, additionalProperties: {} };
}

/** The protocol's own fields of a flat device, as they are stored. */
export function connectionOf(spec: Pick<DriverSpec, 'connection'>, flat: object): Record<string, unknown> {
  return spec.connection.parse(ownOf(spec.connection, flat));
}

/** A stored device as it is shown. */
export function flatDevice<Stored extends StoredDevice>(
  spec: Pick<DriverSpec, 'connection'>,
  { connection, ...rest }: Stored,
): Omit<Stored, 'connection'> & Record<string, unknown> {
  return { ...rest, ...allFieldsOf(spec.connection, connection) };
}
