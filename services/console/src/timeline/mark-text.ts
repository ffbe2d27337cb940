import type { PlantTime } from '../time/plant-time.tsx';

const dayMs = 86_400_000;

/** A mark of the axis: the time, or at midnight the new day. Asks the clock itself, which may change within a stretch. */
export function markText(plant: Pick<PlantTime, 'clock' | 'day'>, at: Date, stretchMs: number): string {
  const isMidnight = plant.clock(at, true) === '00:00:00';
  return isMidnight || stretchMs > 4 * dayMs ? plant.day(at) : plant.clock(at, stretchMs < 600_000);
}
