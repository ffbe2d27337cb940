import { demoDeviceCodes } from '@holdfast/plant/workshop.ts';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { openPage } from '../support/browser-for-test.ts';
import { type EmptyPlant, startEmptyPlant } from './empty-plant.ts';

let plant: EmptyPlant;

beforeAll(async () => {
  plant = await startEmptyPlant();
}, 240_000);

describe.skipIf(inject('installedServers').chromium === null)('the demo', () => {
  it('is one click away from an empty installation', async () => {
    const { page, complaints } = await openPage(`${plant.rest.url}/console/first-run`);
    await page.getByRole('button', { name: 'Start the demo' }).click();
    const session = page.getByRole('complementary');
    await session.getByText('Read as planned.').waitFor();
    // The five devices that answer do not push this event out.
    await session.getByText('c1 took it').waitFor();
    const { results } = (await plant.rest.get('/api/config/devices/')).body;
    expect(results.map(({ code }: { code: string }) => code).toSorted()).toEqual(demoDeviceCodes.toSorted());
    const { page: next } = await openPage(`${plant.rest.url}/console/first-run`);
    await next.getByRole('heading', { name: 'Add a device' }).waitFor();
    expect(await next.getByRole('button', { name: 'Start the demo' }).count()).toBe(0);
    expect(complaints).toEqual([]);
  });
});
