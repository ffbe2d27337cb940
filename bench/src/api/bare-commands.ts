import { readFileSync } from 'node:fs';
import { streamNames } from '@holdfast/shared/contracts/subjects.ts';
import { connectNats } from '@holdfast/shared/jetstream/connection/connect.ts';
import { ConfirmedPublisher } from '@holdfast/shared/jetstream/publish/confirmed-publisher.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { jetstreamManager } from '@nats-io/jetstream';
import { fastify } from 'fastify';
import pg from 'pg';
import { bareCommandStreams } from './bare-command-streams.ts';

/**
 * A process of its own: what no command can do without, and nothing else. A POST is appended to one stream under an id
 * and an expected last sequence, another message goes to a second stream, and the row of the first is brought into
 * PostgreSQL together with all that wait just then; when it is committed, the request is answered. No key, no check of
 * what is asked, no decision, no read of the stream: it is handed on from memory. Writes its address to standard output.
 */
const [, , file = ''] = process.argv;
const { natsUrl, databaseUrl, body } = JSON.parse(readFileSync(file, 'utf8')) as Record<
  'natsUrl' | 'databaseUrl' | 'body',
  string
>;

const { nc } = await connectNats({ url: natsUrl, name: 'bench', log: createLogger('bench', 'fatal') });
const jsm = await jetstreamManager(nc);
const [commands, entries] = bareCommandStreams;
for (const [like, name] of [
  [streamNames.sessions, commands],
  [streamNames.audit, entries],
] as const) {
  const { config } = await jsm.streams.info(like);
  await jsm.streams.add({ ...config, name, subjects: [`${name.toLowerCase()}.>`] });
}
const database = new pg.Client({ connectionString: databaseUrl });
await database.connect();
await database.query('create table bare_commands (sequence bigint primary key, task text, data jsonb)');

interface Row {
  readonly sequence: number;
  readonly task: string;
  readonly data: unknown;
}
let waiting: { readonly row: Row; readonly done: () => void }[] = [];
let isWriting = false;

async function writeAll(): Promise<void> {
  if (isWriting) return;
  isWriting = true;
  while (waiting.length > 0) {
    const batch = waiting;
    waiting = [];
    await database.query({
      name: 'write',
      text: 'insert into bare_commands select * from json_populate_recordset(null::bare_commands, $1)',
      values: [JSON.stringify(batch.map(({ row }) => row))],
    });
    for (const { done } of batch) done();
  }
  isWriting = false;
}

const publisher = ConfirmedPublisher.of(nc);
const last = new Map<string, number>();
const data: unknown = JSON.parse(body);
let sent = 0;

async function append(task: string): Promise<number> {
  sent += 1;
  const number = sent;
  const about = { body, timeoutMs: 5_000 };
  const { sequence } = await publisher.publish({
    ...about,
    subject: `commands.${task}`,
    messageId: `event-${number}`,
    expectedLast: last.get(task) ?? 0,
  });
  last.set(task, sequence);
  void publisher.publish({ ...about, subject: `commands_audit.${task}`, messageId: `entry-${number}` });
  return sequence;
}

const app = fastify();
app.post<{ Params: { task: string } }>('/:task', async (request) => {
  const { task } = request.params;
  const sequence = await append(task);
  await new Promise<void>((done) => {
    waiting.push({ row: { sequence, task, data }, done });
    void writeAll();
  });
  return data;
});
console.log(await app.listen({ host: '127.0.0.1', port: 0 }));
