import { faultsInChinese } from '@holdfast/shared/contracts/words/fault-words.ts';
import { specs } from './specs.ts';

/** A fault in Chinese, with the words of all drivers; as it is where there is none for it. */
export const faultInChinese = faultsInChinese(
  Object.assign({}, ...[...specs.values()].map(({ words }) => words.faultNames ?? {})),
);
