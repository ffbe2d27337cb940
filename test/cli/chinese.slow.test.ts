import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type PressPlant, startPressPlant } from '../end-to-end/press-plant.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type CliForTest, cliForTest } from './cli-for-test.ts';

let press: PressPlant;
let chinese: CliForTest;
let english: CliForTest;
let session: string;

beforeAll(async () => {
  press = await startPressPlant();
  const HOLDFAST_URL = press.rest.url;
  chinese = cliForTest({ HOLDFAST_URL, HOLDFAST_LANG: 'zh' });
  english = cliForTest({ HOLDFAST_URL });
  const started = await chinese.run('sessions', 'start', 'press', '--table');
  expect(started).toMatchObject({ code: 0, stderr: '' });
  session = started.stdout.split(' ')[0] ?? '';
  expect(started.stdout).toBe(`${session} 运行中：任务 press 的会话 ${session} 已启动。\n`);
  const isSaid = async (text: string, ...args: string[]) =>
    (await english.run(...args)).stdout.replace(/\s/g, '').includes(text);
  await eventually(() => isSaid('"value":100', 'points', 'values', 'press'), {
    what: 'the press to be read',
  });
  await eventually(() => isSaid('"collector_id":"c1"', 'ownership'), { what: 'the holder to be known' });
  await eventually(() => isSaid('"expected":', 'completeness'), { what: 'ticks to be due' });
});

/** On one line, without the spaces between columns. */
const table = async (...args: string[]) => {
  const { code, stdout, stderr } = await chinese.run(...args, '--table');
  return [code, `${stdout}${stderr}`.replace(/ {2,}/g, '  ')] as const;
};

describe('HOLDFAST_LANG=zh', () => {
  it.each<[string[], RegExp, number?]>([
    [
      ['sessions', 'list'],
      /^会话 {2}任务 {2}状态 {2}版本 {2}分配 {2}采集器 {2}接管序号 {2}启动 {2}历时 {2}原因\n\d+-1 {2}press {2}运行中 {2}1 {2}已分配 {2}c1 /,
    ],
    [['sessions', 'events', 'SESSION'], /^序号 {2}时间 {2}事件 {2}内容\n/],
    [
      ['sessions', 'gaps', 'SESSION'],
      /(没有缺失。|^设备 {2}原因 {2}起始 {2}结束 {2}采样数 {2}起因\n)[\s\S]*\n应采 \d+ 次，已存 \d+ 次（/,
    ],
    [
      ['ownership'],
      /^会话 {2}任务 {2}采集器 {2}第几任 {2}接管序号 {2}原因 {2}起始 {2}结束 {2}首次采样 {2}.*\n\d+-1 {2}press {2}c1 {2}1 {2}\d+ {2}会话启动 {2}.*现在/,
    ],
    [
      ['completeness'],
      /^会话 {2}任务 {2}设备 {2}应采 {2}已存 {2}隔离 {2}缺失 {2}完整率 {2}数值率 {2}始终没有数值 {2}原因\n/,
    ],
    [['sites', 'list'], /^没有站点。\n/],
    [
      ['tasks', 'list'],
      /^ ?ID {2}任务 {2}名称 {2}周期 {2}设备 {2}启用\n ?\d+ {2}press {2}- {2}200 ms {2}1 {2}是\n/,
    ],
    [
      ['tasks', 'show', 'press'],
      /^ID {2}\d+\n任务 {2}press\n周期 {2}200 ms\n启用 {2}是\n设备 {2}press \(\d+\)\n点位 {2}设备的全部点位\n/,
    ],
    [
      ['tasks', 'plan', 'press'],
      /^端点 {2}结论 {2}占用 {2}设备 {2}原因\n.* {2}满足周期 {2}\d+% [\s\S]*可满足 200 ms：[\s\S]*所有周期均可满足。/,
    ],
    [['devices', 'list'], /^ ?ID {2}设备 {2}名称 {2}协议 {2}地址 {2}站号 {2}启用\n/],
    [
      ['devices', 'health'],
      /^设备 {2}状况 {2}应答 {2}始终没有数值 {2}起始 {2}最近读到 {2}会话 {2}采集器 {2}最近错误\npress {2}部分缺值 {2}.*异常码 2：数据地址无效/,
    ],
    [
      ['devices', 'test', 'press'],
      /^点位 {2}质量 {2}数值 {2}原始值 {2}原因\nfirst {2}良好 {2}100 [\s\S]*absent {2}无数值 {2}.*异常码 2：数据地址无效[\s\S]*\npress 部分缺值：\d+ 个数值中有 \d+ 个没有读到。[\s\S]*由 c1 读取\n/,
      1,
    ],
    [
      ['devices', 'test', 'press', '--bytes'],
      /\n数据区 保持寄存器，地址 0，数量 \d+\n *> [\s\S]*\n数据区 保持寄存器，地址 \d+，数量 \d+：.*异常码 2：数据地址无效/,
      1,
    ],
    [
      ['points', 'list', 'press'],
      /^ ?ID {2}点位 {2}名称 {2}地址 {2}数据类型 {2}单位 {2}可写 {2}启用\n ?\d+ {2}press\/first {2}- {2}保持寄存器 0 {2}uint16 {2}- {2}否 {2}是\n/,
    ],
    [
      ['points', 'values', 'press'],
      /^设备 {2}点位 {2}数值 {2}单位 {2}质量 {2}时间 {2}距今 {2}当前缺失\n[\s\S]*press {2}first {2}100 {2}- {2}良好 /,
    ],
    [['protocols'], /^协议 {2}名称 {2}方式 {2}内容\n/],
    [
      ['protocols', 'modbus_tcp'],
      /^属于 {2}字段 {2}必填 {2}默认值 {2}内容\n设备 {2}code {2}是 {2}- {2}代码。/,
    ],
    [
      ['collectors', 'list'],
      /^采集器 {2}状态 {2}心跳 {2}会话 {2}设备 {2}数值\/秒 {2}延迟采样 {2}CPU 占用 {2}内存 {2}版本 {2}主机 {2}标签\nc1 {2}工作中 {2}\d+ 秒前 /,
    ],
    [['collectors', 'moves'], /^没有会话在采集器之间移动过。\n/],
    [
      ['sinks'],
      /^状态 {2}无写入服务\n[\s\S]*没有在线的写入服务；\d+ 次采样在消息流中等待\n[\s\S]*等待写入 {2}\d+ 条采样，[\s\S]*写入服务 {2}0 个在运行\n/,
      1,
    ],
    [['quarantine', 'list'], /^隔离区为空。\n/],
    [['whoami'], /^API {2}http.*\n身份 {2}本机上的任何人\n权限 {2}管理员（全部站点）\n/],
    [['keys', 'list'], /^没有密钥：API 只为本机服务。\n/],
    [['users', 'list'], /^还没有用户：/],
    [['audit'], /^时间 {2}操作者 {2}来源 {2}操作 {2}对象 {2}结果 {2}说明\n/],
    [['cleanup', '--older-than', '30d', '--dry-run'], /^没有结束已超过此时长的会话。\n将清理 0 个会话。\n/],
  ])('shows %j in Chinese', async (args, text, exitCode = 0) => {
    const [code, output] = await table(...args.map((arg) => (arg === 'SESSION' ? session : arg)));
    expect(output).toMatch(text);
    expect(code).toBe(exitCode);
  });

  it('shows one session with the health of its devices', async () => {
    const [code, output] = await table('sessions', 'show', session);
    expect(code).toBe(0);
    expect(output).toMatch(
      /^会话 {2}\d+-1\n任务 {2}press \(\d+\) ?\n状态 {2}运行中\n分配 {2}已分配：启动后分配\n采集器 {2}c1\n接管序号 {2}\d+\n启动 {2}.*\n历时 {2}\d+ (秒|分)/,
    );
    expect(output).toMatch(
      /\n设备 {2}应答 {2}连续失败 {2}最近读到 {2}缺值点位 {2}最近错误\npress {2}拒绝 {2}0 .*absent 自 .* 起/,
    );
  });

  it('tells of commands, writes and what refuses them', async () => {
    expect(await table('points', 'write', 'press/setpoint', '20.5')).toEqual([
      0,
      'press/setpoint：已写入。写入前为 0。现为 20.5。\n',
    ]);
    expect(await table('sessions', 'pause', session)).toEqual([
      0,
      `${session} 已暂停：会话 ${session} 已暂停。\n`,
    ]);
    expect(await table('sessions', 'resume', session)).toEqual([
      0,
      `${session} 运行中：会话 ${session} 已继续。\n`,
    ]);
    const [, none] = await table('sessions', 'show', '999-1');
    expect(none).toBe(
      '没有这个对象 (session_not_found, 404)\n没有会话 999-1。\n会话编号由任务编号和运行次数组成，如 7-3：holdfast sessions list\n',
    );
    expect(await table('sessions', 'start', 'press')).toEqual([
      1,
      `该任务已有未结束的会话 (task_already_active, 409)\n会话 ${session} 正在运行。请先停止它，或继续使用它。\n`,
    ]);
    const [, tooHigh] = await table('points', 'write', 'press/setpoint', '301');
    expect(tooHigh).toMatch(/\n设备 press 点位 setpoint：301 超出有效范围 .*300。\n/);
    expect(await table('tasks', 'show', 'nope')).toEqual([
      1,
      '没有代码为 nope 的任务。\n列表：holdfast tasks list\n',
    ]);
    expect(await table('quarantine', 'delete')).toEqual([2, expect.stringMatching(/^请指明消息：/)]);
    expect(await table('--tabel', 'sinks')).toEqual([
      2,
      expect.stringMatching(/^未知选项 --tabel；您是否要用 --table？；/),
    ]);
  });

  it('brings in a configuration, or says in Chinese what is wrong with it', async () => {
    const file = join(await temporaryFolder('cli'), 'plant.json');
    await writeFile(
      file,
      '{"holdfast_configuration":1,"sites":[{"code":"hall-1"}],"devices":[{"code":"x","site":"nope","host":"h"}]}',
    );
    expect(await table('import', file)).toEqual([
      1,
      `没有任何更改：${file} 有 1 处错误。\n  - 设备 x: site: 没有站点 nope\n`,
    ]);
    await writeFile(file, '{"holdfast_configuration":1,"sites":[{"code":"hall-1"}]}');
    expect(await table('import', file)).toEqual([0, '新建 1 个，更改 0 个，0 个保持原样。\n']);
  });

  it('leaves JSON, exit codes and what monitors read as they are', async () => {
    for (const args of [
      ['sessions', 'list'],
      ['tasks', 'list'],
      ['devices', 'list'],
      ['export'],
      ['check-recovery'],
      ['check-recovery', '--devices', '--verbose'],
    ]) {
      const [one, other] = await Promise.all([chinese.run(...args), english.run(...args)]);
      const steady = ({ stdout, ...rest }: typeof one) => ({
        ...rest,
        stdout: stdout.replace(/"duration_seconds": [\d.]+/g, ''),
      });
      expect(steady(one)).toEqual(steady(other));
    }
  });
});
