import { writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import type { NatsServer } from '@holdfast/dev/nats-server.ts';
import { connectNats, type NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { serveConsumerRequests } from '@holdfast/shared/jetstream/consume/serve-consumer-requests.ts';
import { TaskConfigStore } from '@holdfast/shared/jetstream/sessions/task-config-store.ts';
import { ensureStreams } from '@holdfast/shared/jetstream/streams/streams.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { AckPolicy, type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { eventually } from '../support/eventually.ts';
import { identitiesForTest, violationsOf } from '../support/identities-for-test.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { natsCommandsOf } from './documented-nats-commands.ts';
import { objectsOfCommand } from './nats-commands.ts';
import { runInTerminal, type TypedCommand } from './typed-command.ts';

const { natsTool: tool, script } = inject('installedServers');
const mebibyte = 1024 * 1024;
/** As docs/nats.md says under "With docker compose". */
const asOperator = '--nkey operator.seed --inbox-prefix _INBOX.operator';

describe.runIf(tool !== null && script !== null)('the NATS tool', () => {
  let server: NatsServer;
  let nc: NatsConnection;
  let jsm: JetStreamManager;
  let typed: (command: string) => TypedCommand;
  let looking: string[];

  beforeAll(async () => {
    const identities = identitiesForTest();
    server = await natsForTest({ configLines: identities.configLines, maxFileStore: '16GB' });
    const log = createLogger('test', 'silent');
    const connection = await connectNats({ url: identities.ownUrl(server), name: 'test', log });
    cleanUpAfterFile(connection.close);
    nc = connection.nc;
    const supervisor = { nkeySeed: identities.seed('supervisor'), name: 'supervisor' };
    const making = await connectNats({ url: server.url, ...supervisor, log });
    cleanUpAfterFile(making.close);
    serveConsumerRequests(making.nc, log);
    const sizes = { sessionsMaxBytes: 2 * mebibyte, samplesMaxBytes: 2 * mebibyte, samplesMaxAgeHours: 1 };
    await ensureStreams(nc, { ...sizes, taskConfigsMaxBytes: 2 * mebibyte, replicas: 1 });
    jsm = await jetstreamManager(nc);
    const folder = await temporaryFolder('keys');
    for (const who of ['operator', 'maintenance'] as const) {
      await writeFile(join(folder, `${who}.seed`), identities.seed(who), { mode: 0o600 });
    }
    const path = [dirname(tool ?? ''), '/usr/bin', '/bin'].join(delimiter);
    typed = (command) =>
      runInTerminal(script ?? '', `cd ${folder}\n${command}`, {
        PATH: path,
        HOME: folder,
        NATS_URL: server.url,
      });
    const documented = [
      ...(await natsCommandsOf('docs/getting-started.md')),
      ...(await natsCommandsOf('docs/nats.md')),
    ];
    looking = [...new Set(documented)]
      .filter((command) => !command.includes('maintenance'))
      .map((command) => command.replace('<task id>', '1'));
    for (const command of looking) await makeWhatItNames(command);
  });

  it('shows all of it to the key of operator', async () => {
    expect(looking.length).toBeGreaterThan(20);
    await Promise.all(
      looking.map(async (command) => {
        const { shows, output, ended, interrupt } = typed(command.replace(/^nats /, `nats ${asOperator} `));
        if (/ sub | watch /.test(command)) {
          // Only a message that comes while the tool listens is new.
          const subject = /--new '([a-z]+)\./.exec(command)?.[1];
          const isShown = shows(/\{"v":1\}/);
          if (subject !== undefined) await publishUntil(`${subject}.1.3`, isShown);
          await isShown;
          await interrupt();
        } else expect(await ended(), `${command}\n${output()}`).toBe(0);
        expect(output(), command).not.toMatch(/error:|[Vv]iolation/);
      }),
    );
    expect(violationsOf(server)).toEqual([]);
  });

  it('changes with the key of operator nothing', async () => {
    const { ended, output } = typed(`nats ${asOperator} stream rm SENT --force`);
    expect(await ended(), output()).not.toBe(0);
    await jsm.streams.info('SENT');
  });

  it('takes the key of maintenance for the changes that docs/nats.md and docs/operations.md name', async () => {
    const [edit = '', ...others] = (await natsCommandsOf('docs/nats.md')).filter((each) =>
      each.includes('maintenance'),
    );
    expect(others).toEqual([]);
    const editing = typed(edit);
    await editing.shows(/Really edit Stream SAMPLES/);
    await editing.type('y\r');
    expect(await editing.ended(), editing.output()).toBe(0);
    expect((await jsm.streams.info('SAMPLES')).config.max_bytes).toBe(6 * 1024 * mebibyte);

    const removals = (await natsCommandsOf('docs/operations.md')).filter((each) =>
      each.includes('maintenance'),
    );
    expect(removals).toHaveLength(1);
    const removing = typed(removals[0] ?? '');
    expect(await removing.ended(), removing.output()).toBe(0);
    // A view leaves a consumer behind that ends by itself after 5 s.
    await expect.poll(() => jsm.consumers.list('SAMPLES').next()).toEqual([]);
  });

  async function publishUntil(subject: string, isOver: Promise<unknown>): Promise<void> {
    let over = false;
    const ended = () => {
      over = true;
    };
    void isOver.then(ended, ended);
    await eventually(
      async () => {
        nc.publish(subject, '{"v":1}');
        await nc.flush();
        return over;
      },
      { what: `${subject} to be shown` },
    );
  }

  async function makeWhatItNames(command: string): Promise<void> {
    for (const thing of objectsOfCommand(command)) {
      if (thing.kind === 'consumer') {
        await jsm.consumers.add(thing.stream, {
          durable_name: thing.name,
          ack_policy: AckPolicy.Explicit,
        });
      } else if (thing.kind === 'subject') nc.publish(thing.name.replace('>', '1.3'), '{"v":1}');
      else if (thing.kind === 'objects') await (await TaskConfigStore.open(nc)).putText('1/1', '{}');
      else if (thing.kind === 'bucket' || thing.kind === 'key') {
        const [bucket, key] = thing.kind === 'key' ? [thing.bucket, thing.name] : [thing.name, 'any'];
        nc.publish(`$KV.${bucket}.${key}`, '{"v":1}');
      }
    }
    await nc.flush();
  }
});
