import { writeFile } from 'node:fs/promises';
import { temporaryFolder } from '@holdfast/test/support/temporary-folder.ts';
import { expect, it } from 'vitest';
import { collectorFile, collectorKeys, replaceFile } from './identity-files.ts';

it('a file that a killed process left unfinished is taken for no collector', async () => {
  const root = await temporaryFolder('secrets');
  expect(await collectorKeys(root)).toEqual([]);
  await replaceFile(collectorFile(root, 'hall-1'), 'UKEY trusted', 0o400);
  await writeFile(collectorFile(root, 'hall-1.4711'), '');
  await writeFile(collectorFile(root, 'hall-2.4711'), 'UOTHER');
  expect(await collectorKeys(root)).toEqual([{ id: 'hall-1', nkey: 'UKEY', isTrusted: true }]);
});

it('a collector without a key is refused with what to do', async () => {
  const root = await temporaryFolder('secrets');
  await replaceFile(collectorFile(root, 'hall-3'), '\n', 0o400);
  await expect(collectorKeys(root)).rejects.toThrow(
    /collectors.hall-3 holds no key: identity\.mjs revoke hall-3/,
  );
});
