import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Simulator } from './simulator.ts';

const root = new URL('../../../', import.meta.url);

/**
 * Folders of the simulators, relative to the project's. They are found in the drivers' folders; they need not be named.
 */
export function simulatorFolders(): readonly string[] {
  return readdirSync(new URL('drivers/', root))
    .map((driver) => `drivers/${driver}/simulator/src`)
    .filter((folder) => existsSync(fileURLToPath(new URL(`${folder}/simulator.ts`, root))))
    .toSorted();
}

/** The simulator of every driver that brings one. */
export async function findSimulators(): Promise<readonly Simulator[]> {
  const loaded: { readonly simulator: Simulator }[] = await Promise.all(
    simulatorFolders().map((folder) => import(new URL(`${folder}/simulator.ts`, root).href)),
  );
  return loaded.map(({ simulator }) => simulator);
}
