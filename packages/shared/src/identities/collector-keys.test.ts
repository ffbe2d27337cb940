import { writeFile } from 'node:fs/promises';
import { temporaryFolder } from '@holdfast/test/support/temporary-folder.ts';
import { expect, it } from 'vitest';
import { collectorFile, collectorKeys, writeCollectorKey } from './collector-keys.ts';
import { replaceFile } from './replace-file.ts';

it('a file that a killed process left unfinished is taken for no collector', async () => {
  const root = await temporaryFolder('secrets');
  expect([...(await collectorKeys(root))]).toEqual([]);
  await writeCollectorKey(root, 'hall-1', { kind: 'trusted', nkey: 'UKEY' });
  await writeFile(collectorFile(root, 'hall-1.4711'), '');
  await writeFile(collectorFile(root, 'hall-2.4711'), '{"kind":"trusted","nkey":"UOTHER"}');
  expect([...(await collectorKeys(root))]).toEqual([['hall-1', { kind: 'trusted', nkey: 'UKEY' }]]);
});

it('a collector without a key is refused with what to do', async () => {
  const root = await temporaryFolder('secrets');
  await replaceFile(collectorFile(root, 'hall-3'), '\n', 0o400);
  await expect(collectorKeys(root)).rejects.toThrow(
    /collectors.hall-3 holds no key: identity\.mjs revoke hall-3/,
  );
});
