/** A text for people before it has a language: its code, and what it names. It may travel as JSON. */
export interface Text {
  readonly code: string;
  readonly params?: Readonly<Record<string, Param>> | undefined;
}

/** What a text names. Another text is put into the same language; a list is joined. */
export type Param = string | number | boolean | Text | readonly Param[];

/** A text, or what someone else said: a device, a library or a person. That is shown as it is, in every language. */
export type Words = Text | string;

/** A text in all languages, as a message carries it to readers without the catalogues. */
export interface InEachLanguage {
  readonly en: string;
  readonly zh: string;
}

export type Language = keyof InEachLanguage;

/**
 * The texts of one subject by their code. `{{name}}` stands for a parameter. A list is joined by the usual comma of the
 * language, or by what follows the name: `{{names| and }}`.
 */
export type Catalogue = Readonly<Record<string, InEachLanguage>>;

/** The parameters that a template names. */
export type ParamsIn<Template extends string> = Template extends `${string}{{${infer Body}}}${infer Rest}`
  ? (Body extends `${infer Name}|${string}` ? Name : Body) | ParamsIn<Rest>
  : never;

/** Fits a catalogue in which both languages of each text name the same parameters. */
type Agreeing<C extends Catalogue> = {
  readonly [Code in keyof C]: [ParamsIn<C[Code]['en']>, ParamsIn<C[Code]['zh']>] extends [
    ParamsIn<C[Code]['zh']>,
    ParamsIn<C[Code]['en']>,
  ]
    ? InEachLanguage
    : { readonly missing: `${string & Code} names other parameters in Chinese than in English` };
};

/** The arguments for a template: nothing, or an object with its parameters. */
export type ParamsFor<Template extends string> = [ParamsIn<Template>] extends [never]
  ? []
  : [params: Readonly<Record<ParamsIn<Template>, Param>>];

/** Makes the texts of one catalogue: a code that it lacks, or a missing or spare parameter, does not compile. */
export type TextsOf<C extends Catalogue, Result = Text> = <
  Code extends keyof C & string,
  const Params extends ParamsFor<C[Code]['en']>,
>(
  code: Code,
  ...params: Params & NoneSpare<C[Code]['en'], Params>
) => Result;

/** Excludes parameters that the template does not name, also where an object is spread. */
export type NoneSpare<Template extends string, Params> = {
  readonly [At in keyof Params]: { readonly [Name in Exclude<keyof Params[At], ParamsIn<Template>>]: never };
};

/** All catalogues that were loaded. A text may come from another process, so its code alone finds the words. */
const templates = new Map<string, InEachLanguage>();

/**
 * Adds the texts of one subject to those that can be shown.
 *
 * @param subject stands before the codes of the catalogue, so that two subjects may use the same code
 */
export function catalogue<const C extends Catalogue>(subject: string, texts: C & Agreeing<C>): TextsOf<C> {
  for (const [code, template] of Object.entries<InEachLanguage>(texts)) {
    templates.set(`${subject}.${code}`, template);
  }
  return (code, ...[params]) => ({ code: `${subject}.${code}`, ...(params && { params }) });
}

/** What someone else said, such as a device, a database or a library: shown as it is, in every language. */
export const quoted = (words: string): Text => ({ code: 'quoted', params: { words } });
templates.set('quoted', { en: '{{words}}', zh: '{{words}}' });

/** What a library says by itself in every language, as zod does; the code is what kind of words they are. */
export type LibraryCode = 'library.missing' | 'library.refused';
export const saidByLibrary = (code: LibraryCode, { en, zh }: InEachLanguage): Text => ({
  code,
  params: { en, zh },
});
for (const code of ['library.missing', 'library.refused'])
  templates.set(code, { en: '{{en}}', zh: '{{zh}}' });

/** The texts of all catalogues that were loaded, by their codes. */
export const allTexts: ReadonlyMap<string, InEachLanguage> = templates;

const commas: Readonly<Record<Language, string>> = { en: ', ', zh: '、' };

/** Shows a text to people. Nothing may be decided by the result: decide by the code. */
export function inLanguage(words: Words, language: Language): string {
  if (typeof words === 'string') return words;
  const { code, params = {} } = words;
  const template = templates.get(code)?.[language];
  // A text of a newer release at least says what it names.
  if (template === undefined)
    return [code, ...Object.values(params).map((each) => paramText(each, language))].join(' ');
  return template.replace(/\{\{(\w+)(?:\|([^}]*))?\}\}/g, (_, name: string, separator?: string) =>
    paramText(params[name] ?? '', language, separator),
  );
}

function paramText(param: Param, language: Language, separator = commas[language]): string {
  if (typeof param !== 'object') return String(param);
  if (isList(param)) return param.map((each) => paramText(each, language)).join(separator);
  return inLanguage(param, language);
}

const isList = (param: Text | readonly Param[]): param is readonly Param[] => Array.isArray(param);

export const inEachLanguage = (text: Words): InEachLanguage => ({
  en: inLanguage(text, 'en'),
  zh: inLanguage(text, 'zh'),
});

export const allInEachLanguage = (texts: Readonly<Record<string, Text>>): Record<string, InEachLanguage> =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, inEachLanguage(text)]));
