import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chineseCollectorSentences } from '@holdfast/shared/contracts/words/collector-sentences.ts';
import { describe, expect, it } from 'vitest';
import { faultInChinese } from './fault-words.ts';
import { specs } from './specs.ts';

describe('what a collector says of a device, in Chinese', () => {
  it.each([
    ['no answer within 400 ms', '400 毫秒内没有应答'],
    ['127.0.0.1:502 unit 3', '127.0.0.1:502 站号 3'],
    [
      'press-1 unit 1 holding_register 0-9: exception 2: illegal data address',
      'press-1 站号 1 保持寄存器 0-9：异常码 2：数据地址无效',
    ],
    [
      'oil, flow: exception 2: illegal data address; press-1 unit 1 coil 4-4: no answer within 400 ms',
      'oil, flow：异常码 2：数据地址无效；press-1 站号 1 线圈 4-4：400 毫秒内没有应答',
    ],
    [
      'oil: exception 2: illegal data address, flow: exception 4: server device failure',
      'oil：异常码 2：数据地址无效，flow：异常码 4：设备故障',
    ],
    [
      'not asked, next try in 2.0 s after: press-1 unit 1 coil 4-4: connect ECONNREFUSED 10.0.0.1:502',
      '暂不请求，2.0 秒后重试，此前：press-1 站号 1 线圈 4-4：连接 10.0.0.1:502 被拒绝（ECONNREFUSED）',
    ],
    [
      'exception 6: server device busy, also after 2 retries (its busy_retries) (3 tries)',
      '异常码 6：设备忙，重试 2 次（busy_retries）后仍然如此（已尝试 3 次）',
    ],
    [
      "no answer within 400 ms, the device's timeout_ms, though it answers others",
      '400 毫秒内没有应答（设备的 timeout_ms），而设备对其他请求有应答',
    ],
    [
      "not read: the time of the test was over; before that: no answer within 400 ms, the device's timeout_ms",
      '未读取：测试时间已到；此前：400 毫秒内没有应答（设备的 timeout_ms）',
    ],
    [
      'The device did not confirm it (press-1 setpoint: no answer within 400 ms). The device holds the value.',
      '设备未确认写入（press-1 setpoint：400 毫秒内没有应答）。设备中已是该数值。',
    ],
    [
      'The device did not confirm it (a b: no answer). It could not be read back: no answer within 400 ms.',
      '设备未确认写入（a b：没有应答）。未能读回：400 毫秒内没有应答。',
    ],
    [
      'The device holds another value: it limits or clears it, or somebody else wrote.',
      '设备中是另一个数值：设备对其作了限幅或清除，或有其他人写入。',
    ],
    ['no answer within 400 ms; received 3 bytes: 010203', '400 毫秒内没有完整的应答；收到 3 字节：010203'],
    [
      'meter-1: tls.key is not the key of tls.cert (ERR_OSSL_X509_KEY_VALUES_MISMATCH)',
      'meter-1：tls.key 与 tls.cert 不匹配（ERR_OSSL_X509_KEY_VALUES_MISMATCH）',
    ],
    [
      '10.2.0.5 is in none of the networks of site hall-1 (10.1.0.0/16)',
      '10.2.0.5 不在站点 hall-1 的网段内（10.1.0.0/16）',
    ],
    [
      'the secret mqtt is not for 10.2.0.5:1883, only for a:1, b: bindings.json names its hosts',
      '密钥 mqtt 不供 10.2.0.5:1883 使用，只供 a:1, b：bindings.json 写明了它的主机',
    ],
    ['the line was not quiet within 400 ms', '400 毫秒内线路一直有数据，未能发出请求'],
    [
      'the broker refused the message: this user may not publish there',
      'MQTT 代理拒绝了消息：此用户无权在该主题上发布',
    ],
    [
      'the secret mqtt cannot be had: /secrets/mqtt: there is no such file. Put the value into that file on every collector that may read the device',
      '无法取得密钥 mqtt：/secrets/mqtt：没有此文件。请在每个可能读取该设备的采集器上将密钥写入此文件',
    ],
    [
      'takes 20, and the largest block that is read of the device has 10 registers (max_registers)',
      '长度为 20，而设备单次最多读取 10 个寄存器（max_registers）',
    ],
    [
      'the device closed the connection, and a new one was not connected within 400 ms',
      '设备关闭了连接，且 400 毫秒内未能重新连接',
    ],
    [
      'plc: end code C056: beyond the last number of this device: correct the address, or the device range in the PLC parameters',
      'plc：结束代码 C056：超出该软元件的最大编号：请更正地址，或修改 PLC 参数中的软元件范围',
    ],
    [
      'device press, point a: address.address: Invalid input: expected string, received undefined',
      '设备 press 的点位 a：address.address：缺少此项，应为文本',
    ],
    [
      '3 % of the ticks of the last 5 minutes were lost to overruns: not read',
      '最近 5 分钟有 3% 的采样因超时限而缺失：未读取',
    ],
  ])('%s', (english, chinese) => {
    expect(faultInChinese(english)).toBe(chinese);
  });

  it('leaves what people wrote as it is, and says what it does not know in English', () => {
    expect(faultInChinese('press-1')).toBe('press-1');
    expect(faultInChinese('press-1: who knows')).toBe('press-1: who knows');
  });

  it('names nothing that the English sentence does not name', () => {
    const names = (text: string) => new Set([...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name));
    const all = [chineseCollectorSentences, ...[...specs.values()].map(({ words }) => words.sentences ?? {})];
    const odd = all
      .flatMap((sentences) => Object.entries(sentences))
      .filter(([english, chinese]) => [...names(chinese)].some((name) => !names(english).has(name)));
    expect(odd).toEqual([]);
  });

  it('is there for every sentence of links, values and collectors', () => {
    const sentences = sourceFiles().flatMap((path) => sentencesIn(path, readFileSync(path, 'utf8')));
    expect(sentences.length).toBeGreaterThan(100);
    const lacking = sentences.filter(
      ({ sentence }) => faultInChinese(sentence) === sentence && !parts.has(sentence),
    );
    expect(lacking).toEqual([]);
  });
});

/** Parts of sentences; the first test checks the whole ones. */
const parts = new Set([
  ...['may be answered', 'is over', 'there is no such file'],
  ...['the line was not quiet', 'not connected', 'no answer within 7 ms7'],
  ...['this user may not publish there', 'the broker refused the message: 7'],
  'takes 7, and the largest block that is read of the device has 7',
  ...['7The device holds the value.', '7It could not be read back${readBack ? '],
  '7The device holds another value: it limits or clears it, or somebody else wrote.',
]);

const root = join(import.meta.dirname, '..', '..', '..');
const drivers = readdirSync(join(root, 'drivers')).filter((folder) => folder !== 'registry');

function sourceFiles(): string[] {
  const folders = [
    ...['link', 'plan', 'values'].flatMap((each) =>
      drivers.map((driver) => `drivers/${driver}/src/${each}`).filter((path) => existsSync(join(root, path))),
    ),
    ...['', '/host', '/blocks', '/values'].map((each) => `packages/driver/src${each}`),
    ...['calls', 'polling', 'adapters'].map((each) => `services/collector/src/${each}`),
  ];
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder))
      // Calls that a collector has answered are reported only in its log.
      .filter((name) => name.endsWith('.ts') && !/\.test\.ts$|^tell-device-call/.test(name))
      .map((name) => join(root, folder, name)),
  );
}

/** Places from which sentences go to people: names of calls, or of fields that hold a sentence. */
const place =
  /(?:new (?:DriverFailure|ReadFailure|RefusedValue|NotPermitted)|\b(?:fault|malformed|missing)|#(?:fail|holdBack)|\.bad)\(|\b(?:detail|reason|explanation|means|message|why|refusal|time|what|lostOnTheWay)\b\s*[:=](?!=)\s*/g;
const literal = /'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`/g;

/** Sentences, with a sample name or number for each placeholder. */
function sentencesIn(path: string, text: string): { path: string; sentence: string }[] {
  const source = text.replace(/^\s*(?:\/\/|\*|\/\*).*$/gm, '');
  const sentences = new Set<string>();
  for (const { index, 0: opening } of source.matchAll(place)) {
    const rest = source.slice(index + opening.length);
    const end = /[;}]\s*\n|,\n\s*(?:\w+:|\{)|\)\s*\n/.exec(rest)?.index ?? rest.length;
    for (const [, single, double, template] of rest.slice(0, end).matchAll(literal)) {
      const sentence = (single ?? double ?? template ?? '')
        .replace(/\$\{[^{}]*\}/g, '7')
        .replaceAll("\\'", "'");
      if (/[a-z]{2,} [a-z]/.test(sentence)) sentences.add(sentence);
    }
  }
  return [...sentences].map((sentence) => ({ path: path.slice(root.length + 1), sentence }));
}
