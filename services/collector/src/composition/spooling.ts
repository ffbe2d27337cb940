import { installationId } from '@holdfast/shared/jetstream/connection/installation-id.ts';
import type { ServiceContext } from '@holdfast/shared/runtime/lifecycle.ts';
import { systemTimers } from '@holdfast/shared/runtime/timers.ts';
import { adoptAbandonedSpools, spoolFolder } from '../adapters/spool/abandoned-spools.ts';
import { DiskSpool } from '../adapters/spool/spool.ts';
import type { CollectorConfig } from '../config.ts';
import { SpoolAttachment } from '../sending/attach-spool.ts';
import type { SampleOutbox } from '../sending/sample-outbox.ts';
import type { Broker } from './broker.ts';

interface SpoolingParts {
  readonly broker: Broker;
  readonly instance: string;
  /** The outbox of this collector's own samples. */
  readonly outbox: SampleOutbox;
  /** Makes an outbox for the spool of a collector that is gone. */
  readonly createOutbox: () => Promise<SampleOutbox>;
}

/** The spool of this collector, which it has while it holds its lease, and those of collectors that are gone. */
export async function openSpooling(
  config: CollectorConfig,
  { broker, instance, outbox, createOutbox }: SpoolingParts,
  { log }: ServiceContext,
) {
  const { connection, nc } = broker;
  const { SPOOL_DIR: spoolDir, SPOOL_MAX_BYTES: maxBytes, SPOOL_FSYNC: fsync } = config;
  const isSpooling = maxBytes > 0;
  const installation = await installationId(nc);
  const folder = spoolFolder(spoolDir, config.COLLECTOR_ID, installation);
  const own = new SpoolAttachment({
    outbox,
    open: () => DiskSpool.open({ folder, instance, maxBytes, fsync, log }),
    timers: systemTimers,
    log,
  });
  const adoption = adoptAbandonedSpools({
    ...{ spoolDir, installation, instance },
    // With spooling switched off, a spool from before is treated like any abandoned one.
    own: isSpooling ? folder : undefined,
    createOutbox,
    isBrokerUp: connection.isUp,
    onIdle: () => outbox.resume(),
    timers: systemTimers,
    log,
  });
  return {
    /** Whether there may be samples of other collectors to send, which are older than ours. */
    isAdopting: () => adoption.isBusy(),
    /** Samples of other collectors that are being sent. */
    adopted: () => adoption.waiting().samples,
    leaseHeld: () => {
      if (isSpooling) own.acquire();
      adoption.start();
    },
    /** Called when another process has this collector's id, and so its spool. */
    leaseTaken: () => {
      if (isSpooling) own.release();
    },
    stop: () => {
      own.stop();
      return adoption.stop();
    },
  };
}
