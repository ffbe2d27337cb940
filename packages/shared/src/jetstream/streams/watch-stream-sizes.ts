import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { streamNames } from '../../contracts/subjects.ts';
import type { Logger } from '../../runtime/logger.ts';
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

/** Looks at how full our streams are, every few seconds. */
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
  const look = async (): Promise<void> => {
    try {
      sizes = isActive() ? await readStreamSizes(nc) : [];
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
