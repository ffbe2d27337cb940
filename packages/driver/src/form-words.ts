import type { Text } from '@holdfast/texts/text.ts';

/** The words in a form about one field. `unit` is written alike in both languages. */
export interface FieldWords {
  readonly label: Text;
  readonly help?: Text;
  readonly unit?: string;
  /** By value, for a field that takes one of several. */
  readonly options?: Readonly<Record<string, Text>>;
  /** Whether reading with each of the options shows which one is right. */
  readonly isTried?: true;
  /** True for a field that few need. It is in the folded part of the form. */
  readonly isFolded?: true;
  /** The words of the field's own subfields. */
  readonly fields?: Readonly<Record<string, FieldWords>>;
}

/** Fields that are together in a form; folded groups can be opened. */
export interface FieldGroup<Field extends string = string> {
  readonly name: string;
  readonly label: Text;
  readonly isFolded: boolean;
  readonly fields: readonly Field[];
}

/** JSON Schema, draft 2020-12. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** Values chosen elsewhere in a form, on which a field or one of its options depends: for each name, any of the values. */
export type Condition = Readonly<Record<string, readonly string[]>>;

/** Rules across fields, as far as they concern one field. Any one of several conditions is enough. */
export interface FieldRules {
  /** Where the field may be given; everywhere unless set. */
  readonly when?: readonly Condition[] | undefined;
  /** Where the field is required. */
  readonly requiredWhen?: readonly Condition[] | undefined;
  /** Where each of its values may be chosen. */
  readonly optionsWhen?: Readonly<Record<string, readonly Condition[]>> | undefined;
}

/** A schema by which whatever fits `condition` must also fit `schema`. */
export function implied(condition: JsonSchema, schema: JsonSchema): JsonSchema {
  return Object.fromEntries([
    ['if', condition],
    ['then', schema],
  ]);
}
