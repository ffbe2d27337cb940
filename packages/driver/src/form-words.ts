/** A text in both languages of the console. */
export interface InBoth {
  readonly en: string;
  readonly zh: string;
}

/** The words of a form about one field. `unit` is written alike in both languages. */
export interface FieldWords {
  readonly label: InBoth;
  readonly help?: InBoth;
  readonly unit?: string;
  /** By value, of a field that takes one of several. */
  readonly options?: Readonly<Record<string, InBoth>>;
  /** Whether values read with each of the options show which one is right. */
  readonly isTried?: true;
  /** True of a field that few need: it stands among the folded ones. */
  readonly isFolded?: true;
  /** The words of the fields that it has itself. */
  readonly fields?: Readonly<Record<string, FieldWords>>;
}

/** Fields that stand together in a form; folded ones are opened by whoever needs them. */
export interface FieldGroup<Field extends string = string> {
  readonly name: string;
  readonly label: InBoth;
  readonly isFolded: boolean;
  readonly fields: readonly Field[];
}

/** JSON Schema, draft 2020-12. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** Values that a form has chosen elsewhere, of which a field or one of its options depends: any of them for each name. */
export type Condition = Readonly<Record<string, readonly string[]>>;

/** Rules across fields as they concern one field. Any of several conditions is enough. */
export interface FieldRules {
  /** Where the field may be given; everywhere unless set. */
  readonly when?: readonly Condition[] | undefined;
  /** Where it has to be. */
  readonly requiredWhen?: readonly Condition[] | undefined;
  /** Where each of its values may be chosen. */
  readonly optionsWhen?: Readonly<Record<string, readonly Condition[]>> | undefined;
}

/** Texts in the order of the languages. */
export const both = (en: string, zh: string): InBoth => ({ en, zh });

/** Whatever fits the first schema has to fit the second as well. */
export function implied(condition: JsonSchema, schema: JsonSchema): JsonSchema {
  return Object.fromEntries([
    ['if', condition],
    ['then', schema],
  ]);
}
