import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { temporaryFolder } from '@holdfast/test/support/temporary-folder.ts';
import { expect, it } from 'vitest';

const cli = fileURLToPath(new URL('./cli.ts', import.meta.url));

it('a plant next to another simulator is advised to have its calls for faults at another port', async () => {
  const file = join(await temporaryFolder('plant'), 'plant.yaml');
  await writeFile(
    file,
    JSON.stringify({ endpoints: [{ protocol: 'mqtt', devices: [{ device: 'a', topic: 'a', values: {} }] }] }),
  );
  const other = createServer();
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const played = promisify(execFile)(process.execPath, [cli, '--control-port', String(port), file]);
  await expect(played).rejects.toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(`^Port ${port} .*--control-port 0 takes a free one`),
  });
  other.close();
});
