import { jetstreamManager } from '@nats-io/jetstream';
import { eventually } from '../../support/eventually.ts';
import { withNats } from '../../world/own-connection.ts';
import { DidNotHappen } from '../../world/service.ts';
import type { Fault } from '../fault.ts';

/** A durable consumer is deleted: it is created again, and everything in the stream is delivered once more. */
export function replay(name: string, stream: string, durable: string): Fault {
  return {
    name,
    plan: () => ({
      targets: [`consumer ${durable}`],
      takesMs: 5_000,
      what: `consumer ${durable} deleted: ${stream} is delivered from its beginning`,
      run: ({ natsUrl }) =>
        withNats(natsUrl, async (nc) => {
          const jsm = await jetstreamManager(nc, { checkAPI: false });
          // The broker may be down at this moment, and the consumer not made yet after the fault before.
          const before = await eventually(() => jsm.consumers.info(stream, durable), {
            what: `consumer ${durable}`,
            timeoutMs: 60_000,
            intervalMs: 200,
          });
          await eventually(() => jsm.consumers.delete(stream, durable), {
            what: `consumer ${durable} to be deleted`,
            timeoutMs: 30_000,
            intervalMs: 200,
          });
          const after = await eventually(
            async () => {
              const info = await jsm.consumers.info(stream, durable);
              return info.created !== before.created && info;
            },
            { what: `consumer ${durable} to be made anew`, timeoutMs: 90_000, intervalMs: 200 },
          );
          if (after.created === before.created) throw new DidNotHappen(`${durable} is the same consumer`);
        }),
    }),
  };
}

/** Every consumer of a stream is deleted, while its readers rely on them. */
export function deleteConsumers(name: string, stream: string): Fault {
  return {
    name,
    plan: () => ({
      targets: [`consumers of ${stream}`],
      takesMs: 5_000,
      what: `every consumer of ${stream} deleted`,
      run: ({ natsUrl, say }) =>
        withNats(natsUrl, async (nc) => {
          const jsm = await jetstreamManager(nc, { checkAPI: false });
          const names = async () => (await jsm.consumers.list(stream).next()).map((info) => info.name);
          // The broker may be down at this moment.
          const deleted = await eventually(
            async () => {
              const all = await names();
              for (const consumer of all) await jsm.consumers.delete(stream, consumer).catch(() => false);
              return all.length > 0 && all;
            },
            { what: `consumers of ${stream} to be deleted`, timeoutMs: 60_000, intervalMs: 200 },
          );
          say(`deleted ${deleted.length} consumers of ${stream}`);
        }),
    }),
  };
}
