// biome-ignore lint/style/noProcessEnv: set by every CI, which looks longest
const isCi = process.env.CI === 'true';

/**
 * How often a costly property is tried: a third on the machine of a developer, who runs it again and again, each time
 * with other choices.
 */
export const thorough = (runs: number): number => (isCi ? runs : Math.ceil(runs / 3));
