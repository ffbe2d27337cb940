import { ApiRefusal, NoAnswer } from '@holdfast/api-client/api-failures.ts';

/** Why a request was refused: field by field where the API names fields, else as a whole. */
export interface FormRefusal {
  readonly fields: ReadonlyMap<string, string>;
  readonly whole: Error | undefined;
}

export const noRefusal: FormRefusal = { fields: new Map(), whole: undefined };

/** Fields that problem codes are about, where the API does not name the field. */
const fieldOfCode: Readonly<Record<string, string>> = { duplicate_code: 'code' };

/**
 * @param within prefix of the form's fields in the body: `device.`
 * @param hasField whether the form has a field of this name
 */
export function refusalOf(error: unknown, within: string, hasField: (field: string) => boolean): FormRefusal {
  if (error instanceof NoAnswer) return { fields: new Map(), whole: error };
  if (!(error instanceof ApiRefusal)) throw error;
  const { errors = [], detail = '' } = error.problem;
  const fields = new Map<string, string>();
  for (const { path, message } of errors) {
    if (!path.startsWith(within)) continue;
    const field = path.slice(within.length);
    if (hasField(field.split('.')[0] ?? '') && !fields.has(field)) fields.set(field, message);
  }
  const byCode = fieldOfCode[error.code];
  if (byCode !== undefined && fields.size === 0) fields.set(byCode, detail);
  return { fields, whole: fields.size === 0 ? error : undefined };
}
