import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CliError } from '../cli-error.ts';
import { type Command, timeForms } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { say } from '../words/say.ts';

const kilobyte = 1_024;

export const exportValues: Command = {
  words: ['values', 'export'],
  about: 'Stored values of points as CSV or XLSX, every one or an interval, however long the time is.',
  operands: [{ name: 'POINT', isOptional: true, isMany: true }],
  options: {
    device: { type: 'string', value: 'DEVICE', about: 'all points of this device', multiple: true },
    from: { type: 'string', value: 'TIME', about: `${timeForms}; a day ago unless set` },
    to: { type: 'string', value: 'TIME', about: 'likewise; now unless set' },
    interval: {
      type: 'string',
      value: 'LENGTH',
      about: 'mean, min, max, last and count of each (30s, 15m, 1h, 1d) instead of every value',
    },
    zone: {
      type: 'string',
      value: 'ZONE',
      about: 'clock of the times, such as Asia/Shanghai; that of the plant unless set',
    },
    format: { type: 'string', value: 'FORMAT', about: 'csv (unless set) or xlsx', choices: ['csv', 'xlsx'] },
    output: {
      type: 'string',
      value: 'FILE',
      about: 'into this file instead of stdout; it is there when it is whole',
    },
  },
  async run({ api, print, stopping }, input) {
    const file = input.text('output');
    const query = {
      point: [...input.operands],
      device: [...input.texts('device')],
      ...{ start_time: input.time('from'), end_time: input.time('to'), interval: input.text('interval') },
      ...{ time_zone: input.text('zone'), format: input.text('format') },
    };
    const { body } = await api.open('/api/exports/values/', query, {});
    if (!body) return;
    const progress = print.progress('kB written');
    let bytes = 0;
    const counted = new Transform({
      transform(chunk: Uint8Array, _encoding, done) {
        bytes += chunk.length;
        if (file !== undefined) progress.at(Math.floor(bytes / kilobyte));
        done(null, chunk);
      },
    });
    const source = Readable.fromWeb(body);
    const unfinished = `${file}.unfinished`;
    const target = file === undefined ? process.stdout : createWriteStream(unfinished, { mode: 0o600 });
    try {
      await pipeline(source, counted, target, { signal: stopping, end: file !== undefined });
      if (file !== undefined) await rename(unfinished, file);
    } catch (error) {
      if (file !== undefined) await rm(unfinished, { force: true });
      const why = error instanceof Error ? error.message : String(error);
      throw new CliError(
        `${say('The export broke off: nothing of it is kept.')} ${why}`,
        exitCodes.unreachable,
        {
          cause: error,
        },
      );
    } finally {
      progress.end();
    }
    if (file !== undefined) print.note(`${file}: ${Math.ceil(bytes / kilobyte)} kB`);
  },
};
