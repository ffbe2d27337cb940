import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { natsServerFolder, versionOfNatsServer } from './find-nats-server.mjs';

/**
 * Puts a nats-server into the tools folder: whole or not at all, also when two set-ups do it at once.
 * @param {{ tools: string, version: string }} wanted
 * @param {(folder: string) => Promise<string | undefined>} make puts the program into the folder, or says why it cannot
 * @returns {Promise<string | undefined>} why it failed
 */
export async function installIntoTools({ tools, version }, make) {
  const place = natsServerFolder(version, tools);
  let newFolder;
  try {
    await mkdir(join(tools, 'nats-server'), { recursive: true });
    newFolder = await mkdtemp(join(tools, 'nats-server', '.new-'));
    await chmod(newFolder, 0o755);
  } catch (error) {
    return `nothing can be written to ${tools} (${error.code})`;
  }
  try {
    const why = await make(newFolder);
    if (why !== undefined) return why;
    const actual = await versionOfNatsServer(join(newFolder, 'nats-server'));
    if (actual !== version) return `what came does not run here as nats-server ${version}`;
    await rm(place, { recursive: true, force: true });
    await rename(newFolder, place);
    return undefined;
  } finally {
    await rm(newFolder, { recursive: true, force: true });
  }
}
