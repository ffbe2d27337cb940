import type { Text } from '@holdfast/texts/text.ts';
import { titlesByStatus } from './title-texts.ts';

type Titles = typeof titlesByStatus;
export type ProblemCode = { [Status in keyof Titles]: keyof Titles[Status] }[keyof Titles];

export const problemStatuses = Object.fromEntries(
  Object.entries(titlesByStatus).flatMap(([status, titles]) =>
    Object.keys(titles).map((code) => [code, Number(status)]),
  ),
) as Readonly<Record<ProblemCode, number>>;

export const titleOf = (code: ProblemCode): Text => ({ code: `title.${code}` });
