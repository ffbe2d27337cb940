import { taskCreateSchema } from '@holdfast/shared/contracts/http/configuration-http.ts';
import { validateNewPoint } from '@holdfast/shared/contracts/http/point-http.ts';
import { type Validated, validate } from '@holdfast/shared/judgement/verdict-on-body.ts';
import { inEachLanguage, inLanguage } from '@holdfast/texts/text.ts';
import { describe, expect, it } from 'vitest';
import { bodies } from './bodies.ts';
import { specs } from './specs.ts';

const point = { device_id: 1, code: 'a', table: 'holding_register', address: 0, data_type: 'uint16' };
const device = { code: 'a', host: '10.0.0.1' };
type Judge = (body: unknown) => Validated<unknown>;
const judgePoint: Judge = (body) => {
  const spec = specs.get('modbus_tcp');
  if (!spec) throw new Error('no Modbus');
  return validateNewPoint({ spec, connection: spec.connection.parse({}) }, body);
};
const melsecPoint = { code: 'a', address: 'D100', data_type: 'uint16' };
const judgeMelsec =
  (connection: object = {}): Judge =>
  (body) => {
    const spec = specs.get('melsec');
    if (!spec) throw new Error('no MELSEC');
    const parsed = spec.connection.parse({ host: '10.0.0.1', port: 5_000, ...connection });
    return validateNewPoint({ spec, connection: parsed }, { device_id: 1, ...(body as object) });
  };
const mqttPoint = { code: 'a', topic: 'hall/power', data_type: 'float64' };
const judgeMqtt: Judge = (body) => {
  const spec = specs.get('mqtt');
  if (!spec) throw new Error('no MQTT');
  const connection = spec.connection.parse({ host: 'broker' });
  return validateNewPoint({ spec, connection }, { device_id: 1, ...(body as object) });
};
const mqttDevice = { code: 'a', protocol: 'mqtt', host: 'broker' };
const judgeDevice: Judge = (body) => bodies().devices.judged(body);
const judgeTask: Judge = (body) => validate(taskCreateSchema as never, body);
const task = { code: 'a', period_ms: 1_000 };

describe('a fault in Chinese', () => {
  it.each<[string, Judge, object]>([
    ['nothing', judgePoint, {}],
    ['two types', judgePoint, { ...point, code: 7, scale: 'x', enabled: 1, byte_order: 'QQ' }],
    ['an unknown field', judgePoint, { ...point, adress: 1 }],
    ['the code time', judgePoint, { ...point, code: 'time', scale: 0 }],
    ['no address', judgePoint, { ...point, address: 'x' }],
    ['an address beyond the end', judgePoint, { ...point, address: 70_000 }],
    ['another table', judgePoint, { ...point, address: '30001' }],
    ['a wide coil', judgePoint, { ...point, table: 'coil', data_type: 'float64' }],
    ['the last register', judgePoint, { ...point, address: 65_535, data_type: 'float32' }],
    ['an array at the end', judgePoint, { ...point, address: 65_530, count: 9, code: 'a'.repeat(127) }],
    ['parts', judgePoint, { ...point, bit: 1, byte: 'high', length: 2, encoding: 'ascii' }],
    ['a text without a length', judgePoint, { ...point, data_type: 'string', scale: 2, precision: 1 }],
    [
      'ranges',
      judgePoint,
      {
        ...point,
        valid_min: 9,
        valid_max: 1,
        scale: 2,
        linear: { raw_min: 1, raw_max: 1, eng_min: 0, eng_max: 1 },
      },
    ],
    ['a name beyond the type', judgePoint, { ...point, enumeration: { 99999: 'x' } }],
    ['a name of a fraction', judgePoint, { ...point, data_type: 'float32', enumeration: { 1: 'x' } }],
    ['no names', judgePoint, { ...point, enumeration: {} }],
    ['a written input', judgePoint, { ...point, table: 'input_register', writable: true }],
    [
      'a written bit',
      judgePoint,
      { ...point, data_type: 'bool', bit: 1, writable: true, report: { deadband_absolute: 1 } },
    ],
    ['a written array', judgePoint, { ...point, count: 2, writable: true }],
    ['no PLC address', judgeMelsec(), { ...melsecPoint, address: '40001' }],
    ['no device', judgeMelsec(), { ...melsecPoint, address: 'QQ1' }],
    ['another radix', judgeMelsec({ series: 'fx5' }), { ...melsecPoint, address: 'X9' }],
    ['a number beyond', judgeMelsec(), { ...melsecPoint, address: 'D99999999' }],
    ['a bit of a bit', judgeMelsec(), { ...melsecPoint, address: 'M1.1' }],
    ['a bit beyond', judgeMelsec(), { ...melsecPoint, address: 'D1.16' }],
    ['L by 1E', judgeMelsec({ frame: '1E' }), { ...melsecPoint, address: 'L1', data_type: 'bool' }],
    ['more than a read', judgeMelsec(), { ...melsecPoint, count: 961 }],
    ['a relay of a number', judgeMelsec(), { ...melsecPoint, address: 'M1' }],
    ['a byte', judgeMelsec(), { ...melsecPoint, data_type: 'int8' }],
    ['a PLC text without a length', judgeMelsec(), { ...melsecPoint, data_type: 'string' }],
    [
      'a written bit of a word',
      judgeMelsec(),
      { ...melsecPoint, address: 'D1.1', data_type: 'bool', writable: true },
    ],
    ['a written X', judgeMelsec(), { ...melsecPoint, address: 'X1', data_type: 'bool', writable: true }],
    [
      'octal of a Q',
      judgeDevice,
      { ...device, protocol: 'melsec', port: 5_000, data_code: 'ascii_xy_octal' },
    ],
    ['a # within', judgeMqtt, { ...mqttPoint, topic: 'hall/#/power' }],
    ['a # beside text', judgeMqtt, { ...mqttPoint, topic: 'hall/x#' }],
    ['a + beside text', judgeMqtt, { ...mqttPoint, topic: 'hall/x+' }],
    ['no JSON Pointer', judgeMqtt, { ...mqttPoint, topic: 'hall/power#/~2', time_at: 'ts' }],
    ['a pointer behind a filter', judgeMqtt, { ...mqttPoint, topic: 'hall/#/a' }],
    ['a type that no message has', judgeMqtt, { ...mqttPoint, data_type: 'bcd16' }],
    ['a wide command', judgeMqtt, { ...mqttPoint, command_topic: 'hall/+', command_payload: 'x' }],
    ['a command to nowhere', judgeMqtt, { ...mqttPoint, command_payload: 'x' }],
    ['a written array', judgeMqtt, { ...mqttPoint, writable: true, count: 2 }],
    [
      'a password without a user',
      judgeDevice,
      { ...mqttDevice, password: { secret: 'x' }, tls: { cert: { secret: 'x' } } },
    ],
    ['no name of a secret', judgeDevice, { ...mqttDevice, username: 'a', password: { secret: '/etc/x' } }],
    ['no host', judgeDevice, { ...device, host: '' }],
    ['a host with its port', judgeDevice, { ...device, host: 'http://10.0.0.1:502' }],
    ['a line without a path', judgeDevice, { ...device, protocol: 'modbus_rtu', unit_id: 0 }],
    ['a line that is none', judgeDevice, { ...device, serial: { path: '/dev/ttyS0' } }],
    ['a port beyond', judgeDevice, { ...device, port: 70_000, timeout_ms: 1.5, unit_id: -1 }],
    ['a name of blanks', judgeDevice, { ...device, code: ' a', name: 'a\u0000' }],
    ['a long pause', judgeDevice, { ...device, timeout_ms: 200, profile: { connect_pause_ms: 5_000 } }],
    ['a period of nothing', judgeTask, { ...task, period_ms: 0, device_ids: ['x'] }],
    [
      'limits the wrong way round',
      judgeTask,
      { ...task, max_duration: { soft_seconds: 9, hard_seconds: 1 } },
    ],
    ['no limits', judgeTask, { ...task, max_duration: {} }],
    ['labels', judgeTask, { ...task, required_labels: { 'a=b': 'c' } }],
  ])('is there for %s', (_, judge, body) => {
    const result = judge(body);
    const faults = result.ok ? [] : result.issues.map(({ message }) => message);
    expect(faults).not.toEqual([]);
    const messages = faults.map((fault) => inLanguage(fault, 'zh'));
    expect(messages.filter((message) => !/\p{Script=Han}/u.test(message))).toEqual([]);
    expect(messages.join()).not.toMatch(/\b(must|is|not|expected|cannot|the)\b/);
    expect(faults.map((fault) => inLanguage(fault, 'en')).join()).not.toMatch(/\p{Script=Han}/u);
  });

  it('names what the English one names, in its own order', () => {
    const [, fault] = issuesOf(
      judgePoint({ ...point, table: 'coil', data_type: 'float64', valid_min: 9, valid_max: 1 }),
    );
    expect(fault && inEachLanguage(fault)).toEqual({
      en: '9 is above valid_max, 1',
      zh: '9 大于 valid_max（1）',
    });
    const [first] = issuesOf(judgePoint({ ...point, table: 'coil', data_type: 'float64' }));
    expect(first && inEachLanguage(first)).toEqual({
      en: 'a coil is a single bit: its data_type is bool, not float64',
      zh: '线圈只有一个位：data_type 应为 bool，而不是 float64',
    });
  });

  it('is what zod says in that language, where zod says it', () => {
    const [fault] = issuesOf(judgeTask({ ...task, period_ms: 'x' }));
    expect(fault && inEachLanguage(fault)).toEqual({
      en: 'Invalid input: expected number, received string',
      zh: '无效输入：期望 数字，实际接收 string',
    });
  });
});

const issuesOf = (verdict: Validated<unknown>) =>
  verdict.ok ? [] : verdict.issues.map(({ message }) => message);
