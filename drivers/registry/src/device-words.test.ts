import { DriverFailure } from '@holdfast/driver/failure.ts';
import { driverText } from '@holdfast/driver/texts.ts';
import { collectorText } from '@holdfast/shared/contracts/words/collector-texts.ts';
import { inEachLanguage, inLanguage, type Text } from '@holdfast/texts/text.ts';
import { describe, expect, it } from 'vitest';
import { bodies } from './bodies.ts';
import { specs } from './specs.ts';

// Loads the texts of all drivers, as every service does that shows them.
const isLoaded = specs.size > 0 && bodies() !== undefined;

const silent = driverText('no_answer_within', { ms: 400 });
const refused: Text = { code: 'modbus.exception_illegal_address', params: { code: 2 } };
const block: Text = {
  code: 'modbus.block_of_unit',
  params: { unit: 1, table: { code: 'modbus.name_holding_register' }, from: 0, to: 9 },
};

describe('what a collector says of a device', () => {
  it.each<[Text, string, string]>([
    [silent, 'no answer within 400 ms', '400 毫秒内没有应答'],
    [
      driverText('of_request', { device: 'press-1', request: block, why: refused }),
      'press-1 unit 1 holding_register 0-9: exception 2: illegal data address',
      'press-1 站号 1 保持寄存器 0-9：异常码 2：数据地址无效',
    ],
    [
      collectorText('each_of', {
        texts: [
          driverText('of_point', { point: 'oil, flow', why: refused }),
          driverText('of_point', { point: 'level', why: silent }),
        ],
      }),
      'oil, flow: exception 2: illegal data address; level: no answer within 400 ms',
      'oil, flow：异常码 2：数据地址无效；level：400 毫秒内没有应答',
    ],
    [
      collectorText('not_asked_next_try', {
        count: '2.0',
        why: driverText('connection_refused', { address: '10.0.0.1:502' }),
      }),
      'not asked, next try in 2.0 s after: connect ECONNREFUSED 10.0.0.1:502',
      '暂不请求，2.0 秒后重试，此前：连接 10.0.0.1:502 被拒绝（ECONNREFUSED）',
    ],
    [
      collectorText('after_tries', {
        why: collectorText('also_after_retries', {
          why: { code: 'modbus.exception_busy', params: { code: 6 } },
          count: 2,
        }),
        count: 3,
      }),
      'exception 6: server device busy, also after 2 retries (its busy_retries) (3 tries)',
      '异常码 6：设备忙，重试 2 次（busy_retries）后仍然如此（已尝试 3 次）',
    ],
    [
      collectorText('two_sentences', {
        one: collectorText('write_not_confirmed', { why: silent }),
        other: collectorText('device_holds_the_value'),
      }),
      'The device did not confirm it (no answer within 400 ms). The device holds the value.',
      '设备未确认写入（400 毫秒内没有应答）。设备中已是该数值。',
    ],
    [
      driverText('narrowing', { device: 'press-1', request: block, why: refused }),
      'press-1 unit 1 holding_register 0-9: exception 2: illegal data address; which part of it is being found out',
      'press-1 站号 1 保持寄存器 0-9：异常码 2：数据地址无效；正在查明是其中哪一部分',
    ],
  ])('%j', (text, en, zh) => {
    expect(isLoaded).toBe(true);
    expect(inEachLanguage(text)).toEqual({ en, zh });
  });

  it('is English in the message of its error, which logs show', () => {
    expect(new DriverFailure('timeout', silent).message).toBe('no answer within 400 ms');
  });

  it('says at least what it names, where a newer collector says what this release does not know', () => {
    const text = { code: 'modbus.new_trouble', params: { point: 'oil', why: silent } };
    expect(inLanguage(text, 'zh')).toBe('modbus.new_trouble oil 400 毫秒内没有应答');
  });
});
