import { findGo } from '../go.mjs';
import { runQuietly } from '../run.mjs';
import { installIntoTools } from './install-into-tools.mjs';

const MODULE = 'github.com/nats-io/nats-server/v2';
// Two minutes on two cores, when nothing is in Go's caches.
const LONGEST_BUILD_MS = 30 * 60_000;

/** The exact version, built from the Go module proxy, which proves what it serves by Go's own sums. */
export async function fromGo({ tools, version, patienceMs, say }) {
  const go = await findGo(tools);
  if (go === undefined) return 'there is no Go';
  return installIntoTools({ tools, version }, async (folder) => {
    const module = `${MODULE}@v${version}`;
    const asked = await runQuietly(go.path, ['list', '-m', module], { timeoutMs: patienceMs });
    if (asked.timedOut) return `no answer within ${Math.round(patienceMs / 100) / 10} s`;
    if (asked.code !== 0) return lastOf(asked.lines);
    say(`Building nats-server ${version} with Go; that takes a minute or two …`);
    const built = await runQuietly(go.path, ['install', module], {
      env: { GOBIN: folder, CGO_ENABLED: '0' },
      timeoutMs: LONGEST_BUILD_MS,
    });
    return built.code === 0 ? undefined : lastOf(built.lines);
  });
}

function lastOf(lines) {
  return lines.findLast((line) => line.trim() !== '')?.trim() ?? 'it failed without a word';
}
