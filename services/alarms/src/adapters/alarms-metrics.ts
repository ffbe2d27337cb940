import type { Metrics } from '@holdfast/shared/runtime/metrics.ts';

export interface AlarmsMetricSources {
  readonly isLeading: () => boolean;
}

/** The metrics of the service that raises alarms. */
export function addAlarmsMetrics(metrics: Metrics, { isLeading }: AlarmsMetricSources): void {
  metrics.gauge({
    name: 'holdfast_alarms_leading',
    help: 'Whether this service raises the alarms (1) or stands by (0). Exactly one should raise them.',
    read: () => (isLeading() ? 1 : 0),
  });
}
