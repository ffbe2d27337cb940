import type { Language } from '../i18n/language.ts';

type InBoth = Readonly<Record<Language, string>>;
/** Values of other fields with which a field goes: any of those listed for each name. */
type Condition = Readonly<Record<string, readonly string[]>>;

/** The part of a form's JSON Schema that is drawn. See docs/api.md, Configuration. */
export interface FieldSchema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly FieldSchema[];
  readonly allOf?: readonly FieldSchema[];
  readonly additionalProperties?: unknown;
  readonly enum?: readonly (string | number)[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly 'x-label'?: InBoth;
  readonly 'x-help'?: InBoth;
  readonly 'x-unit'?: string;
  readonly 'x-options'?: Readonly<Record<string, InBoth>>;
  readonly 'x-when'?: readonly Condition[];
  readonly 'x-required-when'?: readonly Condition[];
  readonly 'x-option-when'?: Readonly<Record<string, readonly Condition[]>>;
  readonly 'x-try-options'?: boolean;
}

export interface FormSchema extends FieldSchema {
  readonly properties: Readonly<Record<string, FieldSchema>>;
  readonly 'x-groups': readonly {
    readonly name: string;
    readonly label: InBoth;
    readonly folded: boolean;
    readonly fields: readonly string[];
  }[];
}

/** Texts in the fields, by path: `serial.path`. An empty text means that nothing is set. */
export type Draft = Readonly<Record<string, string>>;

/** How a field is drawn. `none`: not at all, and its value stays. */
export type FieldKind =
  | 'text'
  | 'number'
  | 'whole'
  | 'mixed'
  | 'switch'
  | 'choice'
  | 'lines'
  | 'fields'
  | 'none';

/** The schema of a field's value without null, which an empty field stands for. */
export function presentSchema(schema: FieldSchema): FieldSchema {
  const { anyOf, type, ...rest } = schema;
  if (Array.isArray(type)) return { ...schema, type: type.find((each) => each !== 'null') };
  const set = anyOf?.filter((each) => each.type !== 'null');
  if (set?.length === 1) return { ...rest, ...set[0] };
  // A choice of numbers: each is an alternative of its own.
  if (set?.every((each) => each.const !== undefined)) {
    return { ...rest, enum: set.map((each) => each.const as string | number) };
  }
  return schema;
}

export function kindOf(schema: FieldSchema): FieldKind {
  if (schema.const !== undefined) return 'none';
  const { type, enum: values, anyOf, properties, additionalProperties } = presentSchema(schema);
  if (values) return 'choice';
  if (properties) return 'fields';
  if (anyOf) return 'mixed';
  if (type === 'object' && typeof additionalProperties === 'object') return 'lines';
  const kinds: Readonly<Record<string, FieldKind>> = {
    string: 'text',
    number: 'number',
    integer: 'whole',
    boolean: 'switch',
  };
  return kinds[String(type)] ?? 'none';
}

/** The value of a field: empty where it is not set or another field may set it, undefined where it is still to be chosen. */
export type ValueLookup = (field: string) => string | undefined;

export function fits(conditions: readonly Condition[] | undefined, valueFor: ValueLookup): boolean {
  if (conditions === undefined) return true;
  return conditions.some((condition) =>
    Object.entries(condition).every(([field, values]) => {
      const value = valueFor(field);
      return value === '' || (value !== undefined && values.includes(value));
    }),
  );
}

/** The text that shows a value in its field. */
export function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'object') return String(value);
  return Object.entries(value)
    .map(([name, text]) => `${name} = ${text}`)
    .join('\n');
}

/** The texts that show a body in the fields. */
export function draftOf(schema: FieldSchema, body: Readonly<Record<string, unknown>>, path = ''): Draft {
  const draft: Record<string, string> = {};
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    const value = body[name];
    if (kindOf(field) === 'fields') {
      if (value)
        Object.assign(
          draft,
          draftOf(presentSchema(field), value as Record<string, unknown>, `${path}${name}.`),
        );
    } else if (value !== undefined && value !== field.default) draft[path + name] = textOf(value);
  }
  return draft;
}

/** Looks up a field's value in the draft, else its default. */
export function valueIn(schema: FormSchema, draft: Draft): ValueLookup {
  return (field) => {
    const value = draft[field] || textOf(schema.properties[field]?.default);
    return value === '' && schema.required?.includes(field) ? undefined : value;
  };
}

/** Whether a field goes with the choices in other fields. A field that waits for a choice is hidden until it is made. */
export function isShown(field: FieldSchema, valueFor: ValueLookup): boolean {
  return kindOf(field) !== 'none' && fits(field['x-when'], valueFor);
}

/**
 * The other field whose choice this one waits for, where this one goes with most of the choices there. It is then shown
 * from the start, and cannot be filled in yet.
 */
export function missingDependency(
  field: FieldSchema,
  within: FormSchema,
  valueFor: ValueLookup,
): string | undefined {
  const conditions = field['x-when'];
  if (conditions === undefined || kindOf(field) === 'none' || fits(conditions, valueFor)) return undefined;
  return conditions
    .flatMap((condition) => Object.keys(condition))
    .find((name) => {
      const dependency = within.properties[name];
      if (dependency === undefined || valueFor(name) !== undefined) return false;
      const options = (presentSchema(dependency).enum ?? []).map(String);
      const fittingOptions = options.filter((option) =>
        fits(conditions, (each) => (each === name ? option : valueFor(each))),
      );
      return fittingOptions.length > options.length / 2;
    });
}

export function isNeeded(
  schema: FieldSchema,
  name: string,
  field: FieldSchema,
  valueFor: ValueLookup,
): boolean {
  const requiredWhen = field['x-required-when'];
  return (
    (schema.required?.includes(name) ?? false) || (requiredWhen !== undefined && fits(requiredWhen, valueFor))
  );
}

/**
 * The body from the fields. A text that cannot be read as its type is sent as it is: the API says what is wrong with it.
 * @param before the body before, for fields that are not drawn
 */
export function bodyOf(
  schema: FormSchema,
  draft: Draft,
  before: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return bodyWithin(schema, draft, { before, path: '', valueFor: valueIn(schema, draft) });
}

/**
 * The body with every field that is shown, empty ones as their defaults: for a PATCH that gives a device another
 * protocol, because it keeps what is stored of each field that is left out.
 */
export function fullBodyOf(schema: FormSchema, draft: Draft): Record<string, unknown> {
  const body = bodyOf(schema, draft);
  const valueFor = valueIn(schema, draft);
  for (const [name, field] of Object.entries(schema.properties)) {
    if (isShown(field, valueFor)) body[name] ??= field.default ?? null;
  }
  return body;
}

/**
 * Fields in which the draft differs from a stored body, as a PATCH wants them. A field that was emptied gets its default,
 * because a PATCH knows no defaults.
 */
export function changesOf(
  schema: FormSchema,
  draft: Draft,
  before: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const body = bodyOf(schema, draft, before);
  // As the form shows it, without what equals a default: only what the user has typed makes a difference.
  const stored = bodyOf(schema, draftOf(schema, before), before);
  const changed = Object.keys(schema.properties).filter(
    (field) => field in before && JSON.stringify(body[field]) !== JSON.stringify(stored[field]),
  );
  return Object.fromEntries(
    changed.map((field) => [field, body[field] ?? schema.properties[field]?.default ?? null]),
  );
}

function bodyWithin(
  schema: FieldSchema,
  draft: Draft,
  within: {
    readonly before: Readonly<Record<string, unknown>>;
    readonly path: string;
    readonly valueFor: ValueLookup;
  },
): Record<string, unknown> {
  const { before, path, valueFor } = within;
  const body: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    if (field.const !== undefined) {
      if (schema.required?.includes(name)) body[name] = field.const;
      continue;
    }
    const kind = kindOf(field);
    if (kind === 'none') {
      if (before[name] !== undefined) body[name] = before[name];
      continue;
    }
    if (!fits(field['x-when'], valueFor)) continue;
    if (kind === 'fields') {
      const inner = bodyWithin(presentSchema(field), draft, {
        before: (before[name] ?? {}) as Record<string, unknown>,
        path: `${path}${name}.`,
        valueFor,
      });
      if (Object.keys(inner).length > 0) body[name] = inner;
      continue;
    }
    const text = (draft[path + name] ?? '').trim();
    if (text !== '') body[name] = valueOfText(field, text);
  }
  return body;
}

function valueOfText(field: FieldSchema, text: string): unknown {
  const schema = presentSchema(field);
  const number = Number(text.replace(/^\u2212/, '-'));
  switch (kindOf(field)) {
    case 'number':
    case 'whole':
      return Number.isNaN(number) ? text : number;
    case 'switch':
      return text === 'true';
    case 'choice':
      return schema.enum?.find((each) => String(each) === text) ?? text;
    case 'lines':
      return Object.fromEntries(
        text.split('\n').flatMap((line) => {
          const [, name, value] = /^\s*([^=\s]+)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? [];
          return name === undefined ? (line.trim() === '' ? [] : [[line.trim(), '']]) : [[name, value]];
        }),
      );
    case 'mixed': {
      const isText = schema.anyOf?.some(
        ({ type, pattern }) => type === 'string' && pattern !== undefined && new RegExp(pattern).test(text),
      );
      return isText || !/^\d+$/.test(text) ? text : number;
    }
    default:
      return text;
  }
}

/** A fault that the form finds by itself, without asking the API. */
export type FieldFault =
  | { readonly kind: 'needed' | 'number' | 'whole' | 'form' }
  | { readonly kind: 'least' | 'most'; readonly limit: number };

/** Faults by path. The API judges the rest. */
export function faultsIn(schema: FormSchema, draft: Draft): ReadonlyMap<string, FieldFault> {
  const faults = new Map<string, FieldFault>();
  const valueFor = valueIn(schema, draft);
  const look = (within: FieldSchema, path: string, isUsed: boolean): void => {
    for (const [name, field] of Object.entries(within.properties ?? {})) {
      const kind = kindOf(field);
      if (kind === 'none' || !fits(field['x-when'], valueFor)) continue;
      const at = path + name;
      if (kind === 'fields') {
        const inner = Object.keys(draft).some((each) => each.startsWith(`${at}.`) && draft[each] !== '');
        look(presentSchema(field), `${at}.`, inner || isNeeded(within, name, field, valueFor));
        continue;
      }
      const text = (draft[at] ?? '').trim();
      if (text === '') {
        if (isUsed && isNeeded(within, name, field, valueFor)) faults.set(at, { kind: 'needed' });
        continue;
      }
      const fault = faultOf(presentSchema(field), kind, valueOfText(field, text));
      if (fault) faults.set(at, fault);
    }
  };
  look(schema, '', true);
  return faults;
}

function faultOf(schema: FieldSchema, kind: FieldKind, value: unknown): FieldFault | undefined {
  if (kind === 'number' || kind === 'whole') {
    if (typeof value !== 'number') return { kind: 'number' };
    if (kind === 'whole' && !Number.isInteger(value)) return { kind: 'whole' };
    const { minimum, maximum } = schema;
    if (minimum !== undefined && value < minimum) return { kind: 'least', limit: minimum };
    if (maximum !== undefined && value > maximum) return { kind: 'most', limit: maximum };
    return undefined;
  }
  if (kind === 'mixed') {
    const isOne = schema.anyOf?.some((each) => {
      if (each.type === 'string') return typeof value === 'string' && matches(each, value);
      return typeof value === 'number' && faultOf(each, 'whole', value) === undefined;
    });
    return isOne ? undefined : { kind: 'form' };
  }
  return typeof value === 'string' && !matches(schema, value) ? { kind: 'form' } : undefined;
}

function matches({ pattern, allOf = [] }: FieldSchema, text: string): boolean {
  return [pattern, ...allOf.map((each) => each.pattern)].every(
    (each) => each === undefined || new RegExp(each, 'u').test(text),
  );
}
