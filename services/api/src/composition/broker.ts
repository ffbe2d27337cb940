import { randomBytes } from 'node:crypto';
import { StatusBoard } from '@holdfast/shared/jetstream/boards/status-board.ts';
import { KvWaitingBoard } from '@holdfast/shared/jetstream/boards/waiting-board.ts';
import { refusalEntry, SenderRefusals } from '@holdfast/shared/jetstream/consume/sender-refusals.ts';
import { openConsumerService } from '@holdfast/shared/jetstream/consume/serve-consumer-requests.ts';
import { jetStreamEpochs } from '@holdfast/shared/jetstream/sessions/logged-at.ts';
import { brokerAccess, streamBounds } from '@holdfast/shared/runtime/config.ts';
import type { ServiceContext } from '@holdfast/shared/runtime/lifecycle.ts';
import { EpochClaims } from '@holdfast/shared/sessions/epoch-claims.ts';
import { ApiKeys } from '../access/api-keys.ts';
import { startBroker } from '../adapters/broker.ts';
import { jetStreamKeyBook } from '../adapters/jetstream-access.ts';
import { jetStreamAuditLog } from '../adapters/jetstream-audit-log.ts';
import { jetStreamSessionLog } from '../adapters/jetstream-session-log.ts';
import { placedStatuses } from '../adapters/placed-statuses.ts';
import { startAuditTrail } from '../audit/audit-trail.ts';
import type { ApiConfig } from '../config.ts';
import { ConfigVersions } from '../configuration/config-versions.ts';
import { RecentSessions } from '../sessions/commands/session-memory.ts';
import { startLiveStatus } from '../sessions/live-status/live-status.ts';
import { startWaitingNotices } from '../sessions/live-status/waiting-notices.ts';
import { LogGuard } from '../sessions/projection/log-guard.ts';
import type { Databases } from './databases.ts';
import { openPeople } from './people.ts';

export type BrokerParts = ReturnType<typeof openBroker>;

/**
 * The connection to NATS, and what is learned over it or forgotten with it: keys, people, status, notices, the log's
 * guard.
 */
export function openBroker(
  config: ApiConfig,
  { database }: Databases,
  { log, onStop, fail }: ServiceContext,
) {
  const logGuard = new LogGuard(database, log);
  const epochs = jetStreamEpochs(() => broker.connection());
  const claims = new EpochClaims(epochs);
  const liveStatus = startLiveStatus({ database, log, flushIntervalMs: config.COUNTERS_FLUSH_MS });
  onStop('live status', liveStatus.stop);
  const waiting = startWaitingNotices();
  onStop('waiting notices', waiting.stop);
  const memory = new RecentSessions();
  const versions = new ConfigVersions(database);
  const keys = new ApiKeys({ book: () => jetStreamKeyBook(broker.connection), log });
  onStop('keys', keys.stop);
  const bootstrapKey = config.API_BOOTSTRAP_KEY;
  const people = openPeople(
    config,
    { connection: () => broker.connection(), isUp: () => broker.isUp(), audit: () => audit },
    { log, onStop, fail },
  );

  const name = `api-${randomBytes(4).toString('hex')}`;
  const access = { ...brokerAccess(config), name, log };
  /** Opened only once, as it comes back by itself. */
  let stopConsumers: ReturnType<typeof openConsumerService> | undefined;
  onStop('consumers of others', async () => stopConsumers?.());
  const broker = startBroker({
    access,
    name,
    streams: streamBounds(config),
    log,
    onBack: () => {
      memory.clear();
      versions.forgetStored();
      epochs.forget();
    },
    checkLog: (nc) => logGuard.check(jetStreamSessionLog(nc)),
    onReady: async (nc) => {
      const keyBook = jetStreamKeyBook(() => nc);
      await keys.load(keyBook);
      if (bootstrapKey !== undefined) await keys.bootstrap(bootstrapKey, keyBook);
      await people.load(nc);
      const board = await StatusBoard.open(nc);
      await liveStatus.watch(placedStatuses(board, claims, refusals));
      const waitingBoard = await KvWaitingBoard.open(nc);
      await waiting.watch((listener) => waitingBoard.watch(listener));
      stopConsumers ??= openConsumerService(access);
    },
    onFatal: (error) => fail('cannot use NATS as it is configured', error),
  });
  onStop('broker', broker.stop);

  const refusals = new SenderRefusals(log, (refusal) => audit.recordRefusal(refusalEntry(refusal)));
  const auditLog = jetStreamAuditLog(broker.connection);
  const audit = startAuditTrail({ audit: auditLog, log });
  onStop('audit trail', audit.stop);
  return {
    broker,
    keys,
    people,
    auditLog,
    audit,
    logGuard,
    liveStatus,
    waiting,
    memory,
    versions,
    epochs,
    claims,
    refusals,
  };
}
