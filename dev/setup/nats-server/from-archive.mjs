import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setupConfig } from '../config.mjs';
import { projectNode } from '../packages.mjs';
import { runQuietly } from '../run.mjs';
import { installIntoTools } from './install-into-tools.mjs';

const DOWNLOAD = fileURLToPath(new URL('./download.mjs', import.meta.url));
const LONGEST_DOWNLOAD_MS = 30 * 60_000;
const ARCHITECTURES = { x64: 'amd64' };

/** The makers' archive for this platform, checked by the sum in this repository, whichever server it comes from. */
export async function fromArchive({ tools, version, sums, patienceMs, say }) {
  const platform = `${process.platform}-${ARCHITECTURES[process.arch] ?? process.arch}`;
  const sum = sums[platform];
  if (sum === undefined) return `no sum of it is published for ${platform}`;
  const name = `nats-server-v${version}-${platform}`;
  const url = `${setupConfig().NATS_SERVER_DOWNLOAD.replace(/\/?$/, '/')}${name}.tar.gz`;
  return installIntoTools({ tools, version }, async (folder) => {
    say(`Downloading ${url} …`);
    const file = join(folder, 'archive');
    // The download runs in the project's Node, which supports proxies: the machine's own Node may be too old for that.
    const { code, lines } = await runQuietly(projectNode(), [DOWNLOAD, url, file, String(patienceMs)], {
      env: { NODE_USE_ENV_PROXY: '1' },
      timeoutMs: LONGEST_DOWNLOAD_MS,
    });
    if (code !== 0) return `${url}: ${lines.at(-1) ?? 'the download failed'}`;
    const actual = createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
    if (actual !== sum) return `${url} is cut off or not the makers’: its SHA-256 is ${actual}, not ${sum}`;
    const unpacked = await runQuietly(
      'tar',
      ['-xzf', file, '-C', folder, '--strip-components=1', `${name}/nats-server`],
      { timeoutMs: LONGEST_DOWNLOAD_MS },
    );
    if (unpacked.code !== 0) return `it cannot be unpacked: ${unpacked.lines.at(-1)}`;
    await rm(file);
    return undefined;
  });
}
