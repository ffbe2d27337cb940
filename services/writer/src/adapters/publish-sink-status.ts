import type { SinkStatus } from '@holdfast/shared/contracts/sink-status.ts';
import { SinkBoard } from '@holdfast/shared/jetstream/boards/sink-board.ts';
import type { Connection } from '@holdfast/shared/jetstream/connection/connect.ts';
import type { Stop } from '@holdfast/shared/runtime/lifecycle.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';

const everyMs = 2_000;

/** Says how the sink is doing, every 2 s while the broker is there, and takes that back at the end. */
export async function publishSinkStatus(options: {
  readonly connection: Connection;
  readonly status: () => SinkStatus;
  readonly log: Logger;
}): Promise<{ readonly stop: Stop }> {
  const { connection, status, log } = options;
  const board = await SinkBoard.open(connection.nc);
  const instance = status().instance;
  let publishing: Promise<void> | undefined;
  let isFailing = false;
  const publish = async (): Promise<void> => {
    try {
      await board.write(status());
      isFailing = false;
    } catch (error) {
      if (!isFailing) log.warn({ err: error }, 'cannot say how the sink is doing; trying again');
      isFailing = true;
    }
  };
  const timer = setInterval(() => {
    // While the broker is away nothing piles up.
    if (!connection.isUp() || publishing) return;
    publishing = publish().finally(() => {
      publishing = undefined;
    });
  }, everyMs);
  publishing = publish().finally(() => {
    publishing = undefined;
  });
  return {
    stop: async () => {
      clearInterval(timer);
      await publishing;
      if (connection.isUp()) await board.remove(instance).catch(() => undefined);
    },
  };
}
