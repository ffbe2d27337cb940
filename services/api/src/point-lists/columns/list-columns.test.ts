import { specs } from '@holdfast/drivers/specs.ts';
import { describe, expect, it } from 'vitest';
import { csvRows } from '../../spreadsheets/read/csv-rows.ts';
import { ColumnNames } from './list-columns.ts';

const names = new ColumnNames(specs);
const columnsOf = (text: string, ownChoice?: Record<string, string>) =>
  names.columnsOf([{ name: 's', rows: csvRows(text) }], { chosen: ownChoice });
const fieldsOf = (header: string, ownChoice?: Record<string, string>) =>
  columnsOf(`${header}\n`, ownChoice)?.columns.map(({ field, notation }) =>
    notation ? `${field?.name} ${notation}` : (field?.name ?? ''),
  );

describe('the columns of a list', () => {
  it.each<[string, string, string[]]>([
    [
      'in Chinese',
      '设备,点位,名称,寄存器类型,地址,数据类型,字节序,系数,单位,内部编号',
      ['device', 'code', 'name', 'table', 'address', 'data_type', 'byte_order', 'scale', 'unit', ''],
    ],
    [
      'in Chinese, with what is meant in brackets',
      '设备编号,点位编码,功能码,地址（从 1 计）,采集周期(ms),站号,IP地址',
      ['device', 'code', 'function_code', 'address from_1', 'period_ms', 'unit_id', 'host'],
    ],
    [
      'in Chinese, as lists of plants have them',
      '设备名称,测点编号,测点名称,信号说明,站号',
      ['device', 'code', 'name', '', 'unit_id'],
    ],
    ['by names alone', '设备名称,变量名称,变量描述', ['device', 'code', 'name']],
    [
      'as Neuron has them',
      'group,name,address,attribute,type,description,decimal,precision',
      ['', 'code', 'address', 'writable', 'data_type', 'name', 'scale', 'precision'],
    ],
    [
      'as Kepware has them',
      'Tag Name,Address,Data Type,Client Access,Scan Rate,Eng Units,Description',
      ['code', 'address', 'data_type', 'writable', 'period_ms', 'unit', 'name'],
    ],
    [
      'in fields of the API',
      'device,code,table,bit,length,valid_min,linear_raw_min',
      ['device', 'code', 'table', 'bit', 'length', 'valid_min', 'linear_raw_min'],
    ],
    ['of other protocols', 'code,topic,time_at,series', ['code', 'topic', 'time_at', 'series']],
    [
      'in capitals, full width and with other joints',
      'ＤＥＶＩＣＥ,Data-Type,data  type',
      ['device', 'data_type', ''],
    ],
  ])('are known %s', (_what, header, fields) => {
    expect(fieldsOf(header)).toEqual(fields);
  });

  it('are what a person has chosen', () => {
    expect(fieldsOf('x,设备,y', { A: 'code', B: '', C: 'address' })).toEqual(['code', '', 'address']);
  });

  it('stand below titles, in the sheet that has most of them', () => {
    const list = columnsOf('一号车间点位表,,\n,,\n设备,点位,地址\npress,level,40001\n');
    expect([list?.head.line, list?.rows.map(({ line }) => line)]).toEqual([3, [4]]);
    const two = names.columnsOf([
      { name: 'cover', rows: csvRows('说明\n') },
      { name: 'points', rows: csvRows('设备,点位\n') },
    ]);
    expect(two?.sheet.name).toBe('points');
    expect(names.columnsOf(two ? [two.sheet] : [], { sheet: 'gone' })).toBeUndefined();
  });
});
