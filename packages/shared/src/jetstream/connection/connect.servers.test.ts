import { freeze } from '@holdfast/test/support/freeze.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { it } from 'vitest';
import { createLogger } from '../../runtime/logger.ts';
import { connectNats } from './connect.ts';

it('a connection to a server that hangs can be closed', async () => {
  const server = await natsForTest();
  const { nc, close } = await connectNats({
    url: server.url,
    name: 'test',
    log: createLogger('test', 'silent'),
  });
  nc.subscribe('anything');
  await nc.flush();
  const thaw = await freeze(server.pid);
  try {
    await close();
  } finally {
    thaw();
  }
});
