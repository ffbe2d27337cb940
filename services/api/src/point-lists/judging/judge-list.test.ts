import { describe, expect, it } from 'vitest';
import { configurationOf, judgeCsv, press } from './testing/judge-csv.ts';

describe('a list of points', () => {
  it('becomes points of a device, with words of any kind for what they are', async () => {
    const { points, states, faults } = await judgeCsv(`设备,点位,地址,类型,字节序,系数,单位,可写,枚举
press,温度,40001,REAL,字交换,0.1,℃,,
press,状态,40010,无符号整数,,,,是,0=停止; 1=运行
press,报警,40150.3,BOOL,,,,,
`);
    expect([states, faults]).toEqual([['温度 new', '状态 new', '报警 new'], []]);
    expect(points[0]).toMatchObject({
      common: { code: '温度', data_type: 'float32', scale: 0.1, unit: '℃', enabled: true },
      address: { table: 'holding_register', address: 0, byte_order: 'CDAB' },
    });
    expect(points[1]).toMatchObject({
      common: { data_type: 'uint16', writable: true, enumeration: { '0': '停止', '1': '运行' } },
    });
    expect(points[2]).toMatchObject({ address: { address: 149, bit: 3 }, common: { data_type: 'bool' } });
  });

  it('is told all its faults at once, each by its cell', async () => {
    const { faults, states } = await judgeCsv(`device,code,address,data_type,scale,precision
press,a,40001,float32,x,1.5
press,b,1,int16,1,
press,b,40002,int17,1,
press,,40003,int16,0,
saw,c,40004,int16,1,
press,d,40005,,1,
`);
    expect(states.map((state) => state.split(' ')[1])).toEqual(Array(6).fill('fault'));
    expect(faults).toEqual([
      'E2 scale "x" not_a_number: "x" is no number',
      'F2 precision "1.5" not_a_number: "1.5" is no whole number',
      expect.stringMatching(/^C3 address "1" address: "1" names no table/),
      expect.stringMatching(/^D4 data_type "int17" unknown_word: "int17" is none of: /),
      'B4 code "b" duplicate: is the same point as in row 3',
      'B5 code "" missing: is needed',
      'E5 scale "0" refused: must not be 0: every value would be the offset',
      expect.stringMatching(/^A6 device "saw" unknown_device: there is no device saw/),
      'D7 data_type "" missing: is needed',
    ]);
  });

  const level = { code: 'level', address: '40001', data_type: 'int16', scale: 0.1, unit: 'mm', name: '液位' };
  const there = () => press([level, { ...level, code: 'gone' }]);

  it('says what of it is the same, changed, new, and missing', async () => {
    const text =
      'device,code,address,data_type,scale,unit\npress,level,40001,int16,0.1,cm\npress,new,40003,int16,,\n';
    const { states, rows } = await judgeCsv(text, there());
    expect(states).toEqual(['level changed', 'new new', 'gone missing']);
    expect(rows[0]?.changes).toEqual({ unit: { before: 'mm', after: 'cm' } });
    expect((await judgeCsv(text.replace('cm', 'mm'), there())).states[0]).toBe('level same');
  });

  it('keeps what an empty cell says nothing of, and clears it where it replaces', async () => {
    const text = 'device,code,address,data_type,scale,unit\npress,level,40001,int16,,\n';
    expect((await judgeCsv(text, there())).states[0]).toBe('level same');
    const replaced = await judgeCsv(text, there(), { mode: 'replace' });
    expect(replaced.rows[0]?.changes).toEqual({
      scale: { before: 0.1, after: 1 },
      unit: { before: 'mm', after: '' },
    });
    expect((await judgeCsv(text, there(), { mode: 'append' })).faults).toEqual([
      'B2 code "level" exists: is there already, and this import only adds points',
    ]);
  });

  it('asks where the same numbers can mean two registers, shows both, and reads them as it is told', async () => {
    const text = 'device,code,table,address,data_type\npress,a,保持寄存器,40001,int16\n';
    const { questions, points } = await judgeCsv(text);
    expect(questions).toMatchObject([
      {
        name: 'notation',
        chosen: 'classic',
        isGuess: true,
        rows: [
          {
            cell: 'D2',
            value: '40001',
            meanings: { classic: 'holding_register 0', from_0: 'holding_register 40001' },
          },
        ],
      },
    ]);
    expect(points[0]?.address).toMatchObject({ address: 0 });
    const withNotation = await judgeCsv(text, press(), { answers: { notation: 'from_0' } });
    expect([withNotation.questions[0]?.isGuess, withNotation.points[0]?.address]).toMatchObject([
      false,
      { address: 40_001 },
    ]);
    const plain = text.replace('address', '地址（从 0 计）');
    expect((await judgeCsv(plain)).questions).toEqual([]);
  });

  it('makes the devices that it describes, by their first rows', async () => {
    const text = `device,protocol,host,port,unit_id,site,code,address,data_type
saw,Modbus TCP,10.0.0.9,1502,3,hall-1,a,40001,int16
saw,Modbus TCP,10.0.0.8,1502,3,hall-1,b,40002,int16
saw,,,,,,c,40003,int16
plc,三菱,10.0.0.7,5001,,,d,D100,int16
odd,,,,,hall-9,e,40001,int16
`;
    const { devices, faults, states } = await judgeCsv(text);
    const bodies = devices.map((each) => (each.isNew ? each.body : 'known'));
    expect(bodies.slice(0, 2)).toMatchObject([
      { code: 'saw', protocol: 'modbus_tcp', host: '10.0.0.9', port: 1_502, unit_id: 3, site_id: 1 },
      { code: 'plc', protocol: 'melsec', host: '10.0.0.7', port: 5_001 },
    ]);
    expect(bodies.slice(2)).toEqual([undefined]);
    expect(states).toEqual(['a new', 'b fault', 'c new', 'd new', 'e fault']);
    expect(faults).toEqual([
      'C3 host "10.0.0.8" contradicts: row 2 says 10.0.0.9 of the same device',
      expect.stringContaining('A6 device "odd" unknown_device'),
    ]);
  });

  it('does not change a device that is there', async () => {
    const { faults } = await judgeCsv('device,host,code,address,data_type\npress,10.0.0.2,a,40001,int16\n');
    expect(faults).toEqual([
      'B2 host "10.0.0.2" contradicts: device press has 10.0.0.1: change it there, or leave the cell empty',
    ]);
  });

  it('may leave the device to whoever imports it', async () => {
    const { states } = await judgeCsv('code,address,data_type\na,40001,int16\n', press(), {
      device: 'press',
    });
    expect(states).toEqual(['a new']);
  });

  it('names values of arrays once', async () => {
    const { faults } = await judgeCsv(
      'device,code,address,data_type,count\npress,a,40001,int16,3\npress,a[1],40010,int16,\n',
    );
    expect(faults).toEqual(['B3 code "a[1]" duplicate: a value of the array a is named a[1] too']);
  });

  it('is read with the cells that were put right', async () => {
    const text = 'device,code,address,data_type\npress,a,40001,int17\n';
    expect((await judgeCsv(text, press(), { cells: { D2: 'int16' } })).states).toEqual(['a new']);
    expect((await judgeCsv(text, press(), { columns: { D: '' } })).faults).toEqual([
      '2 data_type "" missing: is needed',
    ]);
  });
});

describe("the predecessor's list", () => {
  const head =
    'protocol_type,source_ip,source_port,en_name,cn_name,unit,type,source_addr,num,coefficient,precision,fs,device_name,input_data_minimum,input_data_maximum,output_data_minimum,output_data_maximum,device_a_tag,data_source';
  const text = `${head}
ModbusTCP,10.0.0.5,502,temp,温度,℃,3,100,2,0.1,2,1,oven,,,,,A1,plc
ModbusTCP,10.0.0.5,502,door,门,,2,7,1,1,,10,oven,,,,,A2,plc
ModbusTCP,10.0.0.5,502,flow,流量,m³/h,4,8,1,1,,1,oven,4000,20000,0,10,A3,plc
ModbusTCP,10.0.0.5,502,limit,限值,,3,9,1,,,1,oven,,,0,10,A4,plc
MC,10.0.0.6,5001,speed,速度,,,D100,1,0.5,,1,mill,,,,,A5,plc
`;

  it('becomes devices, points and tasks as its columns say', async () => {
    const { points, devices, faults, questions, rows } = await judgeCsv(text, configurationOf());
    expect(faults).toEqual([]);
    expect(devices.map((each) => each.isNew && each.body)).toMatchObject([
      { code: 'oven', protocol: 'modbus_tcp', host: '10.0.0.5', port: 502, unit_id: 1 },
      { code: 'mill', protocol: 'melsec', host: '10.0.0.6', port: 5_001 },
    ]);
    expect(points).toMatchObject([
      {
        common: {
          code: 'temp',
          name: '温度',
          data_type: 'float32',
          scale: 1,
          precision: 2,
          period_ms: 1_000,
        },
        address: { table: 'holding_register', address: 100 },
      },
      {
        common: { data_type: 'bool', count: null, period_ms: 100 },
        address: { table: 'discrete_input', address: 7 },
      },
      {
        common: { data_type: 'uint16', linear: { raw_min: 4_000, raw_max: 20_000, eng_min: 0, eng_max: 10 } },
        address: { table: 'input_register' },
      },
      { common: { valid_min: 0, valid_max: 10, linear: null } },
      { common: { code: 'speed', data_type: 'uint16', scale: 0.5 }, address: { address: 'D100' } },
    ]);
    expect(rows.map(({ reading }) => reading?.values.task)).toEqual([
      ...Array(4).fill('task-oven'),
      'task-mill',
    ]);
    expect(questions.map(({ name, chosen, isGuess }) => [name, chosen, isGuess])).toEqual([
      ['notation', 'from_0', true],
      ['types', 'by_num', true],
      ['coefficient', 'ignore', true],
    ]);
    expect(questions[2]?.rows).toEqual([
      { cell: 'J2', value: '0.1', meanings: { ignore: '100 → 100', apply: '100 → 10' } },
    ]);
  });

  it('gives a device the measurement that all of its rows name, and its code where they do not agree', async () => {
    const agreed = text.replace(/,A[1-4],plc/g, ',ovens,plc');
    const { devices, faults } = await judgeCsv(agreed, configurationOf());
    expect(faults).toEqual([]);
    const measurements = (all: typeof devices) => all.map((each) => each.isNew && each.body?.measurement);
    expect(measurements(devices)).toEqual(['ovens', 'A5']);
    expect(measurements((await judgeCsv(text, configurationOf())).devices)).toEqual([null, 'A5']);
    const without = text.replace(',A1,plc', ',,plc').replace(/,A[2-4],plc/g, ',ovens,plc');
    expect(measurements((await judgeCsv(without, configurationOf())).devices)).toEqual([null, 'A5']);
  });

  it('is read as its guesses are answered', async () => {
    const { points, questions } = await judgeCsv(text, configurationOf(), {
      answers: { notation: 'from_1', coefficient: 'apply', types: 'by_num' },
    });
    expect(points[0]).toMatchObject({ common: { scale: 0.1 }, address: { address: 99 } });
    expect(questions.every(({ isGuess }) => !isGuess)).toBe(true);
  });

  it('is refused where a device is two', async () => {
    const odd = text.replace('10.0.0.5,502,door', '10.0.0.55,502,door');
    expect((await judgeCsv(odd, configurationOf())).faults).toEqual([
      'B3 source_ip "10.0.0.55" contradicts: row 2 says 10.0.0.5 of the same device',
    ]);
  });
});
