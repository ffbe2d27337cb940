import { expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { fleetForTest } from '../support/fleet-for-test.ts';
import { namesForTest } from '../support/names-for-test.ts';

const names = namesForTest({ 'inside.test': '127.0.0.1', 'outside.test': '127.0.0.1' });

it('a host name that leads outside the networks of the site is not connected to, and its ticks say why', async () => {
  const fleet = await fleetForTest(['press-1', 'press-2']);
  await fleet.start('supervisor');
  await fleet.collector('c1', names);
  const start = async (taskId: string, device: string, host: string, network: string) => {
    const config = fleet.plant.config({ taskId, devices: [device] });
    const devices = config.devices.map((each) => ({
      ...{ ...each, site_code: 'hall-1', site_networks: [network] },
      connection: { ...each.connection, host },
    }));
    await fleet.log.start({ ...config, devices });
  };
  await start('1', 'press-1', 'outside.test', '10.1.0.0/16');
  await start('2', 'press-2', 'inside.test', '127.0.0.0/8');
  await fleet.sampled('2-1', (await fleet.placed('2')).epoch);
  const missed = await eventually(
    async () =>
      (await fleet.log.samples()).find(({ session, values }) => session === '1-1' && values === undefined),
    { what: 'a tick of press-1 without values' },
  );
  expect(JSON.stringify(missed)).toContain('10.1.0.0/16');
  expect(fleet.plant.requests.filter(({ device }) => device === 'press-1')).toEqual([]);
});
