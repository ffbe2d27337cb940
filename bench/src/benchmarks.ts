import type { Benchmark } from './benchmark.ts';
import { failover } from './failover/failover.ts';
import { handover } from './handover/handover.ts';
import { recovery } from './recovery/recovery.ts';

export const benchmarks: readonly Benchmark[] = [recovery, failover, handover];
