import { chineseCollectorSentences } from '@holdfast/shared/contracts/words/collector-sentences.ts';
import { chineseFaults, chineseNames } from '@holdfast/shared/contracts/words/fault-words.ts';
import { type ChineseSentences, inChinese } from '@holdfast/shared/contracts/words/sentences-in-chinese.ts';
import { specs } from './specs.ts';

const words = [...specs.values()].map((spec) => spec.words);
const ofDrivers = (each: readonly (ChineseSentences | undefined)[]): ChineseSentences =>
  Object.assign({}, ...each);

/** Chinese for a fault of a request or a device, in the words of all drivers; texts without Chinese stay as they are. */
export const faultInChinese = inChinese(
  {
    ...chineseCollectorSentences,
    ...ofDrivers(words.map(({ sentences }) => sentences)),
    ...chineseFaults,
  },
  { ...ofDrivers(words.map(({ faultNames }) => faultNames)), ...chineseNames },
);
