import { InvalidMeasurement, UsageError } from './benchmark.ts';
import { benchmarks } from './benchmarks.ts';
import { type Order, readCommandLine } from './command-line.ts';
import { describeMachine } from './machine.ts';
import { helpOn, listOf, reportAsJson, reportAsTable } from './report.ts';

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
      return;
    }
    default:
      return order satisfies never;
  }
}
