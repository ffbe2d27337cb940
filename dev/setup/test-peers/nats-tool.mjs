import { join } from 'node:path';
import { findProgram } from '../find-program.mjs';
import { findGoOf, goInstall } from '../go.mjs';
import { TOOLS } from '../tools-folder.mjs';

const VERSION = '0.5.0';
/** The Go version that the tool is written in. */
export const GO_OF_NATS_TOOL = /** @type {const} */ ([1, 26]);
const FOLDER = join(TOOLS, 'nats-tool', VERSION);

/** The tool in this clone, with whose version the documents are tested; other programs called `nats` do not count. */
export function findNatsTool() {
  return findProgram(join(FOLDER, 'nats'));
}

/** @returns {Promise<string | undefined>} why it failed */
export async function installNatsTool() {
  const go = await findGoOf(GO_OF_NATS_TOOL);
  if (go === undefined) return `nats ${VERSION}: there is no Go ${GO_OF_NATS_TOOL.join('.')}`;
  return goInstall(go.path, `github.com/nats-io/natscli/nats@v${VERSION}`, FOLDER);
}
