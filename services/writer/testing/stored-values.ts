import type { SampleStore } from '@holdfast/sample-store/sample-store.ts';
import { firstTimeMs } from './writer-under-test.ts';

export const wholeTime = {
  start: new Date(firstTimeMs),
  end: new Date(firstTimeMs + 86_400_000),
  limit: 100_000,
};
export const ticks = (count: number, from = 0) => Array.from({ length: count }, (_, index) => from + index);

export async function valuesOf(store: SampleStore, sessionId: string, pointCode: string): Promise<unknown[]> {
  const points = await store.history({ ...wholeTime, pointCode, sessionId });
  return points.map((point) => point.value);
}
