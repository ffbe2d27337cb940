import { validate } from '@holdfast/shared/judgement/verdict-on-body.ts';
import type { FastifySchemaCompiler } from 'fastify';
import type * as z from 'zod';
import { validationFailed } from '../problems/problem.ts';

/** Judges each part of a request by its schema, so that what is wrong can be said in every language. */
export const judgeRequests: FastifySchemaCompiler<z.ZodType> =
  ({ schema }) =>
  (part) => {
    const verdict = validate(schema, part);
    if (verdict.ok) return { value: verdict.value };
    return {
      error: validationFailed(
        verdict.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message })),
      ),
    };
  };
