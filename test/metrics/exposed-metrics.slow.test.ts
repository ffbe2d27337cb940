import type { RunningProcess } from '@holdfast/dev/child-process.ts';
import { freePort } from '@holdfast/dev/free-port.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { declaredMetrics } from '../reference/declared-metrics.ts';
import { eventually } from '../support/eventually.ts';
import { type FleetForTest, fleetForTest } from '../support/fleet-for-test.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { logOf } from '../support/service-processes.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { namedMetrics } from './named-metrics.ts';
import { type Scrape, scrape } from './scraped-metrics.ts';

const services = ['supervisor', 'collector', 'writer', 'alarms', 'api'] as const;
type Service = (typeof services)[number];

describe('the metrics of running services', () => {
  let fleet: FleetForTest;
  let collector: RunningProcess;
  let toDatabase: TcpProxy;
  let databasePassword: string;
  const ports = {} as Record<Service, number>;
  const scraped = (service: Service): Promise<Scrape> => scrape(`http://127.0.0.1:${ports[service]}/metrics`);
  const metric = async (service: Service, name: string, labels: Record<string, string> = {}) =>
    (await scraped(service)).value(name, labels);
  /** Waits until a metric of a service is as it should be. */
  const shows = (
    service: Service,
    name: string,
    labels: Record<string, string>,
    isRight: (value: number) => boolean,
  ) =>
    eventually(
      async () => {
        const value = await metric(service, name, labels);
        return value !== undefined && isRight(value) && { value };
      },
      { what: `${name} of the ${service} to be right`, intervalMs: 100 },
    );
  const isOne = (value: number) => value === 1;
  const isSome = (value: number) => value > 0;

  beforeAll(async () => {
    fleet = await fleetForTest(['press-1', 'press-2']);
    const databaseUrl = new URL(await freshDatabase());
    databasePassword = databaseUrl.password;
    toDatabase = await startTcpProxy({ targetPort: Number(databaseUrl.port) });
    const throughProxy = new URL(databaseUrl);
    throughProxy.hostname = '127.0.0.1';
    throughProxy.port = String(toDatabase.port);
    for (const service of services) ports[service] = await freePort();
    const health = (service: Service) => ({ HEALTH_PORT: String(ports[service]) });
    [collector] = await Promise.all([
      fleet.collector('c1', { ...health('collector'), DEVICE_BACKOFF_MAX_MS: '500' }),
      fleet.start('supervisor', health('supervisor')),
      fleet.start('alarms', health('alarms')),
      fleet.start('writer', { ...health('writer'), DATABASE_URL: throughProxy.href }),
      fleet.start('api', { DATABASE_URL: databaseUrl.href, API_PORT: String(ports.api) }),
    ]);
    const config = fleet.plant.config({ taskId: '1', devices: ['press-1', 'press-2'] });
    await fleet.log.start(config, { softSeconds: 0.1 });
    await shows('writer', 'holdfast_writer_values_written_total', {}, isSome);
    await shows('api', 'holdfast_projector_projecting', {}, isOne);
    await shows('api', 'holdfast_sessions_newer_configured', {}, (value) => value === 0);
  });

  it('have all that the code declares, and the process beside it', async () => {
    const sections = {
      Supervisor: 'supervisor',
      Collector: 'collector',
      Writer: 'writer',
      Alarms: 'alarms',
      API: 'api',
    } as const;
    const declared = declaredMetrics();
    for (const [section, service] of Object.entries(sections)) {
      const { names } = await scraped(service);
      const own = [...(declared.get('Every service') ?? []), ...(declared.get(section) ?? [])];
      expect([...names]).toEqual(expect.arrayContaining(own.map(({ name }) => name)));
      expect([...names]).toEqual(
        expect.arrayContaining(['nodejs_eventloop_lag_p99_seconds', 'process_resident_memory_bytes']),
      );
    }
  });

  it('have every metric, label and value that a dashboard or an alert names', async () => {
    await shows('supervisor', 'holdfast_stream_messages', { stream: 'QUARANTINE' }, (value) => value === 0);
    await shows('supervisor', 'holdfast_samples_backlog_warning', { percent: '50' }, (value) => value === 0);
    const scrapes = await Promise.all(services.map(scraped));
    const labelsOf = new Map(
      [...declaredMetrics().values()].flat().map(({ name, labels }) => [name, labels]),
    );
    const fromPrometheus = ['job', 'instance', 'le'];
    const wrong: string[] = [];
    const metrics = await namedMetrics();
    expect(metrics.length).toBeGreaterThan(100);
    for (const { where, name, matchers, groupedBy } of metrics) {
      if (!scrapes.some(({ names }) => names.has(name))) wrong.push(`${where}: nobody has ${name}`);
      const series = scrapes.flatMap((each) => each.series.filter((one) => one.name.startsWith(name)));
      for (const { label, operator, value } of matchers) {
        if (fromPrometheus.includes(label)) continue;
        if (!labelsOf.get(name)?.includes(label)) wrong.push(`${where}: ${name} has no label ${label}`);
        // Values that come from outside (a route, a status) are there only once they have been.
        else if (
          operator === '=' &&
          label !== 'status' &&
          !series.some(({ labels }) => labels[label] === value)
        )
          wrong.push(`${where}: ${name} has no ${label}="${value}"`);
      }
      const metricNames = metrics
        .filter((each) => each.where === where)
        .flatMap((each) => labelsOf.get(each.name) ?? []);
      for (const label of groupedBy) {
        const isKnown = [...metricNames, ...fromPrometheus, 'service'].includes(label);
        if (!isKnown) wrong.push(`${where}: nothing there has the label ${label}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('tell who holds what, how devices answer and how far everything has come', async () => {
    await shows('supervisor', 'holdfast_supervisor_leading', {}, isOne);
    await shows('alarms', 'holdfast_alarms_leading', {}, isOne);
    await shows('supervisor', 'holdfast_sessions', { status: 'running' }, isOne);
    await shows('supervisor', 'holdfast_placements', { collector: 'c1' }, isOne);
    await shows('supervisor', 'holdfast_collectors', { verdict: 'alive' }, isOne);
    await shows('supervisor', 'holdfast_assignments_total', {}, isOne);
    await shows('supervisor', 'holdfast_assignment_latency_seconds_count', {}, isOne);
    await shows('supervisor', 'holdfast_session_time_limits_total', { limit: 'soft' }, isOne);
    await shows('collector', 'holdfast_lease_held', {}, isOne);
    await shows('collector', 'holdfast_collector_sessions', {}, isOne);
    await shows('collector', 'holdfast_devices', { status: 'healthy' }, (value) => value === 2);
    await shows('collector', 'holdfast_polls_total', { outcome: 'complete' }, isSome);
    await shows('collector', 'holdfast_values_read_total', {}, isSome);
    await shows('collector', 'holdfast_poll_lateness_seconds_count', {}, isSome);
    await shows('collector', 'holdfast_device_requests_total', { outcome: 'ok' }, isSome);
    await shows('collector', 'holdfast_device_round_trip_seconds_count', {}, isSome);
    await shows('collector', 'holdfast_samples_published_total', {}, isSome);
    await shows('writer', 'holdfast_sink_reachable', {}, isOne);
    await shows('writer', 'holdfast_writer_batch_seconds_count', {}, isSome);
    await shows('api', 'holdfast_projector_projecting', {}, isOne);
    await shows('api', 'holdfast_projector_lag_events', {}, (value) => value === 0);
    await fetch(`http://127.0.0.1:${ports.api}/api/acquisition/sessions/`);
    const route = { method: 'GET', status: '2xx', route: '/api/acquisition/sessions' };
    await shows('api', 'holdfast_http_request_seconds_count', route, isSome);
  });

  it('have a number of series that does not grow with points, devices or sessions', async () => {
    const bounded = new Set([
      ...['service', 'dependency', 'status', 'collector', 'why', 'verdict', 'bound', 'percent', 'stream'],
      ...['reason', 'cause', 'outcome', 'method', 'route', 'limit', 'sender', 'bucket'],
    ]);
    const labels = [...declaredMetrics().values()].flat().flatMap((each) => each.labels);
    expect(labels.filter((label) => !bounded.has(label))).toEqual([]);
    for (const service of services) {
      const { text } = await scraped(service);
      expect(text).not.toContain('press-1');
      expect(text).not.toContain(databasePassword);
    }
  });

  it('tell why devices are not read, as devices fail and come back', async () => {
    const missed = { cause: 'timeout' };
    fleet.plant.plant.setFault('press-2', { kind: 'silence' });
    await shows('collector', 'holdfast_devices', { status: 'timeout' }, isOne);
    await shows('collector', 'holdfast_misses_total', missed, isSome);
    await shows('collector', 'holdfast_device_requests_total', { outcome: 'timeout' }, isSome);
    fleet.plant.plant.clearFault('press-2');
    await shows('collector', 'holdfast_devices', { status: 'healthy' }, (value) => value === 2);
  });

  it('tell of a device that is slower than its period, and of its share of lost ticks', async () => {
    expect(await metric('collector', 'holdfast_slow_device_overrun_ratio')).toBe(0);
    fleet.plant.plant.setFault('press-1', { kind: 'slow', delay_ms: 300 });
    await shows('collector', 'holdfast_devices', { status: 'slow' }, isOne);
    await shows('collector', 'holdfast_slow_device_overrun_ratio', {}, (share) => share >= 0.01);
    fleet.plant.plant.clearFault('press-1');
    await expect
      .poll(() => logOf(collector).filter((line) => line.startsWith('device press-1 is slow: ')))
      .toHaveLength(1);
  });

  it('show a database outage while it lasts, and sessions that run on', async () => {
    await toDatabase.cut();
    await shows('writer', 'holdfast_sink_reachable', {}, (value) => value === 0);
    await shows('writer', 'holdfast_sink_failing_seconds', {}, isSome);
    await shows('writer', 'holdfast_writer_retries_total', {}, isSome);
    await shows('supervisor', 'holdfast_samples_backlog_messages', {}, isSome);
    expect(await metric('supervisor', 'holdfast_sessions', { status: 'running' })).toBe(1);
    await toDatabase.heal();
    await shows('writer', 'holdfast_sink_reachable', {}, isOne);
    await shows('writer', 'holdfast_sink_failing_seconds', {}, (value) => value === 0);
  });
});
