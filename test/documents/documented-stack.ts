import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { startProcess } from '@holdfast/dev/child-process.ts';
import { builtProgram } from '@holdfast/dev/setup/dist.mjs';
import { seedFile } from '@holdfast/shared/identities/identity-files.ts';
import { connectNats, type NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import type { Service } from '@holdfast/shared/permissions/permissions.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { plantForTest } from '../support/plant-for-test.ts';
import { portsOfStack } from '../support/ports-of-stack.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

interface Ready {
  readonly event: string;
  readonly api_url: string;
  readonly nats_url: string;
}

export interface DocumentedStack {
  readonly apiUrl: string;
  /** A connection to this stack's NATS with the key of this service or of the operator. */
  connected(as: Service): Promise<NatsConnection>;
  readonly home: string;
  /** A documented command, made to fit this stack: its ports, its folder, and a device that exists. */
  adapted(command: string): string;
}

/** Starts the stack of `npm start`, on free ports and in a folder of its own, with its demo session running. */
export async function startDocumentedStack(): Promise<DocumentedStack> {
  const home = await temporaryFolder('documents');
  await portsOfStack(home);
  const stack = await startProcess({
    name: 'stack',
    command: process.execPath,
    args: [builtProgram('launcher')],
    env: {
      HOLDFAST_HOME: home,
      API_PORT: '0',
      NATS_PORT: '0',
      LEASE_TTL_MS: '3000',
      LEASE_RENEW_MS: '500',
      LEASE_MARGIN_MS: '500',
    },
  });
  cleanUpAfterFile(() => stack.stop({ graceMs: 60_000 }));
  for await (const line of stack.lines()) {
    const ready: Partial<Ready> = line.startsWith('{') ? JSON.parse(line) : {};
    if (ready.event !== 'ready') continue;
    const { api_url: apiUrl = '', nats_url: natsUrl = '' } = ready;
    const running: { simulator_url: string } = await jsonFile(join(home, 'running.json'));
    const [device] = (await plantForTest(['press-7'])).plant.endpoints;
    return {
      apiUrl,
      connected: async (as) => {
        const nkeySeed = await readFile(seedFile(join(home, 'secrets'), as), 'utf8');
        const log = createLogger('test', 'fatal');
        const { nc } = await connectNats({ url: natsUrl, nkeySeed, name: as, log });
        cleanUpAfterFile(() => nc.close());
        return nc;
      },
      home,
      adapted: (command) =>
        command
          .replaceAll('http://127.0.0.1:8000', apiUrl)
          .replaceAll('http://127.0.0.1:5030', running.simulator_url)
          .replaceAll('npx holdfast ', `HOLDFAST_URL=${apiUrl} npx holdfast `)
          .replaceAll('./.holdfast/', `${home}/`)
          .replaceAll('"host":"192.168.1.20","port":502', `"host":"127.0.0.1","port":${device?.port}`)
          .replaceAll('curl -s ', 'curl -sS --fail-with-body --max-time 20 '),
    };
  }
  throw new Error(`the stack ended before it was ready:\n${stack.lastLines(20).join('\n')}`);
}

async function jsonFile<T>(file: string): Promise<T> {
  return JSON.parse(await readFile(file, 'utf8'));
}

export interface Shell {
  /** Types one line and waits for its end. @throws with the output when it fails */
  run(line: string): Promise<string>;
}

/** One shell for all lines, as a reader has it: what one line defines the next one may use. */
export function startShell(): Shell {
  const shell = spawn('sh', [], {
    // biome-ignore lint/style/noProcessEnv: the shell of a reader has a PATH, with node on it
    env: { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH ?? ''}` },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  cleanUpAfterFile(async () => shell.kill('SIGKILL'));
  let lines = 0;
  return {
    run: async (line) => {
      lines += 1;
      const end = `end-of-line-${lines}`;
      const answer = outputUntil(shell, end);
      shell.stdin.write(`${line}\nstatus=$?; echo; echo "${end} $status"\n`);
      const { output, rest } = await answer;
      if (rest.trim() !== '0') throw new Error(`exit code ${rest.trim()} of: ${line}\n${output}`);
      return output.trim();
    },
  };
}

function outputUntil(shell: ChildProcess, end: string): Promise<{ output: string; rest: string }> {
  return new Promise((resolve, reject) => {
    let output = '';
    const onData = (chunk: Buffer): void => {
      output += chunk.toString();
      const match = new RegExp(`^${end} (.*)\\n`, 'm').exec(output);
      if (!match) return;
      shell.stdout?.off('data', onData);
      shell.stderr?.off('data', onData);
      shell.off('exit', onExit);
      resolve({ output: output.slice(0, match.index), rest: match[1] ?? '' });
    };
    const onExit = (): void => reject(new Error(`the shell ended:\n${output}`));
    shell.stdout?.on('data', onData);
    shell.stderr?.on('data', onData);
    shell.once('exit', onExit);
  });
}
