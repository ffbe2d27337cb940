/** Chinese messages of problems, by their English. */
export const chineseFaults: Readonly<Record<string, string>> = {
  '{{address}} is no address of a PLC: write D100, D100.3, W1F, M10 or X1F':
    '{{address}} 不是 PLC 地址：应为 D100、D100.3、W1F、M10 或 X1F',
  '{{address}}: numbers of {{device}} are {{radix}} on this series':
    '{{address}}：此系列的 {{device}} 采用{{radix}}编号',
  '{{address}} is beyond the last number that a request can name': '{{address}} 超出请求能表示的最大编号',
  '{{device}} is a bit itself: leave {{bit}} out': '{{device}} 本身就是位：请去掉 {{bit}}',
  '{{address}}: a word has the bits 0 to F': '{{address}}：字的位为 0 至 F',
  'must be an address such as D100, D100.3, W1F or X1F': '应为地址，如 D100、D100.3、W1F 或 X1F',
  'frames 1E do not reach {{device}}: use a device that they reach, such as D or M, or frame 3E':
    '1E 帧不能访问 {{device}}：请改用可访问的软元件（如 D、M）或 3E 帧',
  'takes {{width}} {{unit}}, and one read of this PLC gives {{most}}: split it':
    '占 {{width}} 个{{unit}}，而此 PLC 单次最多读取 {{most}} 个：请拆分',
  '{{device}} names a single bit here: its data_type is bool, not {{type}}':
    '{{device}} 在此为单个位：data_type 应为 bool，而不是 {{type}}',
  'a PLC has words of 16 bits and no {{type}}: use int16 or uint16':
    'PLC 的字为 16 位，没有 {{type}}：请用 int16 或 uint16',
  'a string needs its length in words: half as many as it has bytes': '文本须以字数给出长度，即字节数的一半',
  'a bit of a word cannot be written: the word would have to be read and written back, and what the program changed meanwhile would be lost; have the program take it from a relay, such as M100':
    '字的位不能写入：须先读出整个字再写回，其间程序的更改会丢失；请由程序从继电器（如 M100）取值',
  'an input cannot be written: the PLC overwrites it in its next scan; have the program take the value from a relay, such as M100':
    '输入不能写入：PLC 会在下一扫描周期覆盖它；请由程序从继电器（如 M100）取值',
  'ascii_xy_octal is a setting of FX5, in frames 3E: choose ascii':
    'ascii_xy_octal 是 FX5 在 3E 帧下的设置：请选择 ascii',
};
