// Shows the streams of Holdfast in NATS, and changes sizes and copies while everything runs:
//
//   streams.mjs                              a table
//   streams.mjs --replicas 3                 everything is kept on so many nodes
//   streams.mjs --max-bytes SAMPLES=8GiB     room for one stream or bucket; may be repeated
//
// NATS_URL is the address; NATS_NKEY_SEED or NATS_NKEY_SEED_FILE the identity: changes need the maintenance key, which
// identity.mjs makes. Ends with 0 when done, 1 when not done (the message says why), 2 when used wrongly.
import { parseArgs } from 'node:util';
import {
  connectNats,
  PermissionViolationError,
} from '../../packages/shared/src/jetstream/connection/connect.ts';
import {
  setCopies,
  setMaxBytes,
  streamStates,
  UpkeepRefused,
} from '../../packages/shared/src/jetstream/streams/stream-upkeep.ts';
import { ConfigError, readBrokerAccess } from '../../packages/shared/src/runtime/config.ts';
import { createLogger } from '../../packages/shared/src/runtime/logger.ts';

const usage = 'usage: streams.mjs [--replicas 1..5] [--max-bytes STREAM=BYTES[KiB|MiB|GiB]]…\n';
const connectWithinMs = 15_000;
const copiesWithinMs = 10 * 60_000;
const factors = { '': 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

const wanted = asked();
if (wanted === undefined) {
  process.stderr.write(usage);
  process.exit(2);
}
let code = 1;
try {
  await main(wanted);
  code = 0;
} catch (error) {
  process.stderr.write(`${sentence(error)}\n`);
}
// Not just the exit code: a client that still waits for its broker would keep the process.
process.exit(code);

async function main({ replicas, sizes }) {
  // biome-ignore lint/style/noProcessEnv: a script that is run by hand
  const access = readBrokerAccess(process.env);
  const { nc, close } = await connectNats({
    ...access,
    name: 'maintenance',
    log: createLogger('streams', 'silent'),
    signal: AbortSignal.timeout(connectWithinMs),
  });
  try {
    for (const { stream, bytes } of sizes) {
      await setMaxBytes(nc, stream, bytes);
      process.stdout.write(`${stream} may take ${bytes} bytes\n`);
    }
    if (replicas !== undefined) {
      await setCopies(nc, replicas, {
        withinMs: copiesWithinMs,
        onStream: ({ name, copiesNow }) =>
          process.stdout.write(`${name} is on ${copiesNow} of ${replicas}\n`),
      });
    }
    if (replicas === undefined && sizes.length === 0) process.stdout.write(table(await streamStates(nc)));
  } finally {
    await close();
  }
}

function asked() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { replicas: { type: 'string' }, 'max-bytes': { type: 'string', multiple: true, default: [] } },
    });
    if (positionals.length > 0) return undefined;
    if (values.replicas !== undefined && !/^[1-5]$/.test(values.replicas)) return undefined;
    const sizes = values['max-bytes'].map((text) => /^([A-Za-z0-9_-]+)=(\d{1,15})(KiB|MiB|GiB)?$/.exec(text));
    if (sizes.includes(null)) return undefined;
    return {
      replicas: values.replicas === undefined ? undefined : Number(values.replicas),
      sizes: sizes.map(([, stream, number, unit = '']) => ({
        stream,
        bytes: Number(number) * factors[unit],
      })),
    };
  } catch {
    return undefined;
  }
}

function table(states) {
  const rows = states.map(({ name, messages, bytes, maxBytes, copies, copiesNow, leader }) => [
    name,
    String(messages),
    String(bytes),
    maxBytes === undefined ? '-' : String(maxBytes),
    `${copiesNow}/${copies}`,
    leader ?? '-',
  ]);
  const all = [['stream', 'messages', 'bytes', 'max_bytes', 'copies', 'leader'], ...rows];
  const widths = all[0].map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const line = (row) => row.map((text, column) => text.padEnd(widths[column])).join('  ');
  return `${all.map((row) => line(row).trimEnd()).join('\n')}\n`;
}

function sentence(error) {
  if (error instanceof UpkeepRefused || error instanceof ConfigError) return error.message;
  if (error instanceof PermissionViolationError || error.cause instanceof PermissionViolationError) {
    return 'NATS does not allow that with this key. Changes need the key of the maintenance: docs/nats.md says how to get it';
  }
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'NATS does not answer';
  return error.stack ?? String(error);
}
