import type { SinkStatus } from '@holdfast/shared/contracts/sink-status.ts';
import { SinkBoard } from '@holdfast/shared/jetstream/boards/sink-board.ts';
import type { Connection } from '@holdfast/shared/jetstream/connection/connect.ts';
import type { Stop } from '@holdfast/shared/runtime/lifecycle.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { OutageLog } from '@holdfast/shared/runtime/outage-log.ts';
import { regularly } from '@holdfast/shared/runtime/regularly.ts';

const everyMs = 2_000;

/** Publishes how the sink is doing, every 2 s while the broker is there, and takes the status back at the end. */
export async function publishSinkStatus(options: {
  readonly connection: Connection;
  readonly status: () => SinkStatus;
  readonly log: Logger;
}): Promise<{ readonly stop: Stop }> {
  const { connection, status, log } = options;
  const board = await SinkBoard.open(connection.nc);
  const { instance } = status();
  const outage = new OutageLog({
    log,
    level: 'warn',
    began: 'cannot say how the sink is doing; trying again',
  });
  const stopSaying = regularly({ everyMs, isPossible: connection.isUp, outage }, () => board.write(status()));
  return {
    stop: async () => {
      await stopSaying();
      if (connection.isUp()) await board.remove(instance).catch(() => undefined);
    },
  };
}
