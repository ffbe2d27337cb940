import { api } from './api/api.ts';
import { summary } from './api/summary.ts';
import type { Benchmark } from './benchmark.ts';
import { changes } from './changes/changes.ts';
import { consoleBench } from './console/console.ts';
import { drivers } from './drivers/drivers.ts';
import { exportBench } from './export/export.ts';
import { failover } from './failover/failover.ts';
import { handover } from './handover/handover.ts';
import { history } from './history/history.ts';
import { idle } from './idle/idle.ts';
import { ingest } from './ingest/ingest.ts';
import { lists } from './lists/lists.ts';
import { outage } from './outage/outage.ts';
import { modbusClients } from './poll/modbus-clients.ts';
import { poll } from './poll/poll.ts';
import { fleet } from './polled/fleet.ts';
import { reconfigure } from './polled/reconfigure.ts';
import { publish } from './publish/publish.ts';
import { recovery } from './recovery/recovery.ts';

export const benchmarks: readonly Benchmark[] = [
  recovery,
  failover,
  ingest,
  handover,
  idle,
  publish,
  modbusClients,
  drivers,
  poll,
  fleet,
  reconfigure,
  outage,
  history,
  exportBench,
  api,
  summary,
  lists,
  changes,
  consoleBench,
];
