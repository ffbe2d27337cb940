import { faultInChinese } from '@holdfast/drivers/fault-words.ts';
import type { DeviceHealth } from '@holdfast/shared/contracts/session-status.ts';
import { type Text, translated } from '@holdfast/texts/text.ts';
import { spokenLanguage } from './localize.ts';

/**
 * Puts English sentences of collectors, drivers and the supervisor into the language of the request that is being
 * answered.
 */
export const localizeFault = (english: string): string =>
  spokenLanguage() === 'zh' ? faultInChinese(english) : english;

/** An English sentence of a collector, a driver or a schema as a text. */
export const faultText = (english: string): Text => translated({ en: english, zh: faultInChinese(english) });

/** The same for all that a collector reports about a device. */
export function localizeHealth(health: DeviceHealth): DeviceHealth {
  const { last_error, failing_points, last_exception, learned } = health;
  return {
    ...health,
    last_error: last_error && localizeFault(last_error),
    ...(failing_points && {
      failing_points: failing_points.map((each) => ({ ...each, error: localizeFault(each.error) })),
    }),
    ...(last_exception && {
      last_exception: { ...last_exception, text: localizeFault(last_exception.text) },
    }),
    ...(learned && { learned: learned.map(localizeFault) }),
  };
}

export const localizeHealthOfAll = (
  devices: Readonly<Record<string, DeviceHealth>>,
): Record<string, DeviceHealth> =>
  Object.fromEntries(Object.entries(devices).map(([code, health]) => [code, localizeHealth(health)]));
