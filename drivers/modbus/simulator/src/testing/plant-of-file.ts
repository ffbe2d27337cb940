import { parsePlantFile } from '@holdfast/plant/plant-file/read-plant-file.ts';
import type { PlantConfig } from '../plant-config.ts';
import type { PreparedModbus } from '../plant-file/prepare-endpoints.ts';
import { simulator } from '../simulator.ts';

/** The plant of a file that has only Modbus devices. */
export function plantOfFile(
  yaml: string,
  { file = 'plant.yaml', startedAtMs = Date.now() } = {},
): { readonly host: string; readonly config: PlantConfig } {
  const { host, parts } = parsePlantFile(yaml, { file, startedAtMs, simulators: [simulator] });
  const [part] = parts;
  if (!part) throw new Error('the file has no device');
  return { host, config: (part.prepared as PreparedModbus).config };
}
