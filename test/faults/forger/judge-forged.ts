import type { ForgedMessage, History } from '../../verify/history.ts';
import { forgeries, sampleKinds } from './forgeries.ts';
import type { Forged } from './turned-forger.ts';

const keptAMinute = 60;

/**
 * Whether QUARANTINE has what was forged. Each writer keeps 60 messages a minute of one source and counts the others; so where everything was
 * delivered again, which uses that up in a second, only some need be there.
 * @param isWhole nothing was delivered again
 * @returns in words, what does not fit
 */
export function judgeForged(history: History, forged: Forged, isWhole: boolean): string[] {
  const problems: string[] = [];
  const inStream = history.forged ?? [];
  const confirmed = sampleKinds.reduce((sum, kind) => sum + (forged[kind] ?? 0), 0);
  if (inStream.length < confirmed)
    problems.push(
      `the forger has stored ${confirmed} messages in SAMPLES, ${inStream.length} are told apart`,
    );
  const never = Object.keys(forgeries).filter((kind) => !forged[kind]);
  if (never.length > 0) problems.push(`nothing was forged of: ${never.join(', ')}`);
  const floor = history.acknowledged?.floor ?? 0;
  // The fence judges samples that can be read, under an epoch that their sender once had.
  const isFenced = ({ isOwnEpoch, sample }: ForgedMessage) => isOwnEpoch && sample !== undefined;
  const turnedAway = inStream.filter((message) => message.sequence <= floor && !isFenced(message));
  const quarantinedMessages = turnedAway.filter(({ inQuarantine }) => inQuarantine);
  if (
    quarantinedMessages.length < Math.min(isWhole ? turnedAway.length : turnedAway.length / 2, keptAMinute)
  ) {
    const [first] = turnedAway.filter(({ inQuarantine }) => !inQuarantine);
    problems.push(
      `of ${turnedAway.length} forged messages ${quarantinedMessages.length} are in quarantine; the first that is not: ${first?.subject} (SAMPLES ${first?.sequence})`,
    );
  }
  const stranger = inStream.find((message) => isFenced(message) && message.inQuarantine);
  if (stranger) problems.push(`SAMPLES ${stranger.sequence} is fenced, and in quarantine`);
  return problems;
}
