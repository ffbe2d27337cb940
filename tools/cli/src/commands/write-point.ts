import type { ApiClient, Item } from '@holdfast/api-client/api-client.ts';
import { CliError } from '../cli-error.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { record } from '../output/values.ts';
import { say } from '../words/say.ts';
import { valueWord } from '../words/value-words.ts';
import { findItem } from './find-item.ts';

export const writePoint: Command = {
  words: ['points', 'write'],
  about: 'writes_a_point_that_is_marked',
  notes: ['point_is_an_id_or_device', 'with_exit_code_1_nothing'],
  example: 'points write press-1/offset -- -5',
  operands: [{ name: 'POINT' }, { name: 'VALUE', mayBeEmpty: true }],
  options: { reason: { type: 'string', value: 'TEXT', about: 'why_for_the_audit_log' } },
  async run({ api, print }, input) {
    const [point = '', value = ''] = input.operands;
    const { id, ...configured } = await pointNamed(api, point);
    const reason = input.text('reason');
    const done = await api.command<Item>(`/api/acquisition/points/${id}/write/`, {
      value: isText(configured) ? value : parseValue(value),
      ...(reason && { reason }),
    });
    const readBack = record(done.read_back);
    const before = record(done.before);
    const held =
      before.value === undefined || before.value === null ? '' : say('it_held', { value: before.value });
    const holds = readBack.value === undefined ? '' : say('it_holds_now', { value: readBack.value });
    // The printed value already says that the device holds it.
    const detail = done.detail && !(done.outcome === 'written' && holds) ? ` ${done.detail}` : '';
    const outcome = valueWord('write', done.outcome);
    print.report(done, say('point_outcome', { point, outcome }) + held + holds + detail);
    return done.outcome === 'written' ? exitCodes.ok : exitCodes.refused;
  },
};

/** The point named by `DEVICE/POINT`, or by its id: codes of points are only unique within a device. */
async function pointNamed(api: ApiClient, point: string): Promise<Item> {
  if (/^[1-9][0-9]{0,14}$/.test(point)) return api.get<Item>(`/api/config/points/${point}/`);
  const slash = point.lastIndexOf('/');
  if (slash < 1 || slash === point.length - 1) {
    throw new CliError(say('point_is_the_id'), exitCodes.usage);
  }
  const device = await findItem(api, 'device', point.slice(0, slash));
  const code = point.slice(slash + 1);
  const [match] = await api.list('/api/config/points/', { device_id: String(device.id), code }, 1);
  if (match) return match;
  throw new CliError(
    [
      say('there_is_no_point_of_device', { code, device: device.code }),
      say('the_list', { command: `holdfast points list ${device.code}` }),
    ].join('\n'),
    exitCodes.refused,
  );
}

/** Whether the value is sent as typed: as text 007 differs from 7, and a name is text as well. */
function isText({ data_type, enumeration }: Item): boolean {
  return data_type === 'string' || (enumeration !== null && enumeration !== undefined);
}

/** Whole numbers that a double cannot hold are sent as text, which the API takes to the last digit. */
function parseValue(text: string): number | boolean | string {
  if (text === 'true' || text === 'false') return text === 'true';
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) return text;
  const number = Number(text);
  const isExact = !/^[+-]?\d+$/.test(text) || Number.isSafeInteger(number);
  return Number.isFinite(number) && isExact ? number : text;
}
