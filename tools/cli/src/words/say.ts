import {
  type Catalogue,
  catalogue,
  inLanguage,
  type Language,
  type NoneSpare,
  type ParamsIn,
} from '@holdfast/texts/text.ts';
import { adviceTexts } from './advice-texts.ts';
import { headTexts } from './head-texts.ts';
import { helpTexts } from './help-texts.ts';
import { sentenceTexts } from './sentence-texts.ts';

/** All texts of the program. */
export const texts = {
  ...helpTexts,
  ...headTexts,
  ...sentenceTexts,
  ...adviceTexts,
} as const satisfies Catalogue;
catalogue('cli', texts);

type Code = keyof typeof texts;
/** The code of a text without parameters. */
export type PlainText = {
  [Each in Code]: ParamsIn<(typeof texts)[Each]['en']> extends never ? Each : never;
}[Code];

let spoken: Language = 'en';

/** Chooses the language of everything that is said from now on. */
export function speak(language: Language): void {
  spoken = language;
}

export const speaksChinese = () => spoken === 'zh';

type ValuesFor<Template extends string> = [ParamsIn<Template>] extends [never]
  ? []
  : [values: Readonly<Record<ParamsIn<Template>, unknown>>];

/** A text in the chosen language. Values are mostly fields of answers, and shown as JavaScript writes them. */
export function say<Each extends Code, const Values extends ValuesFor<(typeof texts)[Each]['en']>>(
  code: Each,
  ...[values]: Values & NoneSpare<(typeof texts)[Each]['en'], Values>
): string {
  const filled: Readonly<Record<string, unknown>> = values ?? {};
  const params = Object.fromEntries(Object.entries(filled).map(([name, value]) => [name, String(value)]));
  return inLanguage({ code: `cli.${code}`, params }, spoken);
}
