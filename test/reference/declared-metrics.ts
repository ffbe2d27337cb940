import { addReadiness } from '@holdfast/shared/runtime/health-server.ts';
import { type MetricDescription, Metrics } from '@holdfast/shared/runtime/metrics.ts';
import { addAlarmsMetrics } from '../../services/alarms/src/adapters/alarms-metrics.ts';
import { addApiMetrics } from '../../services/api/src/adapters/api-metrics.ts';
import { addCollectorMetrics } from '../../services/collector/src/adapters/collector-metrics.ts';
import { addSupervisorMetrics } from '../../services/supervisor/src/adapters/supervisor-metrics.ts';
import { addWriterMetrics } from '../../services/writer/src/adapters/writer-metrics.ts';

const nothing = () => {
  throw new Error('only declared here, never read');
};

/** The metrics of each service in addition to those of every service. */
const additions: Readonly<Record<string, (metrics: Metrics) => unknown>> = {
  Supervisor: (metrics) =>
    addSupervisorMetrics(metrics, {
      isLeading: nothing,
      isLogDamaged: nothing,
      sessions: nothing,
      waiting: nothing,
      leases: nothing,
      refusals: nothing,
      backlog: nothing,
      streams: nothing,
    }),
  Collector: (metrics) =>
    addCollectorMetrics(metrics, {
      isLeaseHeld: nothing,
      leaseRemainingMs: nothing,
      sessionsHeld: nothing,
      capacity: 0,
      devices: nothing,
      slowDevices: nothing,
      outbox: nothing,
      bufferMax: 0,
      spoolMaxBytes: 0,
    }),
  Writer: (metrics) =>
    addWriterMetrics(metrics, {
      counters: {} as never,
      isReachable: nothing,
      failingForMs: nothing,
      refusedSessions: nothing,
      logUnreadableForMs: nothing,
    }),
  Alarms: (metrics) => addAlarmsMetrics(metrics, { isLeading: nothing }),
  API: (metrics) =>
    addApiMetrics(metrics, {
      isProjecting: nothing,
      lagEvents: nothing,
      lagMs: nothing,
      auditEntriesLost: nothing,
      newerConfigured: nothing,
      refusals: nothing,
    }),
};

const ofEveryService = 'Every service';

/** All metrics that our code declares, by the section of docs/reference/metrics.md. */
export function declaredMetrics(): ReadonlyMap<string, readonly MetricDescription[]> {
  const common = new Metrics('any');
  addReadiness(common, nothing);
  const declared = new Map<string, readonly MetricDescription[]>([[ofEveryService, common.described()]]);
  for (const [service, add] of Object.entries(additions)) {
    const metrics = new Metrics(service);
    add(metrics);
    declared.set(service, metrics.described().slice(1));
  }
  return declared;
}
