import { clusterLeaderLoss } from './cluster-leader-loss.ts';
import type { Scenario } from './scenario.ts';
import { storeRolledBack, storeWiped } from './store-wiped.ts';

export const allScenarios: readonly Scenario[] = [clusterLeaderLoss, storeWiped, storeRolledBack];
