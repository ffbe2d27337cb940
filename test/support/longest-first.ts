import { join, relative, sep } from 'node:path';
import type { TestSpecification } from 'vitest/node';
import { BaseSequencer } from 'vitest/node';

const root = join(import.meta.dirname, '..', '..');

/**
 * Seconds that the longest files take on a quiet machine. A fresh clone has no record of its own yet, and a file of
 * three quarters of a minute that begins last keeps the run waiting for it alone.
 */
export const LONG_FILES: Readonly<Record<string, number>> = {
  'test/openapi/generated-requests.slow.test.ts': 400,
  'test/cluster/on-own-hosts.slow.test.ts': 560,
  'test/console/many-sessions.slow.test.ts': 330,
  'test/console/devices.slow.test.ts': 150,
  'test/console/trends.slow.test.ts': 150,
  'test/faults-short/faults.slow.test.ts': 160,
  'test/console/apply-to-running.slow.test.ts': 90,
  'test/cli/large-import.slow.test.ts': 60,
  'test/console/timeline.slow.test.ts': 140,
  'test/console/first-run.slow.test.ts': 140,
  'services/api/testing/logins-without-broker.slow.test.ts': 120,
  'test/simulation/simulation.slow.test.ts': 100,
  'test/end-to-end/ownership-faults.slow.test.ts': 45,
  'services/writer/testing/sink-faults.slow.test.ts': 48,
  'services/api/testing/outages.slow.test.ts': 48,
  'test/outages/collector-to-broker.slow.test.ts': 45,
  'test/end-to-end/period-changed.slow.test.ts': 200,
  'test/console/sessions-looks.slow.test.ts': 190,
  'test/console/stream.slow.test.ts': 170,
  'test/outages/dropped-after-the-end.slow.test.ts': 115,
  'test/console/login.slow.test.ts': 115,
  'test/console/other-protocols.slow.test.ts': 105,
  'test/console/overview.slow.test.ts': 105,
  'test/bench/api-bench.slow.test.ts': 100,
  'dev/src/stack/stack.slow.test.ts': 140,
  'test/cli/check-recovery.slow.test.ts': 58,
  'test/cli/keys.slow.test.ts': 40,
  'test/outages/dropped-unseen.slow.test.ts': 34,
  'test/end-to-end/recovery-faults.slow.test.ts': 25,
  'services/writer/testing/sent-without-record.slow.test.ts': 18,
  'services/api/testing/apply-to-sessions.slow.test.ts': 40,
  'test/simulation/simulation.test.ts': 21,
  'test/identities/looking.slow.test.ts': 14,
  'packages/shared/src/jetstream/connection/answered-soon.servers.test.ts': 9,
  'test/identities/flood.slow.test.ts': 9,
  'packages/shared/src/jetstream/sessions/durable-session-log.servers.test.ts': 9,
  'packages/shared/src/jetstream/sessions/session-log.servers.test.ts': 7,
  'test/documents/nats-tool-with-key.servers.test.ts': 7,
  'test/end-to-end/mqtt.servers.test.ts': 7,
  'test/end-to-end/collector-drain.slow.test.ts': 12,
  'services/api/testing/pages.processes.test.ts': 9,
  'services/api/testing/recovery.processes.test.ts': 10,
  'services/api/testing/rights/rights.slow.test.ts': 110,
  'services/writer/testing/writer.processes.test.ts': 24,
  'services/api/testing/keys.processes.test.ts': 4,
  'services/api/testing/idempotency.processes.test.ts': 14,
  'services/api/testing/system.processes.test.ts': 12,
  'services/api/testing/actors.slow.test.ts': 17,
  'services/api/testing/refusals.servers.test.ts': 25,
  'packages/shared/src/jetstream/consume/consume-batches.servers.test.ts': 12,
  'packages/shared/src/jetstream/sessions/jetstream-event-store.servers.test.ts': 11,
  'packages/sample-store/src/influx/influx-sample-store.servers.test.ts': 17,
  'test/documents/nats-tool.slow.test.ts': 20,
  'test/end-to-end/point-writes.slow.test.ts': 25,
  'test/cli/login.slow.test.ts': 29,
  'services/api/testing/company/company-login.slow.test.ts': 19,
  'test/metrics/exposed-metrics.slow.test.ts': 18,
  'services/collector/src/calls/read-device.slow.test.ts': 17,
  'test/end-to-end/device-calls.slow.test.ts': 20,
  'services/api/testing/session-summary.slow.test.ts': 15,
  'test/console/sessions-screen.processes.test.ts': 8,
  'services/api/testing/sites.slow.test.ts': 13,
  'services/api/testing/logins.processes.test.ts': 12,
  'packages/shared/src/jetstream/connection/connect.slow.test.ts': 14,
  'services/api/testing/read-after-command.slow.test.ts': 14,
  'test/end-to-end/ownership.processes.test.ts': 19,
  'services/api/src/sessions/projection/projection-signal.slow.test.ts': 12,
  'services/api/testing/point-history.slow.test.ts': 12,
  'services/api/testing/access.processes.test.ts': 16,
  'test/end-to-end/damaged-log.slow.test.ts': 11,
  'services/api/testing/live.processes.test.ts': 19,
  'test/end-to-end/rates.slow.test.ts': 22,
  'test/end-to-end/placement.slow.test.ts': 22,
  'test/documents/readme-commands.slow.test.ts': 21,
  'test/end-to-end/silent-device.slow.test.ts': 19,
  'test/end-to-end/restarts.slow.test.ts': 18,
  'test/backup/disaster.slow.test.ts': 17,
  'test/backup/refusals.slow.test.ts': 16,
  'test/cli/cli.slow.test.ts': 44,
  'services/writer/testing/several-writers.slow.test.ts': 15,
  'test/verify/main.slow.test.ts': 14,
  'services/api/testing/two-processes.slow.test.ts': 14,
  'test/identities/installation.slow.test.ts': 13,
  'dev/src/embedded-postgres.slow.test.ts': 12,
  'test/end-to-end/accounting.slow.test.ts': 11,
  'test/end-to-end/foreign-device.slow.test.ts': 11,
  'test/metrics/backlog-metrics.slow.test.ts': 11,
  'test/outages/collector-recreated.slow.test.ts': 10,
  'test/bench/recovery-bench.slow.test.ts': 10,
  'drivers/mqtt/src/mqtt-contract.servers.test.ts': 28,
  'services/api/testing/reconfigure.servers.test.ts': 17,
  'services/api/testing/reconnect.processes.test.ts': 13,
  'packages/shared/src/jetstream/connection/refused.servers.test.ts': 10,
  'services/collector/src/polling/reconfigure.property.test.ts': 10,
  'services/api/testing/rights/moved-meanwhile.servers.test.ts': 10,
  'services/writer/testing/late-readings.processes.test.ts': 9,
  'dev/setup/nats-server/require-nats-server.slow.test.ts': 9,
  'packages/sample-store/src/postgres/postgres-sample-store.servers.test.ts': 8,
  'test/identities/accounts.servers.test.ts': 8,
  'packages/shared/src/lease/lease-holder.property.test.ts': 8,
};

/** Short ones last. A worker goes on with the modules that it has as long as its next file is of the same project. */
const projects = ['slow', 'processes', 'servers', 'core'];

/** One project after the other, in each long files first, then the others as vitest would order them. */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort(
      (one, other) => rankOf(one) - rankOf(other) || secondsOf(other) - secondsOf(one),
    );
  }
}

function rankOf({ project }: TestSpecification): number {
  return projects.indexOf(project.name);
}

function secondsOf({ moduleId }: TestSpecification): number {
  return LONG_FILES[relative(root, moduleId).replaceAll(sep, '/')] ?? 0;
}
