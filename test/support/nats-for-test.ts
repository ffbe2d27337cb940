import { freePort } from '@holdfast/dev/free-port.ts';
import { type NatsServer, type NatsServerOptions, startNatsServer } from '@holdfast/dev/nats-server.ts';
import { cleanUpAfterFile } from './cleanup.ts';
import { temporaryFolder } from './temporary-folder.ts';

/**
 * A nats-server with JetStream for this test alone, on free ports and in a folder of its own. It is stopped and removed
 * when the test file is over; call it in a hook, in a test or at the top of the file.
 */
export async function natsForTest(options: Omit<NatsServerOptions, 'storeDir'> = {}): Promise<NatsServer> {
  const server = await startNatsServer({
    storeDir: await temporaryFolder('nats'),
    // Ports that no other server gets while a test has this one down.
    port: await freePort(),
    monitorPort: await freePort(),
    ...options,
  });
  cleanUpAfterFile(() => server.stop());
  return server;
}
