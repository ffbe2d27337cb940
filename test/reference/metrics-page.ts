import { declaredMetrics } from './declared-metrics.ts';
import { code, listOf, page, table } from './markdown.ts';

const intros: Readonly<Record<string, string>> = {
  'Every service':
    'Each service also shows `process_` and `nodejs_` metrics: memory (`process_resident_memory_bytes`), processor time (`process_cpu_seconds_total`), delay of the event loop (`nodejs_eventloop_lag_p99_seconds`, sampled every 50 ms, which are included), garbage collection (`nodejs_gc_duration_seconds`) and start (`process_start_time_seconds`).',
  Supervisor:
    'Every supervisor follows the whole log, so stand-bys show the same sessions as the leader: use `max`, not `sum`. Only the newest session of each task counts.',
};

export function metricsPage(): string {
  return page([
    '# Metrics',
    'Every service answers `GET /metrics` for Prometheus: supervisor, collector and writer on [`HEALTH_PORT`](docs/reference/settings.md#every-service), the API on its own port. No key is needed. Metrics show counts, times and the names of collectors, but no points, devices or sessions, so a plant of 10,000 devices has no more series than one of ten. Counters begin at 0 with the process. A metric whose value is unknown is left out.',
    'See also [monitoring](docs/monitoring.md) and [alerts](docs/reference/alerts.md).',
    ...[...declaredMetrics()].flatMap(([section, metrics]) => [
      `## ${section}`,
      intros[section] ?? '',
      table(
        ['Metric', 'Type', 'Labels', 'Meaning'],
        metrics.map(({ name, type, labels, help }) => [code(name), type, listOf(labels), help]),
      ),
    ]),
  ]);
}
