import { spawnSync } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram } from '@holdfast/dev/setup/find-program.mjs';
import { describe, expect, inject, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const { shellcheck } = inject('installedServers');
const scripts = ['restart_services.sh', 'check_recovery.sh'];

describe.each(scripts)('%s', (script) => {
  const path = join(root, script);

  it('can be called as it is, by any shell of the system', async () => {
    expect((await stat(path)).mode & 0o111).toBe(0o111);
    expect((await readFile(path, 'utf8')).split('\n')[0]).toBe('#!/bin/sh');
    for (const shell of ['sh', 'dash', 'bash', 'zsh', 'ksh', 'busybox'].filter(findProgram)) {
      const args = shell === 'busybox' ? ['sh', '-n', path] : ['-n', path];
      expect(spawnSync(shell, args, { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
    }
  });

  it.runIf(shellcheck !== null)('is sound, and keeps to what every sh knows', () => {
    const checked = spawnSync(shellcheck ?? '', ['--shell=sh', '--severity=style', path], {
      encoding: 'utf8',
    });
    expect(checked.stdout).toBe('');
    expect(checked.status).toBe(0);
  });
});
