import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type RunningProcess, startProcess } from '@holdfast/dev/child-process.ts';
import { temporaryFolder } from '@holdfast/test/support/temporary-folder.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { findProgram } from '../find-program.mjs';
import { PINNED } from './versions.mjs';

const isRoot = process.getuid?.() === 0;
const platform = `${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`;
const archiveName = `nats-server-v${PINNED}-${platform}`;

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A machine with what the set-up itself needs, and without nats-server, apt or Go unless a test puts them there. */
async function bareMachine() {
  const folder = await temporaryFolder('machine');
  const [programs, first, tools] = ['programs', 'first', 'tools'].map((each) => join(folder, each));
  if (!programs || !first || !tools) throw new Error('three folders');
  await mkdir(programs);
  await mkdir(first);
  const programNames = ['sh', 'sleep', 'chmod', 'printf', 'tar', 'gzip', 'setpriv'];
  for (const name of programNames) {
    const path = findProgram(name);
    if (path !== undefined) await symlink(path, join(programs, name));
  }
  return { folder, programs, first, tools };
}

type Machine = Awaited<ReturnType<typeof bareMachine>>;

async function script(folder: string, name: string, body: string): Promise<void> {
  await writeFile(join(folder, name), `#!/bin/sh\n${body}\n`);
  await chmod(join(folder, name), 0o755);
}

const broker = (version: string) => `echo "nats-server: v${version}"`;

interface SetUpOptions {
  readonly what?: 'requireNatsServer' | 'requirePinnedNatsServer';
  readonly download?: string;
  readonly sum?: string;
  readonly patienceMs?: number;
  /** Command in front of the Node that runs the set-up. */
  readonly through?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** The part of `node dev/bootstrap.mjs start` that brings nats-server, as a process of its own. */
async function setUp(
  machine: Machine,
  options: SetUpOptions = {},
): Promise<{ code: number | null; output: string }> {
  const { what = 'requireNatsServer', download = '', sum, patienceMs = 60_000, through = [] } = options;
  const module = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
  const place = { tools: machine.tools, sums: sum === undefined ? {} : { [platform]: sum }, patienceMs };
  const code = `
    const { FURTHER_FOLDERS } = await import(${module('../find-program.mjs')});
    FURTHER_FOLDERS.length = 0;
    const { findNatsServer } = await import(${module('./find-nats-server.mjs')});
    const { ${what} } = await import(${module('./require-nats-server.mjs')});
    try {
      await ${what}(${JSON.stringify(place)});
      const { program } = await findNatsServer(${JSON.stringify(machine.tools)});
      console.log('starts', program?.path, program?.version);
    } catch (error) {
      console.log(error.message);
      process.exitCode = error.exitCode ?? 3;
    }
  `;
  const [command = process.execPath, ...args] = [
    ...through,
    process.execPath,
    '--input-type=module',
    '-e',
    code,
  ];
  const child: RunningProcess = await startProcess({
    name: 'set-up',
    command,
    args,
    env: {
      PATH: [machine.first, machine.programs].join(':'),
      NATS_SERVER_DOWNLOAD: download,
      CI: undefined,
      ...options.env,
    },
  });
  const lines: string[] = [];
  for await (const line of child.lines()) lines.push(line);
  return { code: (await child.exited).code, output: lines.join('\n') };
}

/** Stands for the makers' archive: a program that says that it is the pinned version. */
async function archive(machine: Machine, version = PINNED): Promise<Buffer> {
  const inside = join(machine.folder, archiveName);
  await mkdir(inside, { recursive: true });
  await script(inside, 'nats-server', broker(version));
  const file = join(machine.folder, 'archive.tar.gz');
  const tar = spawnSync('tar', ['-czf', file, '-C', machine.folder, archiveName], { encoding: 'utf8' });
  expect(tar.stderr).toBe('');
  return readFile(file);
}

const sumOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/nats/`;
}

/** Builds a "nats-server" as `go install` would, or lets the module proxy keep silent. */
const goThat = (does: { readonly list?: string; readonly install?: string }) => `
  case "$1" in
    version) echo 'go version go1.26.0 linux/amd64' ;;
    list) ${does.list ?? ':'} ;;
    install) ${does.install ?? `printf '#!/bin/sh\\n${broker(PINNED)}\\n' > "$GOBIN/nats-server"; chmod 755 "$GOBIN/nats-server"`} ;;
  esac`;

describe('a machine without a nats-server', () => {
  it('gets the makers’ archive, proven by its sum', async () => {
    const machine = await bareMachine();
    const bytes = await archive(machine);
    const paths: string[] = [];
    const download = await serve((request, response) => {
      paths.push(request.url ?? '');
      response.end(bytes);
    });

    const { code, output } = await setUp(machine, { download, sum: sumOf(bytes) });

    expect(output).toContain(`starts ${machine.tools}/nats-server/${PINNED}/nats-server ${PINNED}`);
    expect(code).toBe(0);
    expect(paths).toEqual([`/nats/${archiveName}.tar.gz`]);
    expect(await readdir(join(machine.tools, 'nats-server', PINNED))).toEqual(['nats-server']);
    expect(await setUp(machine, { download: 'http://127.0.0.1:1/' })).toMatchObject({ code: 0 });
  });

  it('is given nothing by an archive with another sum', async () => {
    const machine = await bareMachine();
    const bytes = await archive(machine);
    const download = await serve((_, response) => response.end(bytes));

    const { code, output } = await setUp(machine, { download, sum: '0'.repeat(64) });

    expect(output).toContain(`its SHA-256 is ${sumOf(bytes)}, not ${'0'.repeat(64)}`);
    expect(code).toBe(1);
    expect(await readdir(join(machine.tools, 'nats-server'))).toEqual([]);
  });

  it.each([
    ['and the answer says so', (length: number) => length],
    ['and nothing tells', () => undefined],
  ])('is given nothing by an archive that is cut off %s', async (_how, lengthToldOf) => {
    const machine = await bareMachine();
    const bytes = await archive(machine);
    const download = await serve((_, response) => {
      const length = lengthToldOf(bytes.length);
      if (length !== undefined) response.setHeader('content-length', length);
      response.write(bytes.subarray(0, bytes.length / 2), () =>
        length === undefined ? response.end() : response.destroy(),
      );
    });

    const { code, output } = await setUp(machine, { download, sum: sumOf(bytes) });

    expect(output).toMatch(/as the makers’ archive: http\S+tar\.gz(:| is cut off) ./);
    expect(code).toBe(1);
    expect(await readdir(join(machine.tools, 'nats-server'))).toEqual([]);
  });

  it('learns that the download does not run as the expected version', async () => {
    const machine = await bareMachine();
    const bytes = await archive(machine, '2.13.0');
    const download = await serve((_, response) => response.end(bytes));

    const { code, output } = await setUp(machine, { download, sum: sumOf(bytes) });

    expect(output).toContain(`what came does not run here as nats-server ${PINNED}`);
    expect(code).toBe(1);
  });

  it('gets it built by Go, before anything is downloaded', async () => {
    const machine = await bareMachine();
    await script(machine.first, 'go', goThat({}));

    const { code, output } = await setUp(machine, { download: 'http://127.0.0.1:1/', sum: '0' });

    expect(output).toContain(`starts ${machine.tools}/nats-server/${PINNED}/nats-server ${PINNED}`);
    expect(output).not.toContain('Downloading');
    expect(code).toBe(0);
  });

  it('learns from each way why it failed, and from the last line about all of them', async () => {
    const machine = await bareMachine();
    await script(machine.first, 'go', goThat({ install: 'echo "go: it requires go >= 1.25" >&2; exit 1' }));
    const download = await serve((_, response) => {
      response.statusCode = 404;
      response.end();
    });

    const { code, output } = await setUp(machine, { download, sum: '0' });

    const reasons = [
      'on the PATH: there is none',
      'by apt-get: this system has none',
      'by go install: go: it requires go >= 1.25',
      `as the makers’ archive: ${download}${archiveName}.tar.gz: answered 404`,
    ];
    for (const reason of reasons) expect(output).toContain(`No nats-server ${reason}.`);
    expect(output).toContain(reasons.map((reason) => `  ${reason}`).join('\n'));
    expect(code).toBe(1);
  });

  it('is warned in one line where no checksum of an archive is published', async () => {
    const { output } = await setUp(await bareMachine());

    expect(output).toContain(`as the makers’ archive: no sum of it is published for ${platform}.`);
  });

  it('does not wait for a network that keeps silent', async () => {
    const machine = await bareMachine();
    await script(machine.first, 'go', goThat({ list: 'sleep 3600' }));
    await script(machine.first, 'apt-get', 'sleep 3600');
    // A server that takes the request and never answers.
    const download = await serve(() => {});

    const { code, output } = await setUp(machine, { download, sum: '0', patienceMs: 3_000 });

    expect(output).toContain(
      isRoot ? 'by apt-get: apt-get update: no answer within' : 'only root may use it',
    );
    expect(output).toContain('by go install: no answer within');
    expect(output).toMatch(/as the makers’ archive: http\S+: silent for/);
    expect(code).toBe(1);
  });

  it('says where nothing can be written', async () => {
    const machine = await bareMachine();
    await mkdir(machine.tools, { mode: 0o555 });
    await script(machine.first, 'go', goThat({}));
    // No folder keeps root out, unless it has given up these rights.
    const rights = '-dac_override,-dac_read_search';
    const through = isRoot
      ? [findProgram('setpriv') ?? '', `--inh-caps=-all`, `--bounding-set=${rights}`, '--']
      : [];

    const { code, output } = await setUp(machine, { through, sum: '0' });

    const why = `nothing can be written to ${machine.tools} (EACCES)`;
    expect(output).toContain(`by go install: ${why}`);
    expect(output).toContain(`as the makers’ archive: ${why}`);
    expect(code).toBe(1);
  });
});

describe('a machine with an old nats-server first on the PATH', () => {
  it('has it named and passed over for a newer one behind it', async () => {
    const machine = await bareMachine();
    await script(machine.first, 'nats-server', broker('2.9.10'));
    await script(machine.programs, 'nats-server', broker('2.10.0'));

    const { code, output } = await setUp(machine);

    expect(output).toContain(`${machine.first}/nats-server is 2.9.10, older than 2.10: passed over`);
    expect(output).toContain(`starts ${machine.programs}/nats-server 2.10.0`);
    expect(code).toBe(0);
  });

  it('has it named and passed over for one that is brought', async () => {
    const machine = await bareMachine();
    await script(machine.first, 'nats-server', broker('2.9.10'));
    await script(machine.first, 'go', goThat({}));

    const { output } = await setUp(machine);

    expect(output).toContain(`on the PATH: ${machine.first}/nats-server is 2.9.10, older than 2.10.`);
    expect(output).toContain(`starts ${machine.tools}/nats-server/${PINNED}/nats-server ${PINNED}`);
  });

  it('is not asked twice what it does not tell', async () => {
    const machine = await bareMachine();
    await script(machine.first, 'nats-server', 'exit 1');

    const { code, output } = await setUp(machine);

    expect(output).toContain(`${machine.first}/nats-server does not tell its version`);
    expect(code).toBe(1);
  });
});

describe.runIf(isRoot)('the system’s package, for root', () => {
  const apt = (folder: string) =>
    `case "$*" in *install*) printf '#!/bin/sh\\n${broker('2.10.27')}\\n' > ${folder}/nats-server; chmod 755 ${folder}/nats-server ;; esac`;
  const candidate = (version: string) => `printf 'nats-server:\\n  Candidate: ${version}\\n'`;

  it('is installed where it is new enough', async () => {
    const machine = await bareMachine();
    await script(machine.first, 'apt-get', apt(machine.programs));
    await script(machine.first, 'apt-cache', candidate('2.10.27-1+b5'));
    await script(machine.first, 'go', goThat({}));

    const { code, output } = await setUp(machine);

    expect(output).toContain(`starts ${machine.programs}/nats-server 2.10.27`);
    expect(code).toBe(0);
  });

  it('is left alone where it is too old, and Go builds one', async () => {
    const machine = await bareMachine();
    await script(machine.first, 'apt-get', apt(machine.programs));
    await script(machine.first, 'apt-cache', candidate('2.9.10-1+b3'));
    await script(machine.first, 'go', goThat({}));

    const { output } = await setUp(machine);

    expect(output).toContain('by apt-get: its nats-server is 2.9.10, older than 2.10');
    expect(output).toContain(`starts ${machine.tools}/nats-server/${PINNED}/nats-server ${PINNED}`);
    expect(await readdir(machine.programs)).not.toContain('nats-server');
  });

  it('says what apt says when it cannot be had', async () => {
    const machine = await bareMachine();
    const says = 'echo "E: Could not get lock /var/lib/dpkg/lock" >&2; exit 100';
    await script(machine.first, 'apt-get', `case "$*" in *install*) ${says} ;; esac`);
    await script(machine.first, 'apt-cache', candidate('2.10.27'));

    const { code, output } = await setUp(machine);

    expect(output).toContain('by apt-get: Could not get lock /var/lib/dpkg/lock.');
    expect(code).toBe(1);
  });
});

describe('a test run', () => {
  it('takes the pinned version although another one is on the PATH', async () => {
    const machine = await bareMachine();
    await script(machine.first, 'nats-server', broker('2.15.2'));
    await script(machine.first, 'go', goThat({}));

    const { code } = await setUp(machine, { what: 'requirePinnedNatsServer' });

    expect(code).toBe(0);
    expect(await readdir(join(machine.tools, 'nats-server'))).toEqual([PINNED]);
  });

  it('keeps a copy of the pinned version that is on the PATH', async () => {
    const machine = await bareMachine();
    await script(machine.first, 'nats-server', broker('2.10.0'));
    await script(machine.programs, 'nats-server', broker(PINNED));

    const { code } = await setUp(machine, { what: 'requirePinnedNatsServer' });

    expect(code).toBe(0);
    expect(await readFile(join(machine.tools, 'nats-server', PINNED, 'nats-server'), 'utf8')).toContain(
      PINNED,
    );
  });

  it('goes on with what there is where the pinned version cannot be had, but not on a build server', async () => {
    const machine = await bareMachine();
    await script(machine.first, 'nats-server', broker('2.10.0'));

    const byHand = await setUp(machine, { what: 'requirePinnedNatsServer' });
    expect(byHand.output).toContain(`The tests run on the nats-server that is there, not on ${PINNED}`);
    expect(byHand.code).toBe(0);

    const inCi = await setUp(machine, { what: 'requirePinnedNatsServer', env: { CI: 'true' } });
    expect(inCi.output).toContain('by go install: there is no Go');
    expect(inCi.code).toBe(1);
  });
});
