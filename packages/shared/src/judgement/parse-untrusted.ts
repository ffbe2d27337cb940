import * as z from 'zod';

const stopAtFirst = { async: false, abortEarly: true } as const;

/**
 * As `schema.safeParse`, for what a sender wrote that is not trusted: the error has the first fault alone. Zod describes
 * each fault, and a megabyte has room for half a million: one message took 8 s.
 */
export function safeParseUntrusted<T>(schema: z.ZodType<T>, value: unknown): z.ZodSafeParseResult<T> {
  const result = schema._zod.run({ value, issues: [] }, stopAtFirst);
  if (result instanceof Promise) throw new z.core.$ZodAsyncError();
  if (result.issues.length === 0) return { success: true, data: result.value as T };
  const first = result.issues.slice(0, 1);
  const issues = first.map((issue) => z.core.util.finalizeIssue(issue, stopAtFirst, z.config()));
  return { success: false, error: new z.ZodError(issues) as z.ZodError<T> };
}

/** The value in the JSON, or undefined if it is not JSON, or not what the schema says. */
export function parseUntrusted<T>(schema: z.ZodType<T>, text: string): T | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return safeParseUntrusted(schema, value).data;
}

/** As `z.record` with any names, which alone among zod's containers continues after a fault. */
export function untrustedRecord<V extends z.ZodType>(valueType: V): z.ZodRecord<z.ZodString, V> {
  const schema = z.record(z.string(), valueType);
  const parseAll = schema._zod.parse;
  const parse: typeof parseAll = (payload, ctx) => {
    const input = payload.value;
    if (ctx.abortEarly !== true || !z.core.util.isPlainObject(input)) return parseAll(payload, ctx);
    const output: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(input)) {
      if (name === '__proto__') continue;
      const result = valueType._zod.run({ value, issues: [] }, ctx);
      if (result instanceof Promise) throw new z.core.$ZodAsyncError();
      if (result.issues.length > 0) {
        payload.issues.push(...z.core.util.prefixIssues(name, result.issues.slice(0, 1)));
        return payload;
      }
      output[name] = result.value;
    }
    payload.value = output as typeof payload.value;
    return payload;
  };
  schema._zod.parse = parse;
  schema._zod.run = parse;
  return schema;
}
