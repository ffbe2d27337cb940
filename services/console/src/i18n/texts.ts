import type { en } from './en.ts';

/** Texts by name. `{{name}}` is filled in; `_one` and `_other` go by `count`. */
export type Dictionary = Readonly<Record<string, string>>;

/** A text as it is asked for: without the ending that goes by `count`. */
export type TextKeyOf<D> = keyof D extends infer K
  ? K extends `${infer Stem}_one` | `${infer Stem}_other`
    ? Stem
    : K & string
  : never;

type Placeholders<Text> = Text extends `${string}{{${infer Name}}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;
type TextOf<D, K extends string> = K extends keyof D
  ? D[K]
  : `${K}_other` extends keyof D
    ? D[`${K}_other` & keyof D]
    : never;

type IsPlural<D, K extends string> = `${K}_other` extends keyof D ? true : false;

/** Values that a text has to be filled with; `count` as a number, for the plural goes by it. */
export type ValuesOf<D, K extends string> = {
  readonly [Name in Exclude<Placeholders<TextOf<D, K>>, 'count'>]: string | number;
} & (IsPlural<D, K> extends true
  ? { readonly count: number }
  : 'count' extends Placeholders<TextOf<D, K>>
    ? { readonly count: number }
    : unknown);

/** A text that is whole as it stands. */
export type PlainKeyOf<D> =
  TextKeyOf<D> extends infer K
    ? K extends string
      ? Placeholders<TextOf<D, K>> extends never
        ? IsPlural<D, K> extends true
          ? never
          : K
        : never
      : never
    : never;

export type TranslateOf<D> = <K extends TextKeyOf<D>>(
  key: K,
  ...values: K extends PlainKeyOf<D> ? [] : [ValuesOf<D, K>]
) => string;

/** Another language: the same texts; one without a singular of its own may leave that out. */
export type TranslationOf<D> = { readonly [K in Exclude<keyof D, `${string}_one`>]: string } & {
  readonly [K in Extract<keyof D, `${string}_one`>]?: string;
};

type Common = typeof en;
export type TextKey = TextKeyOf<Common>;
export type PlainKey = PlainKeyOf<Common>;
export type Translate = TranslateOf<Common>;
export type Translation = TranslationOf<Common>;
