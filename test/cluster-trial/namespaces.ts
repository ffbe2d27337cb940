import { spawn, spawnSync } from 'node:child_process';

/**
 * Namespaces of its own for everything that a program starts: no address, device, mount or process of the trial is seen
 * outside, and the kernel takes all of it away with the first process, however that ends.
 */
const isolation = [
  ...['--mount', '--net', '--pid', '--fork', '--kill-child=SIGKILL', '--mount-proc'],
  // `ip netns` keeps its names below /run.
  ...['sh', '-c', 'mount -t tmpfs tmpfs /run && exec "$@"', 'sh'],
];

/** Why separate hosts cannot be had here; undefined when they can. */
export function whyNoHosts(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces are a thing of Linux';
  if (process.getuid?.() !== 0) return 'only root may make network namespaces';
  const look = 'ip netns add a-host && test -c /dev/net/tun && python3 -c "import fcntl"';
  const { status, stderr, error } = spawnSync('unshare', [...isolation, 'sh', '-ec', look], {
    encoding: 'utf8',
  });
  if (status === 0) return undefined;
  return `unshare, ip netns, /dev/net/tun and python3 are needed: ${error?.message ?? stderr.trim()}`;
}

/** Runs a program in there; it may be killed at any time. @returns its exit code */
export async function inOwnNamespaces(command: readonly string[], signal: AbortSignal): Promise<number> {
  const child = spawn('setpriv', ['--pdeathsig=KILL', '--', 'unshare', ...isolation, ...command], {
    stdio: 'inherit',
    // A group of its own: Ctrl+C reaches this process, which then ends all of it at once.
    detached: true,
  });
  signal.addEventListener('abort', () => child.kill('SIGKILL'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 130));
  });
}
