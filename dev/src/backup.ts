// `npm run backup` and `npm run restore`. With the address of a broker or a database they work on that installation, else on
// the one of `npm start` in HOLDFAST_HOME, whose servers they find, or start, by themselves.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect, parseArgs } from 'node:util';
import { ConfigError } from '@holdfast/shared/runtime/config.ts';
import { stackConfig } from './config.ts';
import { LocalServerError } from './local-server-error.ts';
import { brokerKeys } from './stack/broker-keys.ts';
import { type HomeFolder, openHomeFolder } from './stack/home-folder.ts';
import { natsServer, postgresServer } from './stack/local-servers.ts';
import { openLogFile } from './stack/log-file.ts';
import { openLogStream } from './stack/log-stream.ts';
import { claimHome, runningStack } from './stack/running-stack.ts';
import { StackError } from './stack/stack-error.ts';
import { chooseStackPorts } from './stack/stack-ports.ts';
import { listenForStop } from './stack/stop-request.ts';

const EXIT_STOPPED = 130;

type Command = 'backup' | 'restore';
type Settings = Readonly<Record<string, string>>;

async function main(command: Command, args: readonly string[]): Promise<number> {
  const text = { type: 'string' } as const;
  const servers = { nats: text, database: text, 'database-file': text };
  const { values } = parseArgs({
    args: [...args],
    strict: false,
    options: { to: text, from: text, ...servers },
  });
  // biome-ignore lint/style/noProcessEnv: settings of the tool, which decide whose installation is meant
  const { NATS_URL, NATS_URL_FILE, DATABASE_URL, DATABASE_URL_FILE } = process.env;
  const namesServers =
    Boolean(NATS_URL || NATS_URL_FILE || DATABASE_URL || DATABASE_URL_FILE) ||
    Object.keys(servers).some((flag) => flag in values);
  const folder = command === 'backup' ? values.to : values.from;
  const stop = listenForStop(() => undefined);
  // Without a folder the tool explains its use.
  if (namesServers || values.help === true || typeof folder !== 'string')
    return runTool(command, args, {}, stop);
  const home = await openHomeFolder(stackConfig().HOLDFAST_HOME);
  return command === 'backup' ? backUpStack(home, args, stop) : restoreStack(home, args, stop);
}

/** Saves a stack that runs. */
async function backUpStack(home: HomeFolder, args: readonly string[], stop: AbortSignal): Promise<number> {
  const stack = await runningStack(home.runningFile);
  if (stack?.nats_url === undefined) {
    throw new StackError(
      `Nothing runs in ${home.shownPath}: start it with npm start, then save it. ` +
        'To save another installation, name its servers: NATS_URL and DATABASE_URL_FILE.',
    );
  }
  return runTool('backup', args, await settingsOf(home, 'backup', stack.nats_url), stop);
}

/**
 * Restores into new data folders, with servers of its own that no service knows, and puts these in the place of the present
 * ones only when all is there: a restore that fails or is stopped leaves the installation as it was.
 */
async function restoreStack(home: HomeFolder, args: readonly string[], stop: AbortSignal): Promise<number> {
  const claim = await claimHome(home.runningFile, (names) =>
    console.error(`Waiting for what a killed run left behind to end: ${names.join(', ')}`),
  );
  const folder = join(home.path, 'restoring');
  try {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { mode: 0o700 });
    const restored = dataIn(home, folder);
    const code = await restoreInto(restored, args, stop);
    if (code !== 0) return code;
    const aside = await replaceData(home, restored);
    if (aside !== undefined) {
      console.log(`What was there before is in ${aside}. Remove it when you no longer need it.`);
    }
    console.log('npm start starts them.');
    return 0;
  } finally {
    await rm(folder, { recursive: true, force: true });
    await claim.release();
  }
}

function dataIn(home: HomeFolder, folder: string): HomeFolder {
  return {
    ...home,
    natsStore: join(folder, 'nats'),
    postgresData: join(folder, 'postgres'),
    spool: join(folder, 'spool'),
    databaseUrlFile: join(folder, 'database-url'),
    natsContextFile: join(folder, 'nats-context.json'),
  };
}

/** Files and folders that belong to one broker and one database. */
function dataOf({ natsStore, postgresData, spool, databaseUrlFile }: HomeFolder): readonly string[] {
  return [natsStore, postgresData, `${postgresData}.password`, databaseUrlFile, spool];
}

async function restoreInto(home: HomeFolder, args: readonly string[], stop: AbortSignal): Promise<number> {
  const { API_HOST: apiHost } = stackConfig();
  const ports = await chooseStackPorts(join(home.natsStore, '..', 'ports.json'), {
    apiHost,
    api: 0,
    nats: 0,
    machines: 1,
  });
  const natsUrl = `nats://127.0.0.1:${ports.nats}`;
  const logs = openLogStream(
    openLogFile(home.logFile, (error) => console.error(`${home.logFile} cannot be written: ${error}`)),
  );
  const keys = await brokerKeys(home, natsUrl);
  const servers = [
    natsServer({ home, port: ports.nats, monitorPort: ports.natsMonitor, keys, logs }),
    postgresServer({ home, port: ports.postgres, logs }),
  ];
  const running = await Promise.allSettled(servers.map((server) => server.spawn()));
  try {
    for (const outcome of running) if (outcome.status === 'rejected') throw outcome.reason;
    if (stop.aborted) return EXIT_STOPPED;
    return await runTool('restore', args, await settingsOf(home, 'restore', natsUrl), stop);
  } finally {
    for (const outcome of running) if (outcome.status === 'fulfilled') await outcome.value.stop();
  }
}

/** @returns the folder that has the former data now, or undefined if there was none */
async function replaceData(home: HomeFolder, restored: HomeFolder): Promise<string | undefined> {
  const aside = join(home.path, `before-restore-${new Date().toISOString().replace(/[:.]/g, '-')}`);
  let hasFormer = false;
  const to = dataOf(home);
  for (const [index, from] of dataOf(restored).entries()) {
    const path = to[index];
    if (path === undefined) continue;
    if (await exists(path)) {
      await mkdir(aside, { recursive: true, mode: 0o700 });
      await rename(path, join(aside, path.slice(home.path.length + 1)));
      hasFormer = true;
    }
    if (await exists(from)) await rename(from, path);
  }
  return hasFormer ? aside : undefined;
}

async function settingsOf(home: HomeFolder, command: Command, natsUrl: string): Promise<Settings> {
  const { seedFileOf } = await brokerKeys(home, natsUrl);
  return {
    NATS_URL: natsUrl,
    NATS_NKEY_SEED_FILE: seedFileOf(command),
    DATABASE_URL_FILE: home.databaseUrlFile,
    // The saved system may have had three nodes.
    ...(command === 'restore' ? { STREAM_REPLICAS: '1' } : {}),
  };
}

async function runTool(
  command: Command,
  args: readonly string[],
  settings: Settings,
  stop: AbortSignal,
): Promise<number> {
  const main = fileURLToPath(new URL('../../tools/backup/src/main.ts', import.meta.url));
  const tool = spawn(process.execPath, [main, command, ...args], {
    stdio: 'inherit',
    // biome-ignore lint/style/noProcessEnv: the tool reads its settings there
    env: { ...process.env, ...settings },
  });
  const end = () => tool.kill('SIGTERM');
  stop.addEventListener('abort', end);
  if (stop.aborted) end();
  const [code] = (await once(tool, 'exit')) as [number | null];
  stop.removeEventListener('abort', end);
  return code ?? EXIT_STOPPED;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

try {
  const [command, ...args] = process.argv.slice(2);
  process.exitCode = await main(command === 'restore' ? 'restore' : 'backup', args);
} catch (error) {
  const isExpected = [StackError, ConfigError, LocalServerError].some((kind) => error instanceof kind);
  process.stderr.write(`${isExpected ? (error as Error).message : inspect(error)}\n`);
  process.exitCode = 1;
}
