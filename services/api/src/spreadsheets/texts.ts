import { catalogue } from '@holdfast/texts/text.ts';

export const spreadsheetsText = catalogue('spreadsheets', {
  unclosed_quotation_mark: {
    en: 'A quotation mark in row {{line}} is never closed.',
    zh: '第 {{line}} 行的引号没有闭合。',
  },
  not_a_text_file: {
    en: 'This is no text: it has zero bytes. Send CSV or XLSX.',
    zh: '这不是文本文件：其中含有零字节。请发送 CSV 或 XLSX。',
  },
  mixed_encodings: {
    en: 'Line {{utf8}} is in UTF-8 and line {{other}} is not: two files were put together. Save the whole in one encoding.',
    zh: '第 {{utf8}} 行为 UTF-8 编码，而第 {{other}} 行不是：两种编码混在一起。请以同一种编码保存整个文件。',
  },
  line_of_list: { en: 'Line {{line}}', zh: '第 {{line}} 行' },
  the_file: { en: 'It', zh: '文件' },
  wrong_encoding: {
    en: '{{where}} is not in {{name}}. Save the file as "CSV UTF-8", or as XLSX.',
    zh: '{{where}}不是 {{name}} 编码。请将文件另存为“CSV UTF-8”或 XLSX。',
  },
  cell_too_long: {
    en: 'Cell {{cell}} has more than {{cellCharacters}} characters: no field is so long. Shorten it.',
    zh: '单元格 {{cell}} 超过 {{cellCharacters}} 个字符：没有字段需要这么长。请缩短。',
  },
  row_too_long: {
    en: 'At cell {{cell}} its row has more than {{rowCharacters}} characters. Remove columns that are not for the points.',
    zh: '到单元格 {{cell}} 为止，该行超过 {{rowCharacters}} 个字符。请删除与点位无关的列。',
  },
  list_too_long: {
    en: 'At cell {{cell}} the list has more than {{characters}} characters: split it, by device.',
    zh: '到单元格 {{cell}} 为止，点位表超过 {{characters}} 个字符：请按设备拆分。',
  },
  at_row_the_list_has_more: {
    en: 'At row {{line}} the list has more than {{most}} cells: remove columns that are not for the points, or split it by device.',
    zh: '到第 {{line}} 行为止，点位表超过 {{most}} 个单元格：请删除与点位无关的列，或按设备拆分。',
  },
  it_has_more_than_rows_split: {
    en: 'It has more than {{most}} rows: split it, by device.',
    zh: '超过 {{most}} 行：请按设备拆分。',
  },
  row_has_a_value_beyond_column: {
    en: 'Row {{line}} has a value beyond column {{most}}: a list of points has fewer columns.',
    zh: '第 {{line}} 行在第 {{most}} 列之后还有内容：点位表没有这么多列。',
  },
  the_file_is_empty: { en: 'The file is empty.', zh: '文件是空的。' },
  a_file_of_at_most_mib: {
    en: 'A file of at most {{mebibytes}} MiB is taken: split it, by device.',
    zh: '文件不能超过 {{mebibytes}} MiB：请按设备拆分。',
  },
  this_is_a_workbook: {
    en: 'This is a workbook of the old form (.xls), or one with a password. Save it as XLSX without a password.',
    zh: '这是旧格式工作簿（.xls），或带有密码。请另存为不带密码的 XLSX。',
  },
  a_part_of_the_workbook_cannot: {
    en: 'A part of the workbook cannot be read. Open it in a spreadsheet and save it again as XLSX.',
    zh: '工作簿的一部分无法读取。请用电子表格打开后重新另存为 XLSX。',
  },
  all_sheets_of_the_workbook_together: {
    en: 'All sheets of the workbook together have too much text. Copy the list of points into a new workbook.',
    zh: '工作簿所有工作表的文字过多。请把点位表复制到新的工作簿。',
  },
  this_is_an_archive: {
    en: 'This is an archive and no XLSX workbook. Open it in a spreadsheet and save it as XLSX.',
    zh: '这是压缩包，但不是 XLSX 工作簿。请用电子表格打开后另存为 XLSX。',
  },
  the_workbook_has_macros_save: {
    en: 'The workbook has macros: save it as XLSX, without them.',
    zh: '工作簿含有宏：请另存为不含宏的 XLSX。',
  },
  the_workbook_is_damaged_or_packed: {
    en: 'The workbook is damaged, or packed in a way that spreadsheets do not use. Open it in a spreadsheet and save it again as XLSX.',
    zh: '工作簿已损坏，或其压缩方式不是电子表格所用的。请用电子表格打开后重新另存为 XLSX。',
  },
  unpacked_the_workbook_is_larger_than: {
    en: 'Unpacked, the workbook is larger than {{mebibytes}} MiB. Copy the list of points into a new workbook.',
    zh: '工作簿解压后超过 {{mebibytes}} MiB。请把点位表复制到新的工作簿。',
  },
});
