import type { languages } from '@holdfast/shared/contracts/user.ts';
import { chineseAdvice } from './chinese-advice.ts';
import { chineseHeads } from './chinese-heads.ts';
import { chineseHelp } from './chinese-help.ts';
import { chineseSentences } from './chinese-sentences.ts';

/** All texts of the program in Chinese. */
export const chinese = { ...chineseHelp, ...chineseHeads, ...chineseSentences, ...chineseAdvice } as const;

/**
 * A text that the program says to people, named by its English. `{{name}}` is filled in. Anything after `#` is not said:
 * it only distinguishes two texts with the same English. A text without Chinese is not a Text.
 */
export type Text = keyof typeof chinese;

type Placeholders<Said> = Said extends `${string}{{${infer Name}}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;
/** A text without placeholders. */
export type PlainText = { [Said in Text]: Placeholders<Said> extends never ? Said : never }[Text];

let spoken: (typeof languages)[number] = 'en';

/** Chooses the language of everything that is said from now on. */
export function speak(language: typeof spoken): void {
  spoken = language;
}

export const speaksChinese = () => spoken === 'zh';

export function say<Said extends Text>(
  text: Said,
  ...[values]: Placeholders<Said> extends never ? [] : [Readonly<Record<Placeholders<Said>, unknown>>]
): string {
  const template: string = speaksChinese() ? chinese[text] : text.replace(/#[^#]*$/, '');
  const filled: Readonly<Record<string, unknown>> = values ?? {};
  return template.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(filled[name]));
}
