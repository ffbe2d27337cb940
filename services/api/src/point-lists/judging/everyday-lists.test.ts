import { faultInChinese } from '@holdfast/drivers/fault-words.ts';
import { inEachLanguage, inLanguage } from '@holdfast/texts/text.ts';
import { describe, expect, it } from 'vitest';
import { configurationOf, judgeCsv, press } from './testing/judge-csv.ts';

describe('a column of periods', () => {
  const list = (header: string, ...cells: readonly string[]) =>
    [
      `device,code,address,data_type,${header}`,
      ...cells.map((cell, index) => `press,p${index},${40_001 + index},int16,${cell}`),
    ].join('\n');
  const read = async (header: string, cells: readonly string[], answers: Record<string, string> = {}) => {
    const { points, faults, questions, notes } = await judgeCsv(list(header, ...cells), press(), { answers });
    return {
      ...{ faults, questions, notes },
      periods: points.map((point) => point?.common.period_ms),
    };
  };

  it.each<[string, string, number]>([
    ['采集周期(s)', '10', 10_000],
    ['采集周期（秒）', '10', 10_000],
    ['采集周期秒', '10', 10_000],
    ['采样周期（单位：秒）', '0.5', 500],
    ['采集间隔/分钟', '2', 120_000],
    ['Scan Rate (s)', '10', 10_000],
    ['Scan Rate [ms]', '250', 250],
    ['Polling interval in seconds', '1', 1_000],
    ['period_ms', '250', 250],
    ['采集周期（毫秒）', '250', 250],
    ['采样率(Hz)', '4', 250],
    ['sample_rate_hz', '4', 250],
    // A cell knows best.
    ['采集周期(s)', '1500 ms', 1_500],
    ['采集周期', '1s', 1_000],
    ['采集周期', '1 秒', 1_000],
    ['采集周期', '１秒/次', 1_000],
    ['Scan Rate', '1000ms', 1_000],
    ['Scan Rate', '2 Min', 120_000],
  ])('%s with %s is read in the unit that they name: %i ms', async (header, cell, ms) => {
    expect(await read(header, [cell])).toEqual({ periods: [ms], faults: [], questions: [], notes: [] });
  });

  it.each(['采集周期', 'Scan Rate', 'interval', '轮询周期（默认）'])(
    'asks for the unit of numbers under %s, which names none',
    async (header) => {
      const { questions, periods } = await read(header, ['10', '1s', '60']);
      expect(questions).toMatchObject([
        {
          ...{ name: 'period_unit', chosen: 's', isGuess: true },
          rows: [
            { cell: 'E2', value: '10', meanings: { s: '10000 ms', ms: '10 ms' } },
            { cell: 'E4', value: '60' },
          ],
        },
      ]);
      expect(periods).toEqual([10_000, 1_000, 60_000]);
      const afterAnswers = await read(header, ['10', '1s', '60'], {
        period_unit: 'ms',
        shortest_period: '10ms',
      });
      expect(afterAnswers.periods).toEqual([10, 1_000, 60]);
      expect(afterAnswers.questions.map(({ isGuess }) => isGuess)).toEqual([false, false]);
    },
  );

  it('guesses milliseconds for numbers that no list means as seconds', async () => {
    const { questions, periods } = await read('周期', ['500', '1000']);
    expect([questions[0]?.chosen, periods]).toEqual(['ms', [500, 1_000]]);
  });

  it('asks whether periods below 100 ms are meant, each time and for the shortest', async () => {
    const { questions } = await read('period_ms', ['99', '20', '100']);
    expect(questions).toMatchObject([
      {
        ...{ name: 'shortest_period', chosen: '20ms', isGuess: true, isConfirmation: true },
        rows: [
          { cell: 'E2', value: '99', meanings: { '20ms': '99 ms' } },
          { cell: 'E3', value: '20' },
        ],
      },
    ]);
    const [shortest] = questions;
    expect(shortest && inLanguage(shortest.text, 'en')).toBe(
      'Points with a period below 100 ms: 2. Are they to be read so often?',
    );
    const isOpen = async (answer: string) =>
      (await read('period_ms', ['20'], { shortest_period: answer })).questions[0]?.isGuess;
    expect([await isOpen('20ms'), await isOpen('10ms'), await isOpen('50ms')]).toEqual([false, false, true]);
    const level = { code: 'p0', address: '40001', data_type: 'int16', period_ms: 20 };
    expect((await judgeCsv(list('period_ms', '20'), press([level]))).questions).toEqual([]);
  });

  it('has faults that name the unit', async () => {
    const { faults } = await read('采集周期(s)', ['100000', 'often', '0', '0.005']);
    expect(faults).toEqual([
      'E2 采集周期(s) "100000" refused: "100000" is 100000000 ms: a period has 10 ms to 86400000 ms, which is a day',
      'E3 采集周期(s) "often" not_a_number: "often" is no period: write it like 500 ms or 10 s',
      'E4 采集周期(s) "0" not_a_number: "0" is no period: write it like 500 ms or 10 s',
      'E5 采集周期(s) "0.005" refused: "0.005" is 5 ms: a period has 10 ms to 86400000 ms, which is a day',
    ]);
    for (const fault of [...faults, (await read('period_ms', ['12.5'])).faults[0] ?? ''])
      expect(faultInChinese(fault.replace(/^.*?" \w+: /, ''))).toMatch(/\p{Script=Han}/u);
  });

  it('is rounded where a rate is no whole number of milliseconds, with a note', async () => {
    const { periods, notes } = await read('采样率 Hz', ['3', '7', '4']);
    expect(periods).toEqual([333, 143, 250]);
    expect(notes.map(inEachLanguage)).toEqual([
      {
        en: 'Periods are rounded to whole milliseconds: E2 3 is 333 ms, likewise in one more cell.',
        zh: '采集周期取整为毫秒：E2 3 为 333 ms，另有 1 个单元格同样处理。',
      },
    ]);
  });
});

describe('an everyday list', () => {
  it('in CSV with semicolons has decimal commas', async () => {
    const { points, faults, notes } = await judgeCsv(
      'device;code;address;data_type;scale;offset\npress;a;40001;int16;0,1;-1,5\npress;b;40002;int16;2.5;\n',
    );
    expect(faults).toEqual([]);
    expect(points.map(({ common }) => [common.scale, common.offset])).toEqual([
      [0.1, -1.5],
      [2.5, 0],
    ]);
    expect(notes.map((note) => inLanguage(note, 'en'))).toEqual([
      'Commas are read as decimal points: E2 0,1 is 0.1, likewise in one more cell.',
    ]);
    const other = await judgeCsv('device,code,address,data_type,scale\npress,a,40001,int16,"1,234"\n');
    expect(other.faults).toEqual([
      'E2 scale "1,234" not_a_number: "1,234" is no number: write 1.234 or leave the comma out',
    ]);
  });

  it('has full-width digits and letters in addresses', async () => {
    const { points, faults, devices } = await judgeCsv(
      'device,protocol,host,port,code,address,data_type\npress,,,,a,４０００１,int16\nplc,三菱,１０.0.0.7,５００１,d,Ｄ１００,int16\n',
    );
    expect(faults).toEqual([]);
    expect(points).toMatchObject([{ address: { address: 0 } }, { address: { address: 'D100' } }]);
    expect(devices[1]).toMatchObject({ body: { host: '10.0.0.7', port: 5_001 } });
  });

  it.each([
    ['地址(从0开始)', 10],
    ['寄存器地址（从０开始）', 10],
    ['Address (0-based)', 10],
    ['Zero-based register address', 10],
    ['Modbus 地址（从零开始）', 10],
    ['地址(从1开始)', 9],
    ['Address (1-based)', 9],
  ])('says in the header %s how its addresses count', async (header, address) => {
    const { points, questions, faults } = await judgeCsv(
      `device,code,table,${header},data_type\npress,a,4x,10,int16\n`,
    );
    expect([faults, questions]).toEqual([[], []]);
    expect(points[0]).toMatchObject({ address: { address } });
  });

  it('has blanks and line breaks around and within names', async () => {
    const there = { code: 'old', name: ' 油温 ', address: '40002', data_type: 'int16' };
    const { points, faults, states } = await judgeCsv(
      '" device ","测点\n编号","测点\n名称",address,"data\ntype"\n"press\n"," a\n","油温\n（一号） ",40001," int16\n"\npress,old,油温,40002,int16\n',
      press([there]),
    );
    expect([faults, states]).toEqual([[], ['a new', 'old same']]);
    expect(points[0]).toMatchObject({ common: { code: 'a', name: '油温 （一号）' } });
  });

  it('may give a precision to values without decimals', async () => {
    const { points, faults, notes } = await judgeCsv(
      'device,code,address,data_type,precision\npress,a,00001,bool,2\npress,b,40001,int64,0\npress,c,40009,float32,2\n',
    );
    expect(faults).toEqual([]);
    expect(points.map(({ common }) => common.precision)).toEqual([null, null, 2]);
    expect(notes.map((note) => inLanguage(note, 'zh'))).toEqual([
      '数值没有小数，未采用小数位数：E2 2，另有 1 个单元格同样处理。',
    ]);
    const was = { code: 'a', address: '40001', data_type: 'float32', precision: 2 };
    const changed = await judgeCsv(
      'device,code,address,data_type,precision\npress,a,00001,bool,2\n',
      press([was]),
    );
    expect([changed.faults, changed.points[0]?.common.precision]).toEqual([[], null]);
    const odd = await judgeCsv('device,code,address,data_type,precision\npress,a,00001,bool,99\n');
    expect(odd.states).toEqual(['a fault']);
  });
});

it('a list that names a task for points that are disabled says that it does not read them', async () => {
  const { notes } = await judgeCsv(
    'device,code,address,data_type,enabled,task\npress,a,40001,int16,no,t\npress,b,40002,int16,,t\n',
  );
  expect(notes.map((note) => inLanguage(note, 'en'))).toEqual([
    'Points that are disabled, or whose devices are, which no task reads: 1, such as press/a.',
  ]);
});

describe("a sheet of the predecessor's", () => {
  const head = 'protocol_type,source_ip,source_port,en_name,type,source_addr,num,precision,fs,device_name\n';

  it('keeps rows of protocols that it cannot describe from no others', async () => {
    const { states, faults, notes, devices } = await judgeCsv(
      `${head}ModbusTCP,10.0.0.5,502,temp,3,100,2,2,1,oven
MQTT,10.0.0.9,1883,power,,plant/meter,1,,1,meter
OPC UA,10.0.0.8,4840,speed,,ns=2;s=x,1,,1,mill
mqtt,10.0.0.9,1883,energy,,plant/meter,1,,1,meter
`,
      configurationOf(),
    );
    expect([faults, states]).toEqual([[], ['temp new', 'power skipped', 'speed skipped', 'energy skipped']]);
    expect(devices.map(({ code }) => code)).toEqual(['oven']);
    expect(notes.map((note) => inLanguage(note, 'en'))).toEqual([
      'Rows 3, 5 left out: this sheet cannot describe points of MQTT. Import them with a list of their own: holdfast points template mqtt.',
      'Row 4 left out: there is no protocol OPC UA.',
    ]);
  });

  it('reads 3 times a second every 333 ms, says so, and gives coils no decimals', async () => {
    const { points, faults, notes, questions } = await judgeCsv(
      `${head}ModbusTCP,10.0.0.5,502,temp,3,100,2,2,3,oven\nModbusTCP,10.0.0.5,502,door,1,7,1,2,20,oven\n`,
      configurationOf(),
    );
    expect(faults).toEqual([]);
    expect(points.map(({ common }) => [common.period_ms, common.precision])).toEqual([
      [333, 2],
      [50, null],
    ]);
    expect(notes.map((note) => inLanguage(note, 'en'))).toEqual([
      'Periods are rounded to whole milliseconds: I2 3 is 333 ms.',
      'A precision is left out where the values have no decimals: H3 2.',
    ]);
    expect(questions.at(-1)).toMatchObject({ name: 'shortest_period', rows: [{ cell: 'I3', value: '20' }] });
  });
});
