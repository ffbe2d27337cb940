import * as words from '@holdfast/shared/contracts/words/status-words.ts';
import { inLanguage, type Text } from '@holdfast/texts/text.ts';
import { speaksChinese } from './say.ts';

const wordsByKind = {
  session: words.sessionStatusWords,
  placement: words.placementWords,
  device: words.deviceStatusWords,
  condition: words.conditionWords,
  cause: { ...words.lackWords, ...words.causeWords },
  holder: words.holderWords,
  decided: words.decidedWords,
  collector: words.collectorStateWords,
  quality: words.qualityWords,
  verdict: words.verdictWords,
  test: words.testWords,
  write: words.writeWords,
  sink: words.sinkWords,
  key: words.keyStatusWords,
  outcome: words.outcomeWords,
  change: words.changeWords,
  change_kind: words.changeKindWords,
  login: words.loginWords,
  role: words.roleWords,
};

/** A value of the API for people: unchanged in English, as options take it. */
export function valueWord(kind: keyof typeof wordsByKind, value: unknown): unknown {
  if (!speaksChinese() || typeof value !== 'string') return value;
  const words: Readonly<Record<string, Text>> = wordsByKind[kind];
  return inLanguage(words[value] ?? value, 'zh');
}
