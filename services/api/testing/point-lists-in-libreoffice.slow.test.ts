import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { temporaryFolder } from '@holdfast/test/support/temporary-folder.ts';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { gb18030 } from '../src/spreadsheets/write/gb18030.ts';
import { apiDatabase } from './api-database.ts';
import { startApiInProcess } from './api-in-process.ts';
import type { ApiClient } from './api-under-test.ts';
import { makeListedPoints } from './listed-points.ts';

const { libreOffice } = inject('installedServers');

describe.runIf(libreOffice !== null)('points in a workbook that LibreOffice opens', () => {
  let api: ApiClient;
  let points: number;
  beforeAll(async () => {
    const nats = await natsForTest();
    api = await startApiInProcess({ nats: nats.url, database: await apiDatabase() });
    await api.ready();
    points = await makeListedPoints(api);
  });

  /** @param to a format as `--convert-to` takes it */
  async function savedAs(
    to: string,
    from: { readonly name: string; readonly bytes: Buffer },
    ...options: readonly string[]
  ): Promise<Buffer> {
    const folder = await temporaryFolder('office');
    const path = join(folder, from.name);
    await writeFile(path, from.bytes);
    // Uses its own profile, because only one office can run for each.
    const profile = `-env:UserInstallation=file://${join(folder, 'profile')}`;
    const out = join(folder, 'out');
    await promisify(execFile)(libreOffice ?? '', [
      profile,
      '--headless',
      ...options,
      '--convert-to',
      to,
      '--outdir',
      out,
      path,
    ]);
    return readFile(join(out, `${from.name.split('.')[0]}.${to.split(':')[0]}`));
  }
  async function exported(query: string): Promise<Buffer> {
    const answer = await fetch(`${api.url}/api/exports/points/?${query}`);
    expect(answer.status).toBe(200);
    return Buffer.from(await answer.arrayBuffer());
  }
  const send = (list: Buffer, query = '') =>
    api.raw(`/api/config/imports/?${query}`, { method: 'POST', body: Uint8Array.from(list) });
  async function expectTheSame(list: Buffer): Promise<void> {
    const preview = await send(list, 'mode=replace');
    const { faults, counts, questions } = preview.body;
    expect([faults, counts, questions]).toEqual([
      [],
      { same: points, changed: 0, new: 0, missing: 0, fault: 0, skipped: 0 },
      [],
    ]);
  }
  // The filter options mean: commas, double quotes, UTF-8, from the first line on.
  const csv = 'csv:Text - txt - csv (StarCalc):44,34,76,1';

  it.each(['en', 'zh'])(
    'come back as they are once it has saved it, as a workbook or as CSV: headers in %s',
    async (language) => {
      const list = { name: 'points.xlsx', bytes: await exported(`format=xlsx&language=${language}`) };
      await expectTheSame(await savedAs('xlsx', list));
      await expectTheSame(await savedAs(csv, list));
    },
  );

  it('are the same where it made the workbook of a list in GBK, with numbers where it sees some', async () => {
    const list = [
      '设备,点位,名称,地址,数据类型,字节序,系数,单位',
      'press,oil_temp,油温,40101,浮点数,CDAB,0.1,℃',
      'press,running,运行,00102,BOOL,,,',
      'press,shots,"模数, 总",40105,UINT32,CDAB,1,次',
    ];
    const bytes = gb18030(`${list.join('\r\n')}\r\n`);
    const preview = await send(bytes);
    expect([preview.body.faults, preview.body.counts]).toMatchObject([[], { new: 3 }]);
    expect(await api.post(`/api/config/imports/${preview.body.id}/apply/`)).toMatchObject({ status: 200 });
    // Commas, double quotes, GB18030 (number 85); columns as they are, except addresses as text, since 00102 would
    // become 102.
    const filter = '--infilter=Text - txt - csv (StarCalc):44,34,85,1,4/2';
    const workbook = await savedAs('xlsx', { name: 'list.csv', bytes }, filter);
    const again = await send(workbook);
    expect([again.body.faults, again.body.counts]).toMatchObject([[], { same: 3, new: 0, changed: 0 }]);
  });
});
