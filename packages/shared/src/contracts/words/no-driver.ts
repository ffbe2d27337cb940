import type { Text } from '@holdfast/texts/text.ts';
import { hasDriver, hasRequiredLabels } from '../../domain/placement/driver-labels.ts';
import type { SessionNeeds } from '../../domain/session/events.ts';
import { waitingText } from './waiting-texts.ts';

type Labels = Readonly<Record<string, string>>;

/**
 * Says which driver is missing for which device, and what to do.
 * @param up labels of the collectors that are up, none of which can have the session
 * @returns undefined where none of them has the required labels: then those are missing
 */
export function noDriver(up: readonly Labels[], needs: SessionNeeds): Text | undefined {
  const labelled = up.filter((labels) => hasRequiredLabels(labels, needs));
  if (labelled.length === 0) return undefined;
  const needed = Object.entries(needs.drivers ?? {});
  const nowhere = needed.filter(([protocol]) => !labelled.some((labels) => hasDriver(labels, protocol)));
  // Each driver may be on some collector, but all of them on none.
  const missing = nowhere.length > 0 ? nowhere : needed;
  const drivers = missing.map(([protocol, device]) => waitingText('driver_of_device', { protocol, device }));
  const labels = Object.entries(needs.labels).map(([name, value]) => `${name}=${value}`);
  const withLabels = labels.length === 0 ? '' : waitingText('and_has_the_labels', { labels });
  return waitingText('no_collector_has_the_driver', { withLabels, drivers });
}
