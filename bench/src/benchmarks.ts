import type { Benchmark } from './benchmark.ts';
import { failover } from './failover/failover.ts';
import { recovery } from './recovery/recovery.ts';

export const benchmarks: readonly Benchmark[] = [recovery, failover];
