import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Fault } from './fault.ts';
import { crc16 } from './framing/rtu-framing.ts';
import { type Plant, type PlantConfig, startPlant } from './plant.ts';
import { type RawClient, rawTcpClient } from './testing/raw-client.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const tables = { holding_register: new Map([[10, 0x1234]]) };

async function plantOf(config: PlantConfig): Promise<{ plant: Plant; client: () => Promise<RawClient> }> {
  const plant = await startPlant({ host: '127.0.0.1', config });
  cleanUps.push(() => plant.stop());
  const client = async (): Promise<RawClient> => {
    const client = await rawTcpClient(plant.endpoints[0]?.port ?? 0);
    cleanUps.push(() => client.close());
    return client;
  };
  return { plant, client };
}

async function tcpDevice(faults: readonly Fault[] = []) {
  return plantOf({ devices: [{ code: 'press', unitId: 3, tables, faults }] });
}

const ask = '0102 0000 0006 03 03 000a 0001';
const sound = '010200000005030302' + '1234';

async function rtuDevice() {
  const unit = { code: 'press', unitId: 3, tables };
  return plantOf({ endpoints: [{ name: 'line', protocol: 'modbus_rtu_over_tcp', units: [unit] }] });
}

function withCrc(hex: string): string {
  const bytes = Buffer.from(hex.replaceAll(' ', ''), 'hex');
  const crc = Buffer.alloc(2);
  crc.writeUInt16LE(crc16(bytes));
  return Buffer.concat([bytes, crc]).toString('hex');
}

const askRtu = withCrc('03 03 000a 0001');
const soundRtu = withCrc('03 03 02 1234');

describe('a raw client of a Modbus TCP device', () => {
  it.each<[Fault, string]>([
    [{ kind: 'exception', code: 4 }, '010200000003038304'],
    [{ kind: 'busy' }, '010200000003038306'],
    [{ kind: 'busy', code: 5 }, '010200000003038305'],
    [{ kind: 'slow', delay_ms: 1, jitter_ms: 2 }, sound],
    [{ kind: 'late_reply', delay_ms: 5 }, sound],
    [{ kind: 'doubled' }, sound + sound],
    [{ kind: 'doubled', delay_ms: 5 }, sound + sound],
    [{ kind: 'wrong_unit' }, '010200000005040302' + '1234'],
    [{ kind: 'wrong_unit', unit_id: 0 }, '010200000005000302' + '1234'],
    [{ kind: 'wrong_transaction' }, '010300000005030302' + '1234'],
    [{ kind: 'wrong_length', bytes: 2 }, '010200000007030304' + '12340000'],
    [{ kind: 'wrong_length' }, '0102000000030303' + '00'],
    [{ kind: 'truncated', bytes: 8 }, '0102000000050303'],
    [{ kind: 'garbage' }, Buffer.from('HTTP/1.1 400').toString('hex')],
  ])('sees of %j exactly what it says, and then a sound device', async (fault, expected) => {
    const { plant, client } = await tcpDevice();
    plant.setFault('press', fault);
    const faulty = await client();
    faulty.send(ask);
    expect(await faulty.read(expected.length / 2)).toBe(expected);
    plant.clearFault('press');
    const after = await client();
    after.send(ask);
    expect(await after.read(11)).toBe(sound);
  });

  it('gets a reply that was held in front of the next one', async () => {
    const { plant, client } = await tcpDevice();
    plant.setFault('press', { kind: 'late_reply' });
    const one = await client();
    one.send(ask);
    one.send('0103 0000 0006 03 03 000a 0001');
    expect(await one.read(11)).toBe(sound);
    plant.clearFault('press');
    one.send('0104 0000 0006 03 03 000a 0001');
    expect(await one.read(11)).toMatch(/^0103/);
    expect(await one.read(11)).toMatch(/^0104/);
  });

  it('is reset where the fault is a reset', async () => {
    const { plant, client } = await tcpDevice();
    plant.setFault('press', { kind: 'reset' });
    const one = await client();
    one.send(ask);
    await one.closed;
    await expect(one.read(1)).rejects.toThrow('ended after');
  });

  it('hears nothing on a half-open connection, not even after it has ended its own side', async () => {
    const { plant, client } = await tcpDevice();
    plant.setFault('press', { kind: 'half_open' });
    const dead = await client();
    dead.send(ask);
    // The plant has taken the request once a second one gets no answer while a new connection does.
    while (plant.openConnections('press') === 0) await new Promise(setImmediate);
    const second = await client();
    second.send(ask);
    plant.clearFault('press');
    const fresh = await client();
    fresh.send(ask);
    expect(await fresh.read(11)).toBe(sound);
    dead.stream.end();
    dead.send(ask);
    fresh.send(ask);
    expect(await fresh.read(11)).toBe(sound);
    expect(dead.unread()).toBe(0);
    expect(dead.stream.readableEnded).toBe(false);
  });

  it('is refused, its connection reset, and finds the same port again', async () => {
    const { plant, client } = await tcpDevice();
    const one = await client();
    plant.setFault('press', { kind: 'refuse_connections' });
    await one.closed;
    await expect(client()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    plant.clearFault('press');
    const again = await untilConnected(client);
    again.send(ask);
    expect(await again.read(11)).toBe(sound);
  });

  it('is refused as long as the fault’s schedule says, from the start', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
    cleanUps.push(() => vi.useRealTimers());
    const { client } = await tcpDevice([{ kind: 'refuse_connections', for: '300ms' }]);
    vi.advanceTimersByTime(299);
    await expect(client()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    vi.advanceTimersByTime(1);
    const one = await untilConnected(client);
    one.send(ask);
    expect(await one.read(11)).toBe(sound);
  });

  it.each(['close', 'ignore', 'replace'] as const)('next to another one: %s', async (others) => {
    const { plant, client } = await tcpDevice();
    plant.setFault('press', { kind: 'single_connection', others });
    const first = await client();
    first.send(ask);
    expect(await first.read(11)).toBe(sound);
    const second = await client();
    if (others === 'replace') {
      await first.closed;
      second.send(ask);
      expect(await second.read(11)).toBe(sound);
      return;
    }
    second.send(ask);
    if (others === 'close') {
      await expect(second.read(1)).rejects.toThrow('ended');
      await second.closed;
    }
    first.send(ask);
    expect(await first.read(11)).toBe(sound);
    expect(second.unread()).toBe(0);
    expect(second.stream.destroyed).toBe(others === 'close');
  });

  it('meets a fault with a probability now and then, the same way at every start', async () => {
    const course = async (): Promise<string> => {
      const { client } = await tcpDevice([{ kind: 'exception', code: 6, probability: 0.5 }]);
      const one = await client();
      let replies = '';
      for (let request = 0; request < 20; request++) {
        one.send(ask);
        const isFaulty = (await one.read(9)).endsWith('8306');
        if (!isFaulty) await one.read(2);
        replies += isFaulty ? 'x' : '.';
      }
      return replies;
    };
    const first = await course();
    expect(first).toMatch(/x/);
    expect(first).toMatch(/\./);
    expect(await course()).toBe(first);
  });
});

async function untilConnected(client: () => Promise<RawClient>): Promise<RawClient> {
  for (;;) {
    try {
      return await client();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') throw error;
    }
  }
}

describe('a raw client of RTU frames', () => {
  it('is answered in frames with a check sum, also behind noise and in pieces', async () => {
    const { client } = await rtuDevice();
    const one = await client();
    one.send(askRtu);
    expect(await one.read(7)).toBe(soundRtu);
    one.send('ff00');
    one.send(askRtu.slice(0, 6));
    one.send(askRtu.slice(6));
    expect(await one.read(7)).toBe(soundRtu);
    // The noise looks like a long write: only silence shows that it is none.
    one.send(`03 10 0000 0001 f0${askRtu}`);
    expect(await one.read(7)).toBe(soundRtu);
    one.send(withCrc('03 63'));
    expect(await one.read(5)).toBe(withCrc('03 e3 01'));
  });

  it.each<[Fault, RegExp]>([
    [{ kind: 'crc_error' }, new RegExp(`^(?!${soundRtu})${soundRtu.slice(0, 12)}..$`)],
    [{ kind: 'noise', before: 3, after: 2 }, new RegExp(`^.{6}${soundRtu}.{4}$`)],
    [{ kind: 'echo' }, new RegExp(`^${askRtu}${soundRtu}$`)],
    [{ kind: 'truncated' }, new RegExp(`^${soundRtu.slice(0, 8)}$`)],
  ])('sees of %j exactly what it says', async (fault, expected) => {
    const { plant, client } = await rtuDevice();
    plant.setFault('press', fault);
    const one = await client();
    one.send(askRtu);
    const length = { crc_error: 7, noise: 12, echo: 15, truncated: 4 }[fault.kind as 'echo'];
    expect(await one.read(length)).toMatch(expected);
  });

  it('hears nothing of a unit that is not there, and of none after a broadcast', async () => {
    const { client } = await rtuDevice();
    const one = await client();
    one.send(withCrc('04 03 000a 0001'));
    one.send(withCrc('00 03 000a 0001'));
    one.send(askRtu);
    expect(await one.read(7)).toBe(soundRtu);
    expect(one.unread()).toBe(0);
  });
});

describe('a gateway', () => {
  async function gateway() {
    return plantOf({
      endpoints: [
        {
          name: 'gateway',
          protocol: 'modbus_tcp',
          unitTimeoutMs: 40,
          units: [
            { code: 'dead', unitId: 1, tables, faults: [{ kind: 'silence' }] },
            { code: 'alive', unitId: 2, tables },
          ],
        },
      ],
    });
  }

  it('answers for a dead unit with exception 11, and keeps the others waiting until then', async () => {
    const { client } = await gateway();
    const one = await client();
    one.send('0001 0000 0006 01 03 000a 0001');
    one.send('0002 0000 0006 02 03 000a 0001');
    expect(await one.read(9)).toBe('00010000000301830b');
    expect(await one.read(11)).toBe('000200000005020302' + '1234');
  });

  it('can be broken as a whole', async () => {
    const { plant, client } = await gateway();
    plant.setFault({ endpoint: 'gateway' }, { kind: 'exception', code: 10 });
    const one = await client();
    one.send('0002 0000 0006 02 03 000a 0001');
    expect(await one.read(9)).toBe('00020000000302830a');
  });
});

it('a fault that a protocol cannot have is refused with the reason', async () => {
  const { plant } = await tcpDevice();
  expect(() => plant.setFault('press', { kind: 'crc_error' })).toThrow('needs RTU framing');
  expect(() => plant.setFault('press', { kind: 'silence', every: '5s' })).toThrow('every needs for');
  expect(() => plant.setFault('press', { kind: 'refuse_connections', probability: 0.5 })).toThrow(
    'takes no probability',
  );
  const { plant: line } = await rtuDevice();
  expect(() => line.setFault('press', { kind: 'wrong_transaction' })).toThrow('needs Modbus TCP');
});
