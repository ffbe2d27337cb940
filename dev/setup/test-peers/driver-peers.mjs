import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from '../messages.mjs';
import { ROOT } from '../root.mjs';

/**
 * @typedef {object} NamedPeer One of the `testPeers` in a driver's package.json.
 * @property {string} [program] found on the PATH
 * @property {string} [file] found at this path
 * @property {string} [python] what a python3 must be able to import
 * @property {string} [go] built from the Go module proxy: a package with its version
 * @property {string} [cargo] built from crates.io: a folder of the driver, with a Cargo.lock
 * @property {readonly string[]} debian packages to install for it
 * @property {string} [pypi] what comes from PyPI: a file in the driver's folder, with sums
 */

/** Ways to find a peer, of which each has exactly one. */
const WAYS = ['program', 'file', 'python', 'go', 'cargo'];
const FIELDS = [...WAYS, 'debian', 'pypi'];

/**
 * The programs and libraries that drivers name for their tests. Two drivers may name the same one.
 * @returns {Record<string, NamedPeer>} by name; `pypi` and `cargo` are paths
 */
export function driverPeers(drivers = join(ROOT, 'drivers')) {
  const peers = {};
  for (const driver of readdirSync(drivers).sort()) {
    const manifest = join(drivers, driver, 'package.json');
    if (!existsSync(manifest)) continue;
    const { testPeers = {} } = JSON.parse(readFileSync(manifest, 'utf8'));
    for (const [name, { pypi, cargo, ...peer }] of Object.entries(testPeers)) {
      const ways = WAYS.filter((way) => testPeers[name][way] !== undefined);
      const unknown = Object.keys(peer).filter((field) => !FIELDS.includes(field));
      if (ways.length !== 1 || unknown.length > 0 || !Array.isArray(peer.debian)) {
        throw new SetupError(
          `${manifest}: testPeers.${name} has "debian", a list, and exactly one of ${WAYS.join(', ')}; ` +
            'next to them, "pypi" at most',
        );
      }
      peers[name] = {
        ...peer,
        ...(pypi === undefined ? {} : { pypi: join(drivers, driver, pypi) }),
        ...(cargo === undefined ? {} : { cargo: join(drivers, driver, cargo) }),
        debian: [...new Set([...(peers[name]?.debian ?? []), ...peer.debian])],
      };
    }
  }
  return peers;
}
