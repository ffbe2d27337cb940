import { readFileSync } from 'node:fs';

/**
 * A setting from the command line, or else from the environment: `NAME`, or the file that `NAME_FILE` names.
 * @throws when that file cannot be read
 */
export function givenOrAround(
  given: string | undefined,
  name: 'NATS_URL' | 'NATS_NKEY_SEED' | 'DATABASE_URL' | 'SAMPLE_STORE' | 'HOLDFAST_LANG',
): string | undefined {
  if (given !== undefined) return given;
  // biome-ignore lint/style/noProcessEnv: a program of its own, which has no other settings
  const { [name]: value, [`${name}_FILE`]: file } = process.env;
  return (file ? readFileSync(file, 'utf8').trim() : value) || undefined;
}
