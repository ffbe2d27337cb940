// Gives the writer and the readers their own tokens in InfluxDB 2, for one bucket: node deploy/influxdb/tokens.mjs <folder>
//
// The administrator's token is in influxdb/token of the folder; services do not get it. Theirs go into influxdb-writer/token
// and influxdb-reader/token: InfluxDB makes tokens up itself, so they can be made only once it runs. A token that it still
// knows stays; one that it does not know, as after its volume was lost, is created again.
//
// With a server that keeps no tokens (an InfluxDB 1.8 or VictoriaMetrics in its place), everybody gets the administrator's
// token, and the log says so.
//
// Fails when a token is missing and InfluxDB cannot be asked. With both tokens at hand it does not wait for long: services
// go on with them, also while InfluxDB is unavailable.
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const [root] = process.argv.slice(2);
if (root === undefined) throw new Error('usage: tokens.mjs <folder>');
// biome-ignore lint/style/noProcessEnv: what docker-compose.yml says of its InfluxDB
const { INFLUX_URL, INFLUX_ORG, INFLUX_BUCKET, TOKENS_PATIENCE_MS } = process.env;

/** The writer reads too: which type a field has, and whether a tick is stored already. */
const recipients = { writer: ['write', 'read'], reader: ['read'] };

const patienceMs = Number(TOKENS_PATIENCE_MS ?? 300_000);
const patienceWithTokensMs = Math.min(60_000, patienceMs);

/** InfluxDB cannot be asked now; it may work later. */
class Away extends Error {}

const fileOf = (name) => join(root, `influxdb-${name}`, 'token');
const begun = Date.now();
let lastMessage = '';
for (;;) {
  try {
    for (const name of Object.keys(recipients)) await giveTokenTo(name);
    process.stdout.write('the tokens for InfluxDB are there\n');
    break;
  } catch (error) {
    if (!(error instanceof Away)) throw error;
    const waitedMs = Date.now() - begun;
    const lacks = [];
    for (const name of Object.keys(recipients))
      if ((await readToken(fileOf(name))) === undefined) lacks.push(name);
    if (lacks.length === 0 && waitedMs >= patienceWithTokensMs) {
      process.stderr.write(
        `${error.message}: the tokens of before stay, whether or not it still knows them\n`,
      );
      break;
    }
    if (waitedMs >= patienceMs) {
      process.stderr.write(
        `${error.message}: no token for ${lacks.join(' and ')}. Once it runs, start again\n`,
      );
      process.exitCode = 1;
      break;
    }
    if (error.message !== lastMessage) process.stderr.write(`waiting: ${error.message}\n`);
    lastMessage = error.message;
    await pause(1_000);
  }
}

async function giveTokenTo(name) {
  const file = fileOf(name);
  const admin = await readToken(join(root, 'influxdb', 'token'));
  const there = await readToken(file);
  // The administrator's token, stored where the server kept no tokens, does not count.
  if (there !== undefined && there !== admin && (await isKnown(there))) return;
  if (!(await keepsTokens(admin))) {
    process.stderr.write(`WARNING: ${INFLUX_URL} keeps no tokens, so the ${name} has the administrator's\n`);
    await write(file, admin);
    return;
  }
  const { buckets = [] } = await ask(admin, 'GET', `buckets?${bucketAsked()}`);
  const [bucket] = buckets;
  if (bucket === undefined) throw new Error(`InfluxDB has no bucket ${INFLUX_BUCKET} in ${INFLUX_ORG}`);
  const { id, orgID } = bucket;
  const description = `holdfast ${name}`;
  // Removes authorizations whose file was never written, because a run ended before, or is gone.
  const { authorizations = [] } = await ask(admin, 'GET', `authorizations?${new URLSearchParams({ orgID })}`);
  for (const each of authorizations) {
    if (each.description === description) await ask(admin, 'DELETE', `authorizations/${each.id}`);
  }
  const permissions = recipients[name].map((action) => ({
    action,
    resource: { type: 'buckets', id, orgID },
  }));
  const { token } = await ask(admin, 'POST', 'authorizations', { orgID, description, permissions });
  if (typeof token !== 'string' || token === '') throw new Error('InfluxDB made a token and did not tell it');
  await write(file, token);
  if (there === undefined) return;
  process.stderr.write(
    `InfluxDB did not know the token of before: restart whoever has it (${name}) to read the new one\n`,
  );
}

async function keepsTokens(admin) {
  const { status } = await answerTo(admin, 'GET', 'authorizations');
  return status !== 404;
}

function bucketAsked() {
  return new URLSearchParams({ org: INFLUX_ORG, name: INFLUX_BUCKET });
}

async function isKnown(token) {
  const { status } = await answerTo(token, 'GET', `buckets?${bucketAsked()}`);
  return status !== 401;
}

async function ask(token, method, path, body) {
  const { status, text } = await answerTo(token, method, path, body);
  if (status === 401) {
    throw new Error(
      "InfluxDB does not know the administrator's token in influxdb/token: its data were begun with another one. Put that one there",
    );
  }
  if (status >= 300)
    throw new Error(`InfluxDB answers ${status} to ${method} ${path}: ${text.slice(0, 200)}`);
  return text === '' ? {} : JSON.parse(text);
}

/** @throws Away */
async function answerTo(token, method, path, body) {
  let answer;
  try {
    const response = await fetch(`${INFLUX_URL}/api/v2/${path}`, {
      method,
      headers: { authorization: `Token ${token}`, 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    });
    answer = { status: response.status, text: await response.text() };
  } catch (error) {
    throw new Away(`InfluxDB at ${INFLUX_URL} cannot be reached (${error.cause?.code ?? error.message})`);
  }
  if (answer.status >= 500) throw new Away(`InfluxDB at ${INFLUX_URL} answers ${answer.status}`);
  return answer;
}

async function readToken(file) {
  try {
    return (await readFile(file, 'utf8')).trim() || undefined;
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  }
}

/** Writes the file, which is complete once it has its name. User 1000 reads it: `node` here, and the user of Grafana. */
async function write(file, token) {
  const unfinished = `${file}.${process.pid}`;
  await mkdir(join(file, '..'), { recursive: true });
  const handle = await open(unfinished, 'w', 0o400);
  try {
    await handle.writeFile(token);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(unfinished, file);
}
