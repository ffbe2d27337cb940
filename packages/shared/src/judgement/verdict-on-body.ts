import type { FieldProblem } from '@holdfast/driver/spec.ts';
import { schemaMessage, textOfMessage, withTexts } from '@holdfast/texts/schema-message.ts';
import { saidByLibrary, type Text } from '@holdfast/texts/text.ts';
import * as z from 'zod';

export interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: Text;
}

/** A body that may be taken, or all that is wrong with it. */
export type Validated<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly issues: readonly Issue[] };

export function validate<T>(schema: z.ZodType<T>, body: unknown): Validated<T> {
  // Zod makes the messages when they are asked for.
  return withTexts(() => {
    const parsed = schema.safeParse(body, { error: (issue) => schemaMessage(zodText(issue)) });
    return parsed.success ? { ok: true, value: parsed.data } : { ok: false, issues: issuesOf(parsed.error) };
  });
}

const issuesOf = ({ issues }: z.ZodError): Issue[] =>
  issues.map(({ path, message }) => ({ path, message: textOfMessage(message) }));

const inEnglish = z.locales.en().localeError;
const inChinese = z.locales.zhCN().localeError;

/** What zod itself says, in its own words. */
function zodText(issue: z.core.$ZodRawIssue): Text {
  const [en, zh] = [inEnglish, inChinese].map((localize) => {
    const message = localize(issue);
    return (typeof message === 'string' ? message : message?.message) ?? '';
  });
  const isAbsent = issue.input === undefined && /^invalid_(type|value)$/.test(issue.code ?? '');
  const code = isAbsent ? 'library.missing' : 'library.refused';
  return saidByLibrary(code, { en: en ?? '', zh: zh ?? '' });
}

/** Whether an issue says no more than that a value is missing. */
export const isMissing = ({ message }: Issue): boolean => message.code === 'library.missing';

export function refusedFor(problems: readonly FieldProblem[]): Validated<never> {
  return {
    ok: false,
    issues: problems.map(({ field, message }) => ({ path: field.split('.'), message })),
  };
}

/** A schema that takes whatever `judge` accepts. @param described the schema in the OpenAPI document */
export function schemaOf<T>(
  judge: (body: unknown) => Validated<T>,
  described: object,
): z.ZodType<T, unknown> {
  return z
    .unknown()
    .transform((body, context): T => {
      const verdict = judge(body);
      if (verdict.ok) return verdict.value;
      for (const { path, message } of verdict.issues) {
        context.addIssue({ code: 'custom', path: path.map(String), message: schemaMessage(message) });
      }
      return z.NEVER;
    })
    .meta({ ...described });
}

/** One of several schemas; the one itself where there is no other. */
export function anyOf(schemas: readonly object[]): object {
  const [only, ...others] = schemas;
  return only && others.length === 0 ? only : { anyOf: schemas };
}

/** A schema as it stands within an OpenAPI document. */
export function described(schema: z.ZodType, io: 'input' | 'output' = 'input'): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io });
  return rest;
}
