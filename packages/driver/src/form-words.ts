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

/** Texts in the order of the languages. */
export const both = (en: string, zh: string): InBoth => ({ en, zh });
