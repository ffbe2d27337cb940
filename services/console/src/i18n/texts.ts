import type { en } from './en.ts';

type Dictionary = typeof en;
type Whole = keyof Dictionary;

/** A text as it is asked for: without the ending that goes by `count`. */
export type TextKey = Whole extends infer K
  ? K extends `${infer Stem}_one` | `${infer Stem}_other`
    ? Stem
    : K
  : never;

type Placeholders<Text> = Text extends `${string}{{${infer Name}}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;
type TextOf<K extends string> = K extends Whole
  ? Dictionary[K]
  : `${K}_other` extends Whole
    ? Dictionary[`${K}_other`]
    : never;

type IsPlural<K extends TextKey> = `${K}_other` extends Whole ? true : false;

/** Values that a text has to be filled with; `count` as a number, for the plural goes by it. */
export type Values<K extends TextKey> = {
  readonly [Name in Exclude<Placeholders<TextOf<K>>, 'count'>]: string | number;
} & (IsPlural<K> extends true
  ? { readonly count: number }
  : 'count' extends Placeholders<TextOf<K>>
    ? { readonly count: number }
    : unknown);

/** A text that is whole as it stands. */
export type PlainKey = TextKey extends infer K extends TextKey
  ? K extends TextKey
    ? Placeholders<TextOf<K>> extends never
      ? IsPlural<K> extends true
        ? never
        : K
      : never
    : never
  : never;

export type Translate = <K extends TextKey>(
  key: K,
  ...values: K extends PlainKey ? [] : [Values<K>]
) => string;

/** Another language: the same texts; one without a singular of its own may leave that out. */
export type Translation = { readonly [K in Exclude<Whole, `${string}_one`>]: string } & {
  readonly [K in Extract<Whole, `${string}_one`>]?: string;
};
