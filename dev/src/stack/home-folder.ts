import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StackError } from './stack-error.ts';

/** The folder of everything that the local stack keeps. */
export interface HomeFolder {
  readonly path: string;
  /** The path as a user would type it in the project's root. */
  readonly shownPath: string;
  readonly natsStore: string;
  readonly postgresData: string;
  /** Samples that wait for the broker, of all collectors. */
  readonly spool: string;
  readonly portsFile: string;
  readonly demoFile: string;
  readonly runningFile: string;
  /** Address of the database, password included, for backups: DATABASE_URL_FILE. */
  readonly databaseUrlFile: string;
  /** The keys of all users of NATS. */
  readonly secrets: string;
  /** For the NATS tool: where NATS is, and the operator's key. */
  readonly natsContextFile: string;
  /** The first key of the API. */
  readonly adminKeyFile: string;
  /** The log lines of all processes, over all starts. */
  readonly logFile: string;
  /** Code as the engine has compiled it. It can be removed at any time. */
  readonly compiled: string;
}

export const PROJECT_ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** Version of the folder's layout; the data of NATS and PostgreSQL in it have versions of their own. */
const LAYOUT_VERSION = '2';

/**
 * Opens the folder, or makes it.
 * @param home relative to the project's root
 * @throws StackError when it holds something else, or data of another version
 */
export async function openHomeFolder(home: string): Promise<HomeFolder> {
  const path = resolve(PROJECT_ROOT, home);
  await mkdir(path, { recursive: true });
  const versionFile = join(path, 'version');
  const version = await readFile(versionFile, 'utf8').catch(() => undefined);
  if (version === undefined) {
    if ((await readdir(path)).length > 0) {
      throw new StackError(
        `${path} holds files, but none of Holdfast's local stack (its version file is missing). ` +
          'Name another folder, for example: HOLDFAST_HOME=.holdfast-2 npm start',
      );
    }
    await writeFile(versionFile, `${LAYOUT_VERSION}\n`);
  } else if (version.trim() !== LAYOUT_VERSION) {
    throw new StackError(
      `The data in ${path} was written by another version of Holdfast (layout ${version.trim()}, this one has ` +
        `${LAYOUT_VERSION}). Go back to the version that wrote it, or move the folder away to start over: ` +
        `mv ${path} ${path}-${version.trim()}`,
    );
  }
  return {
    path,
    shownPath: home,
    natsStore: join(path, 'nats'),
    postgresData: join(path, 'postgres'),
    spool: join(path, 'spool'),
    portsFile: join(path, 'ports.json'),
    demoFile: join(path, 'demo.json'),
    runningFile: join(path, 'running.json'),
    databaseUrlFile: join(path, 'database-url'),
    secrets: join(path, 'secrets'),
    natsContextFile: join(path, 'nats-context.json'),
    adminKeyFile: join(path, 'admin-key'),
    logFile: join(path, 'holdfast.log'),
    compiled: join(path, 'compiled'),
  };
}
