import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findPrograms } from '../find-program.mjs';
import { findNatsServer, versionOfNatsServer } from './find-nats-server.mjs';
import { installIntoTools } from './install-into-tools.mjs';

/** Uses a nats-server that is new enough where it is. */
export async function fromPath({ tools, say }) {
  const { program, passedOver } = await findNatsServer(tools);
  const older = passedOver.map(({ path, why }) => `${path} ${why}`);
  if (program === undefined) return older.length === 0 ? 'there is none' : older.join('; ');
  for (const each of older) say(`nats-server: ${each}: passed over, ${program.path} is ${program.version}.`);
  return undefined;
}

/** Copies exactly this version: the program on the PATH may be another one tomorrow. */
export async function copyFromPath({ tools, version }) {
  for (const path of findPrograms('nats-server')) {
    if ((await versionOfNatsServer(path)) !== version) continue;
    return installIntoTools({ tools, version }, async (folder) => {
      await copyFile(path, join(folder, 'nats-server'));
      return undefined;
    });
  }
  return `none of them is ${version}`;
}
