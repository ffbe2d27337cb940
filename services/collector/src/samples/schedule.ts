/** A tick is one scheduled reading of one device: its number is the scheduled time over the period. */
export function tickAt(timeMs: number, periodMs: number): number {
  return Math.floor(timeMs / periodMs);
}

/** ms since 1970 */
export function tickTimeMs(tick: number, periodMs: number): number {
  return tick * periodMs;
}

/** Longest phase. An hourly reading half an hour late is of no use; a few seconds are enough to spread a fleet. */
const largestPhaseMs = 5_000;

/** Devices whose phases are this close together are asked at once; at most a fortieth of their period. */
const longestSlotMs = 25;

/**
 * How long after its scheduled time each tick of a device is read. It is always the same for a device, and spread
 * evenly over devices, so that a fleet is not asked all at once. Phases come in slots: a process that reads few devices
 * is woken once for all devices of a slot, by its timer, by their replies and by the broker's. Waking for each alone
 * would cost more than the reading.
 * @param share 0…1 of the period over which devices are spread
 */
export function phaseMs(deviceId: string, periodMs: number, share: number): number {
  const widthMs = Math.min(periodMs * share, largestPhaseMs);
  const slotMs = Math.max(1, Math.min(longestSlotMs, Math.floor(periodMs / 40)));
  return Math.floor(((fnv1a(deviceId) / 0x1_0000_0000) * widthMs) / slotMs) * slotMs;
}

/** FNV-1a with a final mixing of its bits: ids that differ only in their last digit must be far apart. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
