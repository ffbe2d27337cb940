import type { BlockReading, Extent } from '@holdfast/driver/blocks/block.ts';
import type { Device } from '@holdfast/driver/device.ts';
import { inHexadecimal } from '@holdfast/driver/values/in-hexadecimal.ts';
import { quoted } from '@holdfast/texts/text.ts';
import type { MelsecConnection } from '../layout/connection.ts';
import { deviceOf, type PlcDevice, plcDevices } from '../layout/devices.ts';
import { showPlace } from '../layout/notation.ts';
import type { MelsecPlace } from '../layout/place.ts';
import { placeOf, valueExtent, widthOf } from '../layout/plc-extent.ts';
import { readLimits } from '../layout/read-limits.ts';
import type { McRequest } from '../layout/requests.ts';
import { plcDecoder } from '../values/plc-value.ts';
import { writeCommand } from './write-command.ts';

/** The areas of a PLC are its devices, each of words or of bits. */
export function melsecReading({
  code,
  connection,
}: Pick<Device<MelsecConnection>, 'code' | 'connection'>): BlockReading<MelsecPlace> {
  const { series } = connection;
  const limits = readLimits(connection);
  const show = (area: string, number: number) =>
    showPlace({ device: knownDevice(area), number, bit: undefined }, series);
  return {
    code,
    key: `${series} ${limits.words} ${limits.bits}`,
    areas: plcDevices.map(({ symbol }) => symbol),
    extent: (point) => {
      const place = placeOf(point, series);
      return { area: place.device.symbol, start: place.number, count: widthOf(point, place) };
    },
    valueExtent: (point, index) => valueExtent(point, placeOf(point, series), index),
    limit: (area) =>
      knownDevice(area).unit === 'word'
        ? { most: limits.words, setting: 'max_words', unit: 'words' }
        : { most: limits.bits, setting: 'max_bits', unit: 'bits' },
    decoder: (point) => plcDecoder(point, placeOf(point, series)),
    request: ({ area, start, count }: Extent): McRequest => ({
      ...{ route: connection, device: knownDevice(area), number: start, count },
    }),
    inWords: ({ area, start, count }) =>
      quoted(count === 1 ? show(area, start) : `${show(area, start)}-${show(area, start + count - 1)}`),
    describe: ({ area, start, count }) => ({ address: show(area, start), count }),
    rawInWords: (area, cells) => inHexadecimal(knownDevice(area).unit === 'bit' ? cells.map(Boolean) : cells),
    command: (point, value) => writeCommand(point, value, connection),
  };
}

function knownDevice(symbol: string): PlcDevice {
  const device = deviceOf(symbol);
  if (!device) throw new RangeError(`no device is called ${symbol}`);
  return device;
}
