import { findGo, goInstall, lastOf } from '../go.mjs';
import { runQuietly } from '../run.mjs';
import { installIntoTools } from './install-into-tools.mjs';

const MODULE = 'github.com/nats-io/nats-server/v2';

/** The exact version, built from the Go module proxy. */
export async function fromGo({ tools, version, patienceMs, say }) {
  const go = await findGo(tools);
  if (go === undefined) return 'there is no Go';
  return installIntoTools({ tools, version }, async (folder) => {
    const module = `${MODULE}@v${version}`;
    const listing = await runQuietly(go.path, ['list', '-m', module], { timeoutMs: patienceMs });
    if (listing.timedOut) return `no answer within ${Math.round(patienceMs / 100) / 10} s`;
    if (listing.code !== 0) return lastOf(listing.lines);
    say(`Building nats-server ${version} with Go; that takes a minute or two …`);
    return goInstall(go.path, module, folder);
  });
}
