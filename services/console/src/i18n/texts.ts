import type { en } from './en.ts';

/** Texts by name. `{{name}}` is filled in; `_one` and `_other` go by `count`. */
export type Dictionary = Readonly<Record<string, string>>;

/** The key by which a text is requested: without the ending that depends on `count`. */
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

/** The values that fill a text; `count` is a number, because the plural depends on it. */
export type ValuesOf<D, K extends string> = {
  readonly [Name in Exclude<Placeholders<TextOf<D, K>>, 'count'>]: string | number;
} & (IsPlural<D, K> extends true
  ? { readonly count: number }
  : 'count' extends Placeholders<TextOf<D, K>>
    ? { readonly count: number }
    : unknown);

/** A text without placeholders. */
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

/** The same texts in another language, which may leave out singulars where it has none. */
export type TranslationOf<D> = { readonly [K in Exclude<keyof D, `${string}_one`>]: string } & {
  readonly [K in Extract<keyof D, `${string}_one`>]?: string;
};

type Common = typeof en;
export type TextKey = TextKeyOf<Common>;
export type PlainKey = PlainKeyOf<Common>;
export type Translate = TranslateOf<Common>;
export type Translation = TranslationOf<Common>;
