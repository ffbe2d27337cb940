import type { FieldProblem } from '@holdfast/driver/spec.ts';
import * as z from 'zod';
import { fieldText } from '../words/field-texts.ts';
import { closedObject } from './closed-object.ts';
import { isStorable } from './storable-text.ts';

/** The fields of a spec's schema as they are in flat bodies. */
export interface OwnFields {
  /** With defaults; an optional field that is left out is null. */
  readonly create: z.ZodRawShape;
  /** Without defaults. */
  readonly change: z.ZodRawShape;
}

const cache = new WeakMap<z.ZodObject, OwnFields>();

/** Made once for each schema: many points are judged by it. */
export function ownFields(schema: z.ZodObject): OwnFields {
  const fields = cache.get(schema) ?? fieldsOf(schema);
  cache.set(schema, fields);
  return fields;
}

function fieldsOf({ shape }: z.ZodObject): OwnFields {
  const create: Record<string, z.ZodType> = {};
  const change: Record<string, z.ZodType> = {};
  for (const [name, field] of Object.entries(shape) as [string, z.ZodType][]) {
    if (field instanceof z.ZodDefault) {
      change[name] = closed(field.unwrap() as z.ZodType);
      create[name] = closed(field);
    } else if (field instanceof z.ZodOptional) {
      change[name] = closed(field.unwrap() as z.ZodType).nullable();
      create[name] = (change[name] as z.ZodType).default(null);
    } else {
      create[name] = closed(field);
      change[name] = field instanceof z.ZodExactOptional ? closed(field.unwrap() as z.ZodType) : create[name];
    }
  }
  return { create, change };
}

/** The same schema with every object in it closed. Otherwise mistyped fields would be lost without a word. */
function closed(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodObject) {
    const shape = Object.fromEntries(
      Object.entries(schema.shape as Record<string, z.ZodType>).map(([name, field]) => [name, closed(field)]),
    );
    const { catchall, error } = closedObject(shape)._zod.def;
    return rebuilt(schema, { shape, catchall, error });
  }
  if (schema instanceof z.ZodArray) return rebuilt(schema, { element: closed(schema.element as z.ZodType) });
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodExactOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault
  ) {
    return rebuilt(schema, { innerType: closed(schema.unwrap() as z.ZodType) });
  }
  return schema;
}

/** Rebuilds a schema, keeping its checks and its meta data. */
function rebuilt(schema: z.ZodType, changes: object): z.ZodType {
  const clone = schema.clone({ ...schema._zod.def, ...changes } as typeof schema._zod.def);
  const meta = schema.meta();
  return meta ? clone.meta(meta) : clone;
}

/** The flat fields that a schema has, without nulls. */
export function ownOf(schema: z.ZodObject, flat: object): Record<string, unknown> {
  const fields = flat as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    Object.keys(schema.shape).flatMap((name) =>
      fields[name] === undefined || fields[name] === null ? [] : [[name, fields[name]]],
    ),
  );
}

/** The fields of a schema in its order, with null for those that may be left out and are. */
export function allFieldsOf(schema: z.ZodObject, own: object): Record<string, unknown> {
  const fields = own as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    Object.entries(schema.shape).flatMap(([name, field]) => {
      if (fields[name] !== undefined) return [[name, fields[name]]];
      return field instanceof z.ZodOptional ? [[name, null]] : [];
    }),
  );
}

/** Own fields that PostgreSQL does not take in a document. */
export function unstorable(own: object): readonly FieldProblem[] {
  return Object.entries(own).flatMap(([field, value]) =>
    isStorable(value) ? [] : [{ field, message: fieldText('characters_not_storable') }],
  );
}
