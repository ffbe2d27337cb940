import { hasDriver, hasRequiredLabels } from '../../domain/placement/driver-labels.ts';
import type { SessionNeeds } from '../../domain/session/events.ts';
import { both, type InBoth } from './both.ts';

type Labels = Readonly<Record<string, string>>;

/**
 * Says which driver is missing for which device, and what to do.
 * @param up labels of the collectors that are up, none of which can have the session
 * @returns undefined where none of them has the required labels: then those are missing
 */
export function noDriver(up: readonly Labels[], needs: SessionNeeds): InBoth | undefined {
  const labelled = up.filter((labels) => hasRequiredLabels(labels, needs));
  if (labelled.length === 0) return undefined;
  const drivers = Object.entries(needs.drivers ?? {});
  const nowhere = drivers.filter(([protocol]) => !labelled.some((labels) => hasDriver(labels, protocol)));
  // Each driver may be on some collector, but all of them on none.
  const missing = nowhere.length > 0 ? nowhere : drivers;
  const en = missing.map(([protocol, device]) => `${protocol} (device ${device})`).join(' and ');
  const zh = missing.map(([protocol, device]) => `${protocol}（设备 ${device}）`).join('和');
  const labels = Object.entries(needs.labels).map(([name, value]) => `${name}=${value}`);
  const withLabels =
    labels.length === 0
      ? both('', '')
      : both(` and has the labels ${labels.join(', ')}`, `且具有标签 ${labels.join('、')} `);
  return both(
    `no collector that is up${withLabels.en} has the driver for ${en}; start one of a release that has it, and see that its identity allows it`,
    `在线${withLabels.zh}的采集器都没有 ${zh}的驱动；请启动包含该驱动的版本的采集器，并确认其身份允许使用该驱动`,
  );
}
