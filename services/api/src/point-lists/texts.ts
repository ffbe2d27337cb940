import { catalogue } from '@holdfast/texts/text.ts';

export const pointListsText = catalogue('pointLists', {
  only_here: { en: '{{note}}.', zh: '{{note}}。' },
  likewise_in_one: { en: '{{note}}, likewise in one more cell.', zh: '{{note}}，另有 1 个单元格同样处理。' },
  likewise_in_more: {
    en: '{{note}}, likewise in {{more}} more cells.',
    zh: '{{note}}，另有 {{more}} 个单元格同样处理。',
  },
  faulty_row: { en: 'Row {{line}}', zh: '第 {{line}} 行' },
  faulty_rows: { en: 'Rows {{lines}}', zh: '第 {{lines}} 行' },
  faulty_rows_and_more: { en: 'Rows {{lines}} and {{more}} more', zh: '第 {{lines}} 行及另外 {{more}} 行' },
  left_out_no_protocol: {
    en: '{{rows}} left out: there is no protocol {{protocol}}.',
    zh: '未采用{{rows}}：没有协议 {{protocol}}。',
  },
  left_out_not_here: {
    en: '{{rows}} left out: this sheet cannot describe points of {{protocol}}. Import them with a list of their own: holdfast points template {{template}}.',
    zh: '未采用{{rows}}：此表无法描述 {{protocol}} 的点位。请用单独的点位表导入：holdfast points template {{template}}。',
  },
  import_has_questions: {
    en: 'Look at what was guessed, and answer it or accept it: {{questions| }}',
    zh: '请查看推测的内容，并作答或接受：{{questions|}}',
  },
  import_has_faults: {
    en: '{{faults}} rows have faults: put them right in the file and send it again, or change its cells here. To import the other rows now, send skip_faults: true.',
    zh: '有 {{faults}} 行存在错误：请在文件中改正后重新发送，或在此更改单元格。若要先导入其余各行，请发送 skip_faults: true。',
  },
  import_deletes_points: {
    en: '{{deletes}} points that the list lacks would be deleted. If that is meant, send confirm_deletes: {{deletes}}.',
    zh: '将删除点位表中没有的 {{deletes}} 个点位。若确实如此，请发送 confirm_deletes: {{deletes}}。',
  },
  precondition_failed: {
    en: '{{what}} was changed since the list was looked at. Look at it again (PATCH with {}), then decide.',
    zh: '预览之后 {{what}} 已被更改。请重新查看（以 {} 调用 PATCH）后再作决定。',
  },
  of_your_lists_are_being_read: {
    en: '{{ofCallerAtMost}} of your lists are being read. Send this one when one of them is done.',
    zh: '正在读取您的 {{ofCallerAtMost}} 个点位表。请在其中一个完成后再发送。',
  },
  lists_are_being_read_try_again: {
    en: '{{atMost}} lists are being read. Try again in {{retryAfterSeconds}} s.',
    zh: '正在读取 {{atMost}} 个点位表。请在 {{retryAfterSeconds}} 秒后重试。',
  },
  import_applied: {
    en: 'Send the list again to import it once more.',
    zh: '若要再次导入，请重新发送点位表。',
  },
  route_not_found: {
    en: 'There is no protocol {{protocol}}. There are: {{names}}.',
    zh: '没有协议 {{protocol}}。可用的有：{{names}}。',
  },
  reading_the_file_takes_too_long: {
    en: 'Reading the file takes too long or too much memory. Copy the list of points into a new workbook, or send CSV.',
    zh: '读取该文件耗时过长或占用内存过多。请把点位表复制到新的工作簿，或发送 CSV。',
  },
  mapping_not_found: {
    en: 'There is no saved mapping {{id}}. GET /api/config/import-mappings/ lists them.',
    zh: '没有已保存的映射 {{id}}。列表：GET /api/config/import-mappings/。',
  },
  import_not_found: {
    en: 'You have no import {{id}}: your last {{keptAtMost}} are kept for {{keptHours}} hours. Send the list again.',
    zh: '您没有导入 {{id}}：系统为您保留最近 {{keptAtMost}} 次导入，各 {{keptHours}} 小时。请重新发送点位表。',
  },
  the_task_reads_only_the_points: {
    en: 'The task {{code}} reads only the points chosen for it, so not {{count}} new ones of this list, such as {{device}}/{{point}}. Name it in a column "task" to add them.',
    zh: '任务 {{code}} 只读取为其选定的点位，因此不读取此表中的 {{count}} 个新点位，如 {{device}}/{{point}}。若要加入，请在“任务”列中写明该任务。',
  },
  the_list_names_tasks_that_read: {
    en: 'The list names tasks that read only the points chosen for them ({{taskNames}}), and not {{count}} points of this list. Are these to be added?',
    zh: '表中写明的任务（{{taskNames}}）只读取为其选定的点位，不读取此表中的 {{count}} 个点位。是否加入？',
  },
  yes_the_tasks_read_them: { en: 'yes: the tasks read them too', zh: '是：任务也读取这些点位' },
  no_these_tasks_do_not_read: { en: 'no: these tasks do not read them', zh: '否：任务不读取这些点位' },
  commas_are_read_as_decimal_points: {
    en: 'Commas are read as decimal points: {{cell}} {{text}} is {{value}}',
    zh: '逗号按小数点读取：{{cell}} {{text}} 为 {{value}}',
  },
  periods_are_rounded_to_whole: {
    en: 'Periods are rounded to whole milliseconds: {{cell}} {{text}} is {{value}} ms',
    zh: '采集周期取整为毫秒：{{cell}} {{text}} 为 {{value}} ms',
  },
  a_precision_is_left_out_where: {
    en: 'A precision is left out where the values have no decimals: {{cell}} {{text}}',
    zh: '数值没有小数，未采用小数位数：{{cell}} {{text}}',
  },
  points_that_are_disabled_or_whose: {
    en: 'Points that are disabled, or whose devices are, which no task reads: {{count}}, such as {{name}}.',
    zh: '已停用或所属设备已停用、因而没有任务读取的点位：{{count}} 个，如 {{name}}。',
  },
  this_file_has_only_the_faulty: {
    en: 'This file has only the faulty rows of a list. Import the other rows of the list too, if that was not done.',
    zh: '此文件只有点位表中有错误的行。点位表的其余各行若尚未导入，请一并导入。',
  },
  merged_cells_hold_for_each: {
    en: 'Merged cells hold for each of their rows: {{shownRanges}}.',
    zh: '合并单元格的内容用于其中每一行：{{shownRanges}}。',
  },
  question: { en: 'How are the addresses counted?', zh: '地址如何计数？' },
  the_workbook_has_no_visible_sheet: {
    en: 'The workbook has no visible sheet "{{wanted}}" with rows. It has: {{all}}.',
    zh: '工作簿中没有含数据的可见工作表“{{wanted}}”。现有：{{all}}。',
  },
  what_is_the_unit: { en: 'What is the unit of the periods?', zh: '采集周期的单位是什么？' },
  points_with_a_period_below_ms: {
    en: 'Points with a period below {{shortMs}} ms: {{count}}. Are they to be read so often?',
    zh: '采集周期短于 {{shortMs}} ms 的点位：{{count}} 个。确实要如此频繁地读取吗？',
  },
  yes_up_to_every_ms: { en: 'yes, up to every {{shortest}} ms', zh: '是，最短每 {{shortest}} ms' },
  the_sheet_has_no_types: {
    en: 'The sheet has no types. Is a value of 1, 2 or 4 registers a word, a float or a double, and any other number an array of words?',
    zh: '表中没有数据类型。1、2、4 个寄存器是否分别为字、单精度浮点、双精度浮点，其他个数为字的数组？',
  },
  yes_by_num: { en: 'yes: by num', zh: '是：按 num' },
  the_predecessor_did_not_apply: {
    en: 'The predecessor did not apply coefficient to Modbus points, only to those of PLCs. Is it to be applied now?',
    zh: '原采集程序未对 Modbus 点位应用 coefficient，只对 PLC 点位应用。现在是否应用？',
  },
  no_values_as_they_were: { en: 'no: values as they were', zh: '否：数值与以前相同' },
  yes_value_raw_coefficient: { en: 'yes: value = raw × coefficient', zh: '是：数值 = 原始值 × coefficient' },
  faults: { en: 'Faults', zh: '错误' },
  device: { en: 'Device', zh: '设备' },
  point: { en: 'Point', zh: '点位' },
  raw_from: { en: 'Raw from', zh: '原始下限' },
  raw_to: { en: 'Raw to', zh: '原始上限' },
  value_from: { en: 'Value from', zh: '工程下限' },
  value_to: { en: 'Value to', zh: '工程上限' },
  period_ms: { en: 'Period (ms)', zh: '采集周期（ms）' },
  writable: { en: 'Writable', zh: '可写' },
  enabled: { en: 'Enabled', zh: '启用' },
  device_name: { en: 'Device name', zh: '设备名称' },
  measurement: { en: 'Measurement', zh: '测量名' },
  site: { en: 'Site', zh: '站点' },
  task: { en: 'Task', zh: '任务' },
  protocol: { en: 'Protocol', zh: '协议' },
  name_of_field: { en: '{{name}}', zh: '{{name}}' },
  seconds: { en: 'seconds', zh: '秒' },
  milliseconds: { en: 'milliseconds', zh: '毫秒' },
  readings_per_second: { en: 'readings per second', zh: '每秒次数' },
  range_needs_four_numbers: {
    en: 'is needed: a range to a range has four numbers',
    zh: '必须给出：量程换算需要四个数',
  },
  needed: { en: 'is needed', zh: '必须给出' },
  formula_without_value: {
    en: 'the formula has no value: open the workbook in a spreadsheet and save it again, or write the value',
    zh: '公式没有计算结果：请用电子表格打开后重新保存，或直接填写数值',
  },
  formula_failed: { en: 'the formula has failed: write the value', zh: '公式出错：请直接填写数值' },
  cell_became_a_date: {
    en: 'the spreadsheet made a date of it: format the column as text, and write it again',
    zh: '电子表格把它变成了日期：请将该列设为文本格式后重新填写',
  },
  number_with_comma: {
    en: '{{value}} is no number: write {{number}} or leave the comma out',
    zh: '{{value}} 不是数值：请写成 {{number}}，或去掉逗号',
  },
  not_a_number: { en: '{{value}} is no number', zh: '{{value}} 不是数值' },
  not_a_period: {
    en: '{{value}} is no period: write it like 500 ms or 10 s',
    zh: '{{value}} 不是周期：请写成 500 ms 或 10 s 的形式',
  },
  not_whole_milliseconds: { en: '{{value}} is no whole number of ms', zh: '{{value}} 不是整数毫秒' },
  period_out_of_range: {
    en: '{{value}} is {{ms}} ms: a period has 10 ms to 86400000 ms, which is a day',
    zh: '{{value}} 为 {{ms}} ms：周期应为 10 ms 至 86400000 ms（一天）',
  },
  not_a_whole_number: { en: '{{value}} is no whole number', zh: '{{value}} 不是整数' },
  neither_yes_nor_no: { en: '{{value}} is neither yes nor no', zh: '{{value}} 既不是“是”也不是“否”' },
  not_json: { en: '{{value}} is no JSON', zh: '{{value}} 不是 JSON' },
  enumeration_rule: {
    en: 'names of numbers are written like 0=off; 1=auto',
    zh: '数值名称应写成 0=停止; 1=自动',
  },
  mapping_is_built_in: {
    en: '{{value}} is built in: choose another name',
    zh: '{{value}} 是内置的：请换一个名称',
  },
  no_such_question: { en: 'is no question of this list', zh: '此点位表没有这个问题' },
  file_needed: { en: 'send the file as the body', zh: '请把文件作为请求体发送' },
  no_such_device_without_columns: {
    en: 'there is no device {{code}}. Make it first, or add columns that say how it is reached, such as protocol, host and port',
    zh: '没有设备 {{code}}。请先创建，或增加说明如何连接的列，如协议、主机和端口',
  },
  no_device_with_code: { en: 'there is no device {{code}}', zh: '没有设备 {{code}}' },
  no_site_with_code: { en: 'there is no site {{code}}', zh: '没有站点 {{code}}' },
  device_faulty_in_row: { en: 'the device has a fault in row {{row}}', zh: '该设备在第 {{row}} 行有错误' },
  row_says_otherwise: {
    en: 'row {{row}} says {{value}} of the same device',
    zh: '同一台设备在第 {{row}} 行为 {{value}}',
  },
  row_leaves_it_empty: {
    en: 'row {{row}} leaves it empty for the same device',
    zh: '同一台设备在第 {{row}} 行未填写',
  },
  device_says_otherwise: {
    en: 'device {{device}} has {{value}}: change it there, or leave the cell empty',
    zh: '设备 {{device}} 现为 {{value}}：请在设备上更改，或将此单元格留空',
  },
  same_point_as_row: { en: 'is the same point as in row {{row}}', zh: '与第 {{row}} 行是同一个点位' },
  exists_and_only_adds: {
    en: 'is there already, and this import only adds points',
    zh: '已存在，而本次导入只新增点位',
  },
  protocol_has_no_field: {
    en: '{{protocol}} has no {{field}}: leave it empty',
    zh: '{{protocol}} 没有 {{field}}：请留空',
  },
  nothing: { en: 'none', zh: '空' },
});
