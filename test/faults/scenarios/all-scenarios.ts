import { collectorsKilledWithFullSpools } from './collectors-killed-with-full-spools.ts';
import type { Scenario } from './scenario.ts';
import { storeRolledBack, storeWiped } from './store-wiped.ts';
import { writerKilledInBatches } from './writer-killed-in-batches.ts';

export const allScenarios: readonly Scenario[] = [
  storeWiped,
  storeRolledBack,
  writerKilledInBatches,
  collectorsKilledWithFullSpools,
];
