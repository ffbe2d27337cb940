/** Faults of lists of points in Chinese, by their English, as `chineseFaults` has them. */
export const chineseSheetFaults = {
  'is needed: a range to a range has four numbers': '必须给出：量程换算需要四个数',
  'is needed': '必须给出',
  'the formula has no value: open the workbook in a spreadsheet and save it again, or write the value':
    '公式没有计算结果：请用电子表格打开后重新保存，或直接填写数值',
  'the formula has failed: write the value': '公式出错：请直接填写数值',
  'the spreadsheet made a date of it: format the column as text, and write it again':
    '电子表格把它变成了日期：请将该列设为文本格式后重新填写',
  '{{value}} is no number: write {{number}} or leave the comma out':
    '{{value}} 不是数值：请写成 {{number}}，或去掉逗号',
  '{{value}} is no number': '{{value}} 不是数值',
  '{{value}} is no period: write it like 500 ms or 10 s': '{{value}} 不是周期：请写成 500 ms 或 10 s 的形式',
  '{{value}} is no whole number of ms': '{{value}} 不是整数毫秒',
  '{{value}} is {{ms}} ms: a period has 10 ms to 86400000 ms, which is a day':
    '{{value}} 为 {{ms}} ms：周期应为 10 ms 至 86400000 ms（一天）',
  '{{value}} is no whole number: this column counts from {{first}}':
    '{{value}} 不是整数：此列从 {{first}} 计',
  '{{value}} is no whole number': '{{value}} 不是整数',
  '{{value}} is neither yes nor no': '{{value}} 既不是“是”也不是“否”',
  '{{value}} is no JSON': '{{value}} 不是 JSON',
  'names of numbers are written like 0=off; 1=auto': '数值名称应写成 0=停止; 1=自动',
  '{{value}} is built in: choose another name': '{{value}} 是内置的：请换一个名称',
  'is no question of this list': '此点位表没有这个问题',
  'must name columns, such as B': '应为列号，如 B',
  'must name cells, such as E17': '应为单元格，如 E17',
  'must not change more than 1000 cells': '最多更改 1000 个单元格',
  'must not have more than 16 answers': '最多 16 个回答',
  'send the file as the body': '请把文件作为请求体发送',
  'there is no device {{code}}. Make it first, or add columns that say how it is reached, such as protocol, host and port':
    '没有设备 {{code}}。请先创建，或增加说明如何连接的列，如协议、主机和端口',
  'there is no device {{code}}': '没有设备 {{code}}',
  'there is no site {{code}}': '没有站点 {{code}}',
  'the device has a fault in row {{row}}': '该设备在第 {{row}} 行有错误',
  'row {{row}} says {{value}} of the same device': '同一台设备在第 {{row}} 行为 {{value}}',
  'device {{device}} has {{value}}: change it there, or leave the cell empty':
    '设备 {{device}} 现为 {{value}}：请在设备上更改，或将此单元格留空',
  'is the same point as in row {{row}}': '与第 {{row}} 行是同一个点位',
  'is there already, and this import only adds points': '已存在，而本次导入只新增点位',
  '{{protocol}} has no {{field}}: leave it empty': '{{protocol}} 没有 {{field}}：请留空',
  '{{value}} may have lost a zero at its end, so its bit is not known: format the column as text, and write it again':
    '{{value}} 末尾可能丢失了零，无法确定是哪一位：请将该列设为文本格式后重新填写',
  '{{value}} names no table: write five or six digits, as 40001 or 00001. Spreadsheets drop zeros at the front unless the column is formatted as text':
    '{{value}} 没有说明数据区：请写五位或六位数字，如 40001 或 00001。该列不是文本格式时，电子表格会去掉前面的零',
  '{{value}} is no classic address: write 40001, 400001, 4x1, or 40001.3 for a bit':
    '{{value}} 不是传统写法的地址：应为 40001、400001、4x1，位写成 40001.3',
  '{{value}} does not exist: this column counts from 1': '{{value}} 不存在：此列从 1 计',
} as const;
