import { api } from './api/api.ts';
import { summary } from './api/summary.ts';
import { type Benchmark, InvalidMeasurement, UsageError } from './benchmark.ts';
import { changes } from './changes/changes.ts';
import { type Order, readCommandLine } from './command-line.ts';
import { consoleBench } from './console/console.ts';
import { drivers } from './drivers/drivers.ts';
import { exportBench } from './export/export.ts';
import { failover } from './failover/failover.ts';
import { handover } from './handover/handover.ts';
import { history } from './history/history.ts';
import { hostile } from './hostile/hostile.ts';
import { idle } from './idle/idle.ts';
import { ingest } from './ingest/ingest.ts';
import { lists } from './lists/lists.ts';
import { readers } from './lists/readers.ts';
import { describeMachine } from './machine.ts';
import { outage } from './outage/outage.ts';
import { modbusClients } from './poll/modbus-clients.ts';
import { poll } from './poll/poll.ts';
import { fleet } from './polled/fleet.ts';
import { reconfigure } from './polled/reconfigure.ts';
import { publish } from './publish/publish.ts';
import { recovery } from './recovery/recovery.ts';
import { helpOn, listOf, reportAsJson, reportAsTable } from './report.ts';

const benchmarks: readonly Benchmark[] = [
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
  readers,
  hostile,
  changes,
  consoleBench,
];

const cleanUp = new AsyncDisposableStack();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void cleanUp.disposeAsync().finally(() => process.exit(signal === 'SIGINT' ? 130 : 143));
  });
}

try {
  await obey(readCommandLine(process.argv.slice(2), benchmarks));
} catch (error) {
  if (error instanceof UsageError) {
    console.error(error.message);
    process.exitCode = 2;
  } else {
    console.error(error instanceof InvalidMeasurement ? `Not a valid measurement: ${error.message}` : error);
    process.exitCode = 1;
  }
} finally {
  await cleanUp.disposeAsync();
}

async function obey(order: Order): Promise<void> {
  switch (order.type) {
    case 'list':
      console.log(listOf(benchmarks));
      return;
    case 'help':
      console.log(helpOn(order.benchmark));
      return;
    case 'run': {
      const { benchmark, values, json, profileFolder } = order;
      const machine = describeMachine();
      const progress = (text: string) => console.error(`${benchmark.name}: ${text}`);
      const measurement = await benchmark.run(values, { progress, cleanUp, profileFolder });
      console.log((json ? reportAsJson : reportAsTable)(benchmark, measurement, machine));
      if (measurement.isFailed) process.exitCode = 1;
      return;
    }
    default:
      return order satisfies never;
  }
}
