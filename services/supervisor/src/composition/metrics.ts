import { watchSampleBacklog } from '@holdfast/shared/jetstream/samples/watch-sample-backlog.ts';
import { watchStreamSizes } from '@holdfast/shared/jetstream/streams/watch-stream-sizes.ts';
import type { ServiceContext } from '@holdfast/shared/runtime/lifecycle.ts';
import { Metrics } from '@holdfast/shared/runtime/metrics.ts';
import { addSupervisorMetrics, type SupervisorMetricSources } from '../adapters/supervisor-metrics.ts';
import type { Broker } from './broker.ts';

/** The supervisor's metrics. The leader also measures the streams, and warns when they fill up. */
export function openMetrics(
  { nc }: Broker,
  sources: Omit<SupervisorMetricSources, 'backlog' | 'streams'>,
  { log, onStop }: ServiceContext,
) {
  const { isLeading } = sources;
  const backlog = watchSampleBacklog({ nc, log, everyMs: 5_000, isActive: isLeading });
  onStop('sample backlog', () => backlog.stop());
  const streamSizes = watchStreamSizes({ nc, log, everyMs: 5_000, isActive: isLeading });
  onStop('stream sizes', async () => streamSizes.stop());
  const metrics = new Metrics('supervisor');
  metrics.addProcessMetrics();
  const observer = addSupervisorMetrics(metrics, {
    ...sources,
    backlog: () => backlog.current(),
    streams: () => streamSizes.current(),
  });
  return { metrics, observer };
}
