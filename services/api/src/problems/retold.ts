import { faultInChinese } from '@holdfast/drivers/fault-words.ts';
import type { DeviceHealth } from '@holdfast/shared/contracts/session-status.ts';
import { type Text, translated } from '@holdfast/texts/text.ts';
import { spokenLanguage } from './said.ts';

/**
 * Puts English sentences of collectors, drivers and the supervisor into the language of the request that is being
 * answered.
 */
export const retold = (english: string): string =>
  spokenLanguage() === 'zh' ? faultInChinese(english) : english;

/** An English sentence of a collector, a driver or a schema as a text. */
export const faultText = (english: string): Text => translated({ en: english, zh: faultInChinese(english) });

/** The same for all that a collector reports about a device. */
export function retoldHealth(health: DeviceHealth): DeviceHealth {
  const { last_error, failing_points, last_exception, learned } = health;
  return {
    ...health,
    last_error: last_error && retold(last_error),
    ...(failing_points && {
      failing_points: failing_points.map((each) => ({ ...each, error: retold(each.error) })),
    }),
    ...(last_exception && {
      last_exception: { ...last_exception, text: retold(last_exception.text) },
    }),
    ...(learned && { learned: learned.map(retold) }),
  };
}

export const retoldHealthOfAll = (
  devices: Readonly<Record<string, DeviceHealth>>,
): Record<string, DeviceHealth> =>
  Object.fromEntries(Object.entries(devices).map(([code, health]) => [code, retoldHealth(health)]));
