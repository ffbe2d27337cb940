import { chineseAdvice } from './chinese-advice.ts';
import { chineseHeads } from './chinese-heads.ts';
import { chineseHelp } from './chinese-help.ts';
import { chineseSentences } from './chinese-sentences.ts';

/** All texts of the program in Chinese. */
export const chinese = { ...chineseHelp, ...chineseHeads, ...chineseSentences, ...chineseAdvice } as const;
