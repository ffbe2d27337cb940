/** The version of a task's configuration that reads the device as the first one does. */
export const alikeVersion = 5;

/** The register that a version reads. */
export function registerOf(configVersion: number): number {
  return configVersion === alikeVersion ? 1 : configVersion;
}

/** The period of a task, which some versions of its configuration change. */
export function periodOf(configVersion: number): number {
  return configVersion === 3 ? 1_000 : configVersion === 4 ? 200 : 500;
}

export const longestPeriodMs = 1_000;
