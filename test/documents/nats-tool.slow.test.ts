import { readFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { demoDeviceCodes } from '@holdfast/plant/workshop.ts';
import { sessionLiveViewSchema, sessionViewSchema } from '@holdfast/shared/contracts/http/session-http.ts';
import type { NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { jetstreamManager } from '@nats-io/jetstream';
import { describe, expect, inject, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { natsCommandsOf } from './documented-nats-commands.ts';
import { type DocumentedStack, startDocumentedStack } from './documented-stack.ts';
import { fencedCommands } from './fenced-commands.ts';
import { runInTerminal } from './typed-command.ts';

const tour = 'docs/getting-started.md';
const root = join(import.meta.dirname, '..', '..');
const { natsTool: tool, script } = inject('installedServers');

/** The parts that a reader looks for in the answer to each command; lists come in any order. */
const answers: readonly [command: RegExp, ...shown: RegExp[]][] = [
  [/^nats stream ls --all$/, /SESSIONS/, /KV_COLLECTORS/],
  [/^nats stream report$/, /SESSIONS/, /SAMPLES/],
  [/^nats stream view SESSIONS$/, /session\.started[\s\S]*session\.assigned/],
  [/^nats stream info SESSIONS$/, /Subjects: sessions\.>[\s\S]*Messages: \d/],
  [/ sessions\.task\.1\.lifecycle$/, /"type":"session\.started"/],
  [/ sessions\.task\.1\.placement$/, /"type":"session\.assigned"/],
  [/^nats sub --last 'sessions\.>'$/, /"type":"session\.paused"/],
  [/^nats consumer report ASSIGNMENTS$/, /Ack Pending/, /collector-collector-1/],
  [/^nats stream subjects ASSIGNMENTS$/, /assignments\.collector-\d\.1/],
  [/^nats kv ls COLLECTORS$/, /^collector-1$/m, /^collector-2$/m],
  [/^nats kv get --raw COLLECTORS collector-1$/, /"state":"active".*"lock":\{.*\}\}/],
  [/^nats kv watch COLLECTORS$/, /PUT COLLECTORS > collector-\d: \{.*"renewals":\d+/],
  [/^nats kv get --raw LEADER supervisor$/, /^\{.*"instance":.*\}/],
  [/^nats sub --new 'samples\.>'$/, /"values":\{.*"compressor_running":/],
  [/ 'samples\.\*\.1\.3'$/, /"device":"chiller-1"[\s\S]*"values":\{/],
  [/^nats stream subjects SAMPLES$/, /samples\.collector-\d\.1\.1/, /samples\.collector-\d\.1\.2/],
  [/^nats consumer info SAMPLES writer$/, /Outstanding Acks: \d/, /Unprocessed Messages: \d/],
  [/^nats stream view SENT$/, /"ended":false,[\s\S]*"devices":\[\{.*"device":"imm-1"/],
  [/^nats kv watch STATUS '\*\.1'$/, /PUT STATUS > collector-\d\.1: \{.*"device_health":\{/],
  [/^nats kv ls WAITING$/, /^2$/m],
  [/^nats kv get --raw WAITING 2$/, /"why":"no_collector"/],
  [/^nats kv watch SINKS$/, /PUT SINKS > writer\S+: \{.*"last_error":/, /PUT SINKS > outbox\.collector-1: /],
  [/^nats stream view HEALTH$/, /"from":null,"to":"healthy"/],
  [/^nats stream view QUARANTINE$/, /not even JSON/],
  [/^nats object ls TASK_CONFIGS$/, /1\/1/],
];

const goesOn = (command: string) => / sub | watch /.test(command);

describe.runIf(tool !== null && script !== null)('the NATS tool', () => {
  it('shows what the tour and docs/nats.md say, command by command', async () => {
    const stack = await startDocumentedStack();
    const env = {
      PATH: [dirname(tool ?? ''), dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter),
      HOME: await temporaryFolder('reader'),
    };
    const addresses = fencedCommands(await readFile(join(root, tour), 'utf8'))
      .filter((line) => /^(running\(\)|export HOLDFAST_URL)/.test(line))
      .map((line) => stack.adapted(line));
    const typed = (command: string) => runInTerminal(script ?? '', [...addresses, command].join('\n'), env);

    await demoIsRead(stack);
    await sessionWaits(stack);
    await somethingIsQuarantined(stack, await stack.connected('collector'));
    await sendersAreOnRecord(await stack.connected('operator'));
    const commands = [...(await natsCommandsOf(tour)), ...(await natsCommandsOf('docs/nats.md'))]
      .filter((command) => !command.includes('maintenance'))
      .map((command) => command.replace('<task id>', command.includes('WAITING') ? '2' : '1'));
    const answersTo = (command: string) => answers.find(([of]) => of.test(command))?.slice(1) ?? [];
    expect(commands.filter((command) => answersTo(command).length === 0)).toEqual([]);
    expect(answers.filter(([of]) => !commands.some((command) => of.test(command)))).toEqual([]);

    const look = async (command: string, meanwhile?: () => Promise<void>): Promise<void> => {
      const { shows, output, ended, interrupt } = typed(command);
      if (meanwhile !== undefined) {
        await shows(/Subscribing to/);
        await meanwhile();
      }
      if (goesOn(command)) {
        for (const answer of answersTo(command)) await shows(answer);
        await interrupt();
      } else {
        expect(await ended(), `${command}\n${output()}`).toBe(0);
        for (const answer of answersTo(command)) expect(output(), command).toMatch(answer);
      }
      expect(output(), command).not.toMatch(/error:|Showing first|No keys found|not found/);
    };
    // All at once, since each waits more than it works.
    const log = "nats sub --last 'sessions.>'";
    await Promise.all([...new Set(commands)].filter((command) => command !== log).map((each) => look(each)));
    await look(log, async () => {
      const { ok } = await fetch(`${stack.apiUrl}/api/acquisition/sessions/1-1/pause/`, { method: 'POST' });
      expect(ok).toBe(true);
    });
  });
});

async function demoIsRead({ apiUrl }: DocumentedStack): Promise<void> {
  await eventually(
    async () => {
      const answer = await fetch(`${apiUrl}/api/acquisition/sessions/1-1/status/`);
      const { metadata } = sessionLiveViewSchema.parse(await answer.json());
      const health = Object.values(metadata.device_health);
      return health.length === demoDeviceCodes.length && health.every(({ status }) => status === 'healthy');
    },
    { what: 'the demo to be read' },
  );
}

/** Starts a session that no collector may take. */
async function sessionWaits({ apiUrl }: DocumentedStack): Promise<void> {
  const post = async (path: string, body: unknown) => {
    const answer = await fetch(`${apiUrl}/api/${path}/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(answer.ok, await answer.clone().text()).toBe(true);
  };
  const labels = { hall: 'none' };
  await post('config/tasks', { code: 'waits', period_ms: 60_000, device_ids: [1], required_labels: labels });
  await post('acquisition/sessions/start-task', { task_id: 2 });
  await eventually(
    async () => {
      const answer = await fetch(`${apiUrl}/api/acquisition/sessions/2-1/`);
      return sessionViewSchema.parse(await answer.json()).placement?.detail;
    },
    { what: 'the session to wait, and a service to say why' },
  );
}

/** Waits for the first word of a collector on what it has sent: it speaks every 10 s. */
async function sendersAreOnRecord(nc: NatsConnection): Promise<void> {
  const jsm = await jetstreamManager(nc);
  await eventually(async () => (await jsm.streams.info('SENT')).state.messages, {
    what: 'a collector to say in SENT what it has sent',
  });
}

async function somethingIsQuarantined({ apiUrl }: DocumentedStack, nc: NatsConnection): Promise<void> {
  nc.publish('samples.c.9.9', 'not even JSON');
  await eventually(
    async () => {
      const answer = await fetch(`${apiUrl}/api/system/quarantine/`);
      return ((await answer.json()) as { results: unknown[] }).results.length;
    },
    { what: 'the writer to put it into quarantine' },
  );
}
