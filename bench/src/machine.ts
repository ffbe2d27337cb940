import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os';

export type Machine = Readonly<Record<string, number | string>>;

/** Describes the machine that the figures depend on. The load shows whether something else ran at the start. */
export function describeMachine(): Machine {
  const cores = cpus();
  return {
    cpu: cores[0]?.model.trim() ?? 'unknown',
    cores: cores.length,
    memory_gib: Math.round((totalmem() / 1024 ** 3) * 10) / 10,
    os: `${platform()} ${release()} ${arch()}`,
    load_1_min_at_start: Math.round((loadavg()[0] ?? 0) * 100) / 100,
    node: process.versions.node,
  };
}
