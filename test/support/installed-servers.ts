import { spawnSync } from 'node:child_process';
import { findExecutable } from '@holdfast/dev/find-executable.ts';

/** Servers that tests use where they are installed: the absolute path of each program, or null. */
export interface InstalledServers {
  readonly victoriaMetrics: string | null;
  readonly influxd: string | null;
  /** A python3 that can import pymodbus. */
  readonly pythonWithPymodbus: string | null;
  /** Prometheus' own check of alert rules. */
  readonly promtool: string | null;
}

/** Debian's package for each, for the note about what is skipped. */
export const DEBIAN_PACKAGES: Readonly<Record<keyof InstalledServers, string>> = {
  victoriaMetrics: 'victoria-metrics',
  influxd: 'influxdb',
  pythonWithPymodbus: 'python3-pymodbus',
  promtool: 'promtool',
};

export function findInstalledServers(): InstalledServers {
  return {
    // Debian's name first, then the one of the project's own releases.
    victoriaMetrics: findExecutable('victoria-metrics') ?? findExecutable('victoria-metrics-prod') ?? null,
    influxd: findExecutable('influxd') ?? null,
    pythonWithPymodbus: findPythonWithPymodbus() ?? null,
    promtool: findExecutable('promtool') ?? null,
  };
}

function findPythonWithPymodbus(): string | undefined {
  // The system's python3 has Debian's packages even where another one comes first on the PATH.
  const candidates = ['/usr/bin/python3', 'python3'].map(findExecutable).filter((path) => path !== undefined);
  return candidates.find(
    (path) => spawnSync(path, ['-c', 'import pymodbus.server'], { stdio: 'ignore' }).status === 0,
  );
}
