import { spawnSync } from 'node:child_process';
import { findProgram } from '../setup/find-program.mjs';

/** The user to run a program as; only root may ask for one. */
export interface RunAs {
  readonly uid: number;
  readonly gid: number;
  /** Lets the program reach files below folders that only root may enter (needs util-linux's setpriv). */
  readonly reachesEverything: boolean;
}

export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly uid?: number;
  readonly gid?: number;
}

// The one capability for a program that runs as an unprivileged user below a folder of mode 700 (a clone under /root): it
// passes permission checks on files, and gives nothing else of root. `no_setuid_fixup` is needed because access(2), which
// initdb asks before it runs postgres, otherwise ignores the capabilities of a user who is not root.
const REACH_EVERYTHING = [
  '--inh-caps=-all,+dac_override',
  '--ambient-caps=-all,+dac_override',
  '--bounding-set=-all,+dac_override',
  '--securebits=+no_setuid_fixup',
];

/**
 * Puts util-linux's `setpriv` in front of a program where it exists. It makes the kernel send
 * `signalOnParentDeath` when this process dies, however it dies, and then becomes the program (same pid).
 */
export function launchThroughSetpriv(
  command: string,
  args: readonly string[],
  options: {
    readonly signalOnParentDeath: NodeJS.Signals;
    readonly runAs?: RunAs | undefined;
    /** The network namespace to enter first, while this is still root. */
    readonly network?: string | undefined;
  },
): Launch {
  const { runAs, network } = options;
  if (network !== undefined) {
    const {
      command: program,
      args: its,
      ...user
    } = launchThroughSetpriv(command, args, { ...options, network: undefined });
    return { command: 'ip', args: ['netns', 'exec', network, program, ...its], ...user };
  }
  const setpriv = setprivPath();
  if (setpriv === undefined) {
    return { command, args, ...(runAs === undefined ? {} : { uid: runAs.uid, gid: runAs.gid }) };
  }
  const user =
    runAs === undefined
      ? []
      : [`--reuid=${runAs.uid}`, `--regid=${runAs.gid}`, '--clear-groups', '--no-new-privs'].concat(
          runAs.reachesEverything ? REACH_EVERYTHING : [],
        );
  const deathSignal = options.signalOnParentDeath.replace(/^SIG/, '');
  return { command: setpriv, args: [...user, `--pdeathsig=${deathSignal}`, '--', command, ...args] };
}

/** Whether `RunAs.reachesEverything` works here. A container may lack setpriv or the capability to drop others. */
export function canReachEverythingAs(uid: number, gid: number): boolean {
  const setpriv = setprivPath();
  if (setpriv === undefined) return false;
  const args = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--no-new-privs', ...REACH_EVERYTHING];
  return spawnSync(setpriv, [...args, '--', 'true'], { stdio: 'ignore' }).status === 0;
}

let knownSetpriv: { readonly path: string | undefined } | undefined;

function setprivPath(): string | undefined {
  knownSetpriv ??= { path: findUsableSetpriv() };
  return knownSetpriv.path;
}

function findUsableSetpriv(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  const path = findProgram('setpriv');
  if (path === undefined) return undefined;
  // Busybox has a setpriv too, without the option that is needed here.
  const trial = spawnSync(path, ['--pdeathsig=TERM', '--', 'true'], { stdio: 'ignore' });
  return trial.status === 0 ? path : undefined;
}
