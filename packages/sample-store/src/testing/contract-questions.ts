import type { HistoryDevice } from '../sample-store.ts';
import { firstTimeMs } from './storable-sample.ts';

export const wholeRange = {
  start: new Date(firstTimeMs),
  end: new Date(firstTimeMs + 86_400_000),
  limit: 1000,
};
export const minutes = { ...wholeRange, pointCode: 'temperature', intervalMs: 60_000 };
export const press = (deviceCode: string): HistoryDevice => ({ deviceCode, measurement: deviceCode });
