import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pointHistorySchema } from '@holdfast/shared/contracts/http/point-history-http.ts';
import { sessionEventPageSchema, sessionViewSchema } from '@holdfast/shared/contracts/http/session-http.ts';
import type { NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { jetstreamManager } from '@nats-io/jetstream';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type DocumentedStack, startDocumentedStack, startShell } from './documented-stack.ts';
import { fencedCommands } from './fenced-commands.ts';
import { type BrokerObject, objectsOfCommand } from './nats-commands.ts';

const root = join(import.meta.dirname, '..', '..');
const text = (file: string) => readFile(join(root, file), 'utf8');
/** The page that leads a newcomer from the first start to the end of a session. */
const tour = 'docs/getting-started';
const commandsIn = async (file: string) => fencedCommands(await text(file));

/** Commands that are run elsewhere: the file that runs each, and words of it that do. */
const runElsewhere: Readonly<Record<string, readonly [file: string, words: string]>> = {
  'npm start': ['dev/bootstrap.mjs', "builtProgram('launcher')"],
  'npm run dev': ['dev/src/stack/testing/stack-under-test.ts', "'--watch'"],
  'npm test': ['.ci/run', 'npm test'],
  'npm run check': ['.ci/run', 'npm run --silent check'],
  'npm run -s licences': ['.ci/run', 'npm run --silent licences'],
  'npm run -s audit': ['.ci/run', 'npm run --silent audit'],
  'npm run -s sbom': ['dev/src/supply-chain/supply-chain.slow.test.ts', "run('sbom.ts'"],
  'npm run -s bench -- recovery --json': ['test/bench/recovery-bench.slow.test.ts', '--json'],
  // By hand, on a machine that has Docker.
  'SAMPLE_STORE=influx npm start': ['dev/src/stack/own-influx.slow.test.ts', "SAMPLE_STORE: 'influx'"],
  'docker compose up': ['test/compose/trial.mjs', "compose('up'"],
  'docker compose run --rm -T secrets node deploy/nats/identity.mjs collector hall-1 > hall-1.seed': [
    'test/compose/set-up-facts.mjs',
    "ofSecrets('node', 'deploy/nats/identity.mjs', 'collector', 'hall-1')",
  ],
  'docker compose run --rm -T secrets node deploy/nats/identity.mjs maintenance > maintenance.seed': [
    'test/identities/installation.slow.test.ts',
    "runProgram(identity, ['maintenance'], env)",
  ],
  'docker compose run --rm -T secrets node deploy/nats/identity.mjs revoke maintenance': [
    'test/identities/installation.slow.test.ts',
    "runProgram(identity, ['revoke', 'maintenance'], env)",
  ],
  'NATS_NKEY_SEED=$(cat maintenance.seed) docker compose run --rm -T -e NATS_NKEY_SEED streams': [
    'test/compose/trial-command.mjs',
    "...['run', '--rm', '-T', '--no-deps', '-e', 'NATS_NKEY_SEED', 'streams', ...options]",
  ],
  'NATS_NKEY_SEED=$(cat maintenance.seed) docker compose run --rm -T -e NATS_NKEY_SEED streams --replicas 3':
    ['test/compose/cluster-trial.mjs', "runStreams(asMaintenance(seed), '--replicas', '3')"],
  'NATS_NKEY_SEED=$(cat maintenance.seed) docker compose run --rm -T -e NATS_NKEY_SEED streams --max-bytes SAMPLES=6GiB':
    ['test/compose/cluster-trial.mjs', "runStreams(asMaintenance(seed), '--max-bytes', 'SAMPLES=6GiB')"],
  'docker compose kill --signal HUP nats': [
    'test/compose/set-up-facts.mjs',
    "compose('kill', '--signal', 'HUP', 'nats')",
  ],
  'docker compose run --rm -T secrets cat /secrets/nats-operator/seed > operator.seed': [
    'test/compose/set-up-facts.mjs',
    "ofSecrets('cat', '/secrets/nats-operator/seed')",
  ],
  // Not run here: it takes a Mac. The set-up itself names it as the way out.
  'brew install nats-server': ['dev/setup/nats-server/require-nats-server.mjs', 'brew install nats-server'],
};

const runHere = (command: string) =>
  /^(curl |npx holdfast |running\(\)|export |pid\(\)|holder\(\)|kill |frozen=)/.test(command);

describe.skipIf(inject('installedServers').curl === null)('the commands of the documents', () => {
  let stack: DocumentedStack;
  beforeAll(async () => {
    stack = await startDocumentedStack();
  });

  it.each(['README', tour])('are the same in both languages of %s', async (page) => {
    expect(await commandsIn(`${page}.zh-CN.md`)).toEqual(await commandsIn(`${page}.md`));
  });

  it('are run here or elsewhere', async () => {
    const others = ['CONTRIBUTING.md', 'docs/api.md', 'docs/nats.md', 'docs/supply-chain.md'];
    for (const page of ['README.md', `${tour}.md`, ...others]) {
      for (const command of await commandsIn(page)) {
        if (runHere(command) || command.startsWith('nats ')) continue;
        const [file, words] = runElsewhere[command] ?? [];
        expect(file, `who runs "${command}" of ${page}?`).toBeDefined();
        expect(await text(file ?? '')).toContain(words);
      }
    }
  });

  it('that look into NATS name only what is there', async () => {
    const isThere = await lookAtBroker(await stack.connected('operator'));
    const commands = (await Promise.all([`${tour}.md`, 'docs/nats.md', 'docs/operations.md'].map(commandsIn)))
      .flat()
      .filter((command) => command.startsWith('nats '));
    expect(commands).not.toEqual([]);
    for (const command of commands) {
      for (const thing of objectsOfCommand(command)) {
        await eventually(() => isThere(thing), { what: `${command}: ${thing.kind} ${thing.name}` });
      }
    }
  });

  it('of the API page can be pasted', async () => {
    const shell = startShell();
    for (const command of await commandsIn('docs/api.md')) await shell.run(stack.adapted(command));
  });

  it('of README and the tour can be pasted one after the other, and what they break heals', async () => {
    const shell = startShell();
    const commands = [...(await commandsIn('README.md')), ...(await commandsIn(`${tour}.md`))];
    for (const command of commands.filter(runHere)) {
      // The stack took whichever ports were free.
      expect(command).not.toMatch(/localhost|127\.0\.0\.1/);
      if (command.startsWith('kill') || command.startsWith('frozen=')) await polled();
      const before = await events();
      const output = await shell.run(stack.adapted(command));
      if (command.includes('point-history')) {
        await eventually(
          async () =>
            pointHistorySchema.parse(JSON.parse(await shell.run(stack.adapted(command)))).results.length > 0,
          { what: `a value in the answer to ${command}` },
        );
      }
      if (command.startsWith('kill -TERM') || command.startsWith('frozen=')) {
        await eventually(async () => (await events()) > before, { what: `a new holder after ${command}` });
        await polled();
      }
      expect(output, command).not.toMatch(/not found/);
    }
    expect((await session()).status).toBe('stopped');
  });

  const session = async () =>
    sessionViewSchema.parse(await (await fetch(`${stack.apiUrl}/api/acquisition/sessions/1-1/`)).json());
  const events = async () => {
    const answer = await fetch(`${stack.apiUrl}/api/acquisition/sessions/1-1/events/`);
    return sessionEventPageSchema.parse(await answer.json()).results.length;
  };
  /** Waits until the session is polled: a value is in the database that was read after now. */
  const polled = () => {
    const query = new URLSearchParams({
      point_code: 'barrel_zone_1_temperature',
      session_id: '1-1',
      start_time: new Date().toISOString(),
    });
    return eventually(
      async () => {
        const answer = await fetch(`${stack.apiUrl}/api/acquisition/sessions/point-history/?${query}`);
        return answer.ok && pointHistorySchema.parse(await answer.json()).results.length > 0;
      },
      { what: 'the session to be polled' },
    );
  };
});

/** A look at the broker that shows whether it has a thing that a command names. */
async function lookAtBroker(nc: NatsConnection): Promise<(thing: BrokerObject) => Promise<boolean>> {
  const jsm = await jetstreamManager(nc);
  const hasStream = async (name: string) => (await streams()).some((config) => config.name === name);
  const streams = async () => (await jsm.streams.list().next()).map(({ config }) => config);
  const hasMessage = async (subject: string) => {
    for (const { name, subjects } of await streams()) {
      if (!subjects.some((each) => each.split('.')[0] === subject.split('.')[0])) continue;
      const { state } = await jsm.streams.info(name, { subjects_filter: subject });
      if (Object.keys(state.subjects ?? {}).length > 0) return true;
    }
    return false;
  };
  return async (thing) => {
    switch (thing.kind) {
      case 'stream':
        return hasStream(thing.name);
      case 'consumer':
        return (await jsm.consumers.list(thing.stream).next()).some(({ name }) => name === thing.name);
      case 'bucket':
        return hasStream(`KV_${thing.name}`);
      case 'key':
        return (
          (await jsm.streams.getMessage(`KV_${thing.bucket}`, {
            last_by_subj: `$KV.${thing.bucket}.${thing.name}`,
          })) !== null
        );
      case 'objects':
        return hasStream(`OBJ_${thing.name}`);
      case 'subject':
        return hasMessage(thing.name);
      default:
        return thing satisfies never;
    }
  };
}
