import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { inboxPrefix } from '@holdfast/shared/contracts/subjects.ts';
import {
  authorizationFile,
  rightsFile,
  seedFile,
  writeAuthorization,
} from '@holdfast/shared/identities/identity-files.ts';
import { replaceFile } from '@holdfast/shared/identities/replace-file.ts';
import { newNkeyPair } from '@holdfast/shared/jetstream/connection/nkey-pair.ts';
import { type Service, services } from '@holdfast/shared/permissions/permissions.ts';
import type { HomeFolder } from './home-folder.ts';

const ownerOnly = 0o600;

/** Who the stack's own NATS lets in: its services and an operator, no other user of this machine. */
export interface BrokerKeys {
  /** Lines for the server's configuration. */
  readonly configLines: readonly string[];
  readonly seedFileOf: (service: Service) => string;
  /** The file from which a service knows which sessions collectors with accounts of their own may get. */
  readonly rightsFileOf: (service: 'api' | 'supervisor') => string;
}

/** The keys in the folder; missing ones are made. */
export async function brokerKeys(home: HomeFolder, natsUrl: string): Promise<BrokerKeys> {
  const { secrets } = home;
  await mkdir(secrets, { recursive: true, mode: 0o700 });
  await chmod(secrets, 0o700);
  for (const service of services) await makeOnce(seedFile(secrets, service));
  await writeAuthorization(secrets, ownerOnly);
  await writeContext(home, natsUrl);
  return {
    // Relative to the folder of the configuration file, as every include is.
    configLines: [`include ${JSON.stringify(relative(home.natsStore, authorizationFile(secrets)))}`],
    seedFileOf: (service) => seedFile(secrets, service),
    rightsFileOf: (service) => rightsFile(secrets, service),
  };
}

async function makeOnce(file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  try {
    await writeFile(file, newNkeyPair().seed, { flag: 'wx', mode: ownerOnly });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** With NATS_CONTEXT naming this file, the NATS tool looks into the stack's own broker. */
async function writeContext({ secrets, natsContextFile }: HomeFolder, natsUrl: string): Promise<void> {
  const context = {
    description: 'Looking into the NATS of npm start',
    url: natsUrl,
    nkey: seedFile(secrets, 'operator'),
    inbox_prefix: inboxPrefix('operator'),
  };
  await replaceFile(natsContextFile, `${JSON.stringify(context, undefined, 2)}\n`, ownerOnly);
}
