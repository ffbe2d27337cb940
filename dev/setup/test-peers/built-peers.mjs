import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { findProgram } from '../find-program.mjs';
import { findGo, goInstall, lastOf } from '../go.mjs';
import { say } from '../messages.mjs';
import { runQuietly } from '../run.mjs';
import { TOOLS } from '../tools-folder.mjs';

// A build with Cargo takes two minutes of computing.
const LONGEST_BUILD_MS = 30 * 60_000;

/**
 * A peer that Go builds once for this clone.
 * @param {string} name
 * @param {string} module a package with its version: `example.com/broker/cmd@v1.2.3`
 */
export function builtWithGo(name, module) {
  const [path = '', version = ''] = module.split('@');
  const folder = join(TOOLS, name, version);
  return {
    find: () => findProgram(join(folder, basename(path))),
    install: async () => {
      const go = await findGo();
      if (go === undefined) return `${name}: there is no Go`;
      say(`Building ${name} with Go for the tests …`);
      return goInstall(go.path, module, folder);
    },
  };
}

/**
 * A peer that Cargo builds once for this clone, from exactly what its Cargo.lock names.
 * @param {string} name
 * @param {string} project a folder with Cargo.toml, Cargo.lock and src/main.rs; its program is called like the peer
 */
export function builtWithCargo(name, project) {
  const sources = ['Cargo.toml', 'Cargo.lock', 'src/main.rs'].map((file) =>
    readFileSync(join(project, file)),
  );
  const hash = createHash('sha256').update(Buffer.concat(sources)).digest('hex').slice(0, 16);
  const folder = join(TOOLS, name, hash);
  return {
    find: () => findProgram(join(folder, 'bin', name)),
    install: async () => {
      const cargo = findProgram('cargo');
      if (cargo === undefined) return `${name}: there is no cargo`;
      say(`Building ${name} with Cargo for the tests; that takes a minute or two …`);
      const target = join(folder, 'target');
      const args = ['install', '--quiet', '--debug', '--locked', '--path', project, '--root', folder];
      const built = await runQuietly(cargo, args, {
        env: { CARGO_TARGET_DIR: target },
        timeoutMs: LONGEST_BUILD_MS,
      });
      rmSync(target, { recursive: true, force: true });
      return built.code === 0 ? undefined : `${name}: ${lastOf(built.lines)}`;
    },
  };
}
