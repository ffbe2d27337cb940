import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { streamNames } from '../../contracts/subjects.ts';
import type { Logger } from '../../runtime/logger.ts';
import { OutageLog } from '../../runtime/outage-log.ts';
import { leaderInfo } from '../connection/leader-info.ts';

export interface StreamSize {
  readonly stream: string;
  readonly messages: number;
  readonly bytes: number;
  /** Undefined where the stream is unbounded. */
  readonly maxBytes: number | undefined;
}

export interface StreamSizesWatch {
  /** As of the last look; empty before the first one and while the broker cannot be asked. */
  current(): readonly StreamSize[];
  stop(): void;
}

/** From this share on an audit log counts as full: time is left to save its entries and to give it more room. */
const auditFullFrom = 0.8;

/** Looks at how full our streams are, every few seconds, and warns of an audit log whose oldest entries will go. */
export function watchStreamSizes(options: {
  readonly nc: NatsConnection;
  readonly log: Logger;
  readonly everyMs: number;
  /** Looks are left out while this is false: one process that watches is enough. */
  readonly isActive?: () => boolean;
}): StreamSizesWatch {
  const { nc, log, everyMs, isActive = () => true } = options;
  let sizes: readonly StreamSize[] = [];
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  const fullAudit = new OutageLog({
    log,
    level: 'warn',
    began:
      'the audit log is nearly full, and then its oldest entries go: export it (holdfast audit export), and give it more room (nats stream edit AUDIT --max-bytes)',
    ended: 'the audit log has room again',
    fields: (size) => size as StreamSize,
  });
  const judgeAudit = () => {
    const audit = sizes.find(({ stream }) => stream === streamNames.audit);
    if (!audit?.maxBytes) return;
    if (audit.bytes < auditFullFrom * audit.maxBytes) fullAudit.worked();
    else fullAudit.failed(audit);
  };
  const look = async (): Promise<void> => {
    try {
      sizes = isActive() ? await readStreamSizes(nc) : [];
      judgeAudit();
    } catch (error) {
      sizes = [];
      log.debug({ err: error }, 'the sizes of the streams could not be looked at');
    }
    if (!isStopped) timer = setTimeout(() => void look(), everyMs);
  };
  void look();
  return {
    current: () => sizes,
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

async function readStreamSizes(nc: NatsConnection): Promise<StreamSize[]> {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  return Promise.all(
    Object.values(streamNames).map(async (stream) => {
      const { state, config } = await leaderInfo(jsm, stream);
      const { messages, bytes } = state;
      return { stream, messages, bytes, maxBytes: config.max_bytes > 0 ? config.max_bytes : undefined };
    }),
  );
}
