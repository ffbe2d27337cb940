import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { formatApiKey } from '@holdfast/shared/contracts/api-key.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { type ZipEntry, zipArchive } from '../src/spreadsheets/write/zip-archive.ts';
import { apiDatabase } from './api-database.ts';
import { type Answer, type ApiUnderTest, startApi } from './api-under-test.ts';

const bootstrapKey = formatApiKey({ id: '0a1b2c3d', secret: 'x'.repeat(43) });
const imports = '/api/config/imports/';
const small = Buffer.from('device,code\nsaw,a\n');
let api: ApiUnderTest;
let one: string;
let other: string;

beforeAll(async () => {
  const nats = await natsForTest();
  const env = { API_BOOTSTRAP_KEY: bootstrapKey };
  api = await startApi({ nats: nats.url, database: await apiDatabase(), env });
  await api.ready();
  const keyOf = async (name: string): Promise<string> => {
    const answer = await call('POST', '/api/system/keys/', bootstrapKey, { name, role: 'engineer' });
    expect(answer.status).toBe(201);
    return answer.body.key;
  };
  [one, other] = [await keyOf('one'), await keyOf('other')];
});

const call = (method: string, path: string, key: string, body?: object): Promise<Answer> =>
  api.ask(method, path, { key, body });
const send = (body: Buffer, key: string): Promise<Answer> =>
  api.raw(`${imports}?`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: Uint8Array.from(body),
  });

/** The most memory that the API has had so far. */
async function mostMiB(): Promise<number> {
  const status = await readFile(`/proc/${api.process.pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1_024;
}

async function workbook(sheet: string, strings: string): Promise<Buffer> {
  const main = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  const part = (type: string, target: string) =>
    `<Relationship Id="${type}" Type="${main}/${type}" Target="${target}"/>`;
  const parts: Readonly<Record<string, string>> = {
    '_rels/.rels': `<Relationships>${part('officeDocument', 'xl/workbook.xml')}</Relationships>`,
    'xl/workbook.xml':
      '<workbook xmlns:r="x"><sheets><sheet name="s" sheetId="1" r:id="worksheet"/></sheets></workbook>',
    'xl/_rels/workbook.xml.rels': `<Relationships>${part('worksheet', 'sheet.xml')}${part('sharedStrings', 'strings.xml')}</Relationships>`,
    'xl/sheet.xml': `<worksheet><sheetData>${sheet}</sheetData></worksheet>`,
    'xl/strings.xml': `<sst>${strings}</sst>`,
  };
  const entries = async function* (): AsyncGenerator<ZipEntry> {
    for (const [name, text] of Object.entries(parts)) {
      yield {
        name,
        content: (async function* () {
          yield text;
        })(),
      };
    }
  };
  return buffer(zipArchive(entries()));
}

it('small workbooks that unpack to much are refused by their cells, and cost the API little memory', async () => {
  const text = (length: number) => `<t>${'x'.repeat(length)}</t>`;
  const cell = await workbook(`<row><c t="inlineStr"><is>${text(98_000_000)}</is></c></row>`, '');
  const row = `<row>${'<c t="s"><v>0</v></c>'.repeat(100)}</row>`;
  const shared = await workbook(row.repeat(1_600), `<si>${text(3_000)}</si>`);
  expect(Math.max(cell.length, shared.length)).toBeLessThan(1_000_000);
  const before = await mostMiB();
  const answers = await Promise.all([
    send(cell, one),
    send(cell, other),
    send(shared, one),
    send(shared, other),
  ]);
  const refused = (cell: string) => ({
    ...{ status: 422, body: { code: 'import_refused', detail: expect.stringContaining(`ell ${cell} `) } },
  });
  expect(answers).toMatchObject([refused('A1'), refused('A1'), refused('V1'), refused('V1')]);
  expect((await mostMiB()) - before).toBeLessThan(200);
});

it("many lists of one engineer leave another's in place", async () => {
  const ownImport = await send(small, one);
  expect(ownImport.status).toBe(201);
  const first = await send(small, other);
  for (let count = 0; count < 10; count += 1) expect((await send(small, other)).status).toBe(201);
  expect(await call('GET', `${imports}${ownImport.body.id}/`, one)).toMatchObject({ status: 200 });
  expect(await call('GET', `${imports}${first.body.id}/`, other)).toMatchObject({
    ...{ status: 404, body: { code: 'import_not_found', detail: expect.stringContaining('last 10') } },
  });
});

it('a third list of one engineer at once is refused before it is received, until one of them is over', async () => {
  const uploads = [0, 1, 2].map(() => {
    const headers = {
      authorization: `Bearer ${one}`,
      'content-type': 'text/csv',
      'content-length': 1_000_000,
    };
    const upload = httpRequest(`${api.url}${imports}`, { method: 'POST', headers });
    onTestFinished(() => void upload.destroy());
    upload.on('error', () => undefined);
    upload.write('device,code\n');
    return upload;
  });
  const answers = uploads.map(async (upload) => {
    const [response] = (await once(upload, 'response')) as [IncomingMessage];
    return { upload, status: response.statusCode, retryAfter: response.headers['retry-after'] };
  });
  const refused = await Promise.race(answers);
  expect(refused).toMatchObject({ status: 429, retryAfter: '5' });
  expect((await send(small, other)).status).toBe(201);
  for (const upload of uploads) upload.destroy();
  await eventually(async () => (await send(small, one)).status === 201, { what: 'a list to be read again' });
  await Promise.allSettled(answers);
});
