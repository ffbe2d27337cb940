import type { CollectorLoad } from '@holdfast/shared/contracts/collector-load.ts';
import type { OutboxStatus } from '@holdfast/shared/contracts/outbox-status.ts';
import { OutboxBoard } from '@holdfast/shared/jetstream/boards/outbox-board.ts';
import type { Connection } from '@holdfast/shared/jetstream/connection/connect.ts';
import type { Stop } from '@holdfast/shared/runtime/lifecycle.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { OutageLog } from '@holdfast/shared/runtime/outage-log.ts';
import { regularly } from '@holdfast/shared/runtime/regularly.ts';
import type { OutboxHealth } from '../sending/outbox-health.ts';

const everyMs = 5_000;

/**
 * While the broker is there, publishes how busy the collector is and how its outbox is doing. Takes the status back at
 * the end.
 */
export async function publishOutboxStatus(options: {
  readonly connection: Connection;
  readonly collectorId: string;
  readonly health: () => OutboxHealth;
  readonly load: () => CollectorLoad;
  /** Samples of other collectors that are being sent. */
  readonly adopted: () => number;
  readonly log: Logger;
}): Promise<Stop> {
  const { connection, collectorId, health, load, adopted, log } = options;
  const board = await OutboxBoard.open(connection.nc);
  const startedAt = new Date().toISOString();
  const outage = new OutageLog({ log, level: 'debug', began: 'how the outbox is doing could not be said' });
  const stopSaying = regularly({ everyMs, isPossible: connection.isUp, outage }, () =>
    board.write(statusOf(health(), { collectorId, startedAt, load: load(), adopted: adopted() })),
  );
  return async () => {
    await stopSaying();
    if (connection.isUp()) await board.remove(collectorId).catch(() => undefined);
  };
}

function statusOf(
  health: OutboxHealth,
  of: {
    readonly collectorId: string;
    readonly startedAt: string;
    readonly load: CollectorLoad;
    readonly adopted: number;
  },
): OutboxStatus {
  return {
    v: 1,
    collector: of.collectorId,
    started_at: of.startedAt,
    updated_at: new Date().toISOString(),
    load: of.load,
    waiting_in_memory: health.waitingInMemory,
    spooled_samples: health.spooledSamples,
    spooled_bytes: health.spooledBytes,
    adopted_samples: of.adopted,
    lost_samples: health.dropped,
    too_large_samples: health.tooLarge,
    damaged_records: health.damagedRecords,
  };
}
