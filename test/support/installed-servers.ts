import { spawnSync } from 'node:child_process';
import { findExecutable } from '@holdfast/dev/find-executable.ts';

/** Servers that tests use where they are installed: the absolute path of each program, or null. */
export interface InstalledServers {
  readonly victoriaMetrics: string | null;
  readonly influxd: string | null;
  /** A python3 that can import pymodbus. */
  readonly pythonWithPymodbus: string | null;
  /** A python3 that can import pyserial too. */
  readonly pythonWithPyserial: string | null;
  /** Makes pseudo-terminals that are the two ends of a serial line. */
  readonly socat: string | null;
  /** Prometheus' own check of alert rules. */
  readonly promtool: string | null;
}

/** Debian's package for each, for the note about what is skipped. */
export const DEBIAN_PACKAGES: Readonly<Record<keyof InstalledServers, string>> = {
  victoriaMetrics: 'victoria-metrics',
  influxd: 'influxdb',
  pythonWithPymodbus: 'python3-pymodbus',
  pythonWithPyserial: 'python3-serial',
  socat: 'socat',
  promtool: 'promtool',
};

export function findInstalledServers(): InstalledServers {
  return {
    // Debian's name first, then the one of the project's own releases.
    victoriaMetrics: findExecutable('victoria-metrics') ?? findExecutable('victoria-metrics-prod') ?? null,
    influxd: findExecutable('influxd') ?? null,
    pythonWithPymodbus: findPythonThatImports('pymodbus.server') ?? null,
    pythonWithPyserial: findPythonThatImports('pymodbus.server, serial') ?? null,
    socat: findExecutable('socat') ?? null,
    promtool: findExecutable('promtool') ?? null,
  };
}

function findPythonThatImports(modules: string): string | undefined {
  // The system's python3 has Debian's packages even where another one comes first on the PATH.
  const candidates = ['/usr/bin/python3', 'python3'].map(findExecutable).filter((path) => path !== undefined);
  return candidates.find(
    (path) => spawnSync(path, ['-c', `import ${modules}`], { stdio: 'ignore' }).status === 0,
  );
}
