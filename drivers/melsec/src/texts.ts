import { catalogue } from '@holdfast/texts/text.ts';

export const melsecText = catalogue('melsec', {
  part_subheader: { en: 'subheader', zh: '副帧头' },
  part_serial: { en: 'serial number', zh: '序列号' },
  part_fixed: { en: 'fixed', zh: '固定值' },
  part_network: { en: 'network', zh: '网络号' },
  part_pc: { en: 'PC', zh: 'PC 号' },
  part_module_io: { en: 'module I/O', zh: '模块 I/O 号' },
  part_module_station: { en: 'station', zh: '模块站号' },
  part_length: { en: 'length', zh: '数据长度' },
  part_timer: { en: 'timer', zh: '监视定时器' },
  part_command: { en: 'command', zh: '指令' },
  part_subcommand: { en: 'subcommand', zh: '子指令' },
  part_device: { en: 'device', zh: '软元件' },
  part_number: { en: 'number', zh: '起始编号' },
  part_points: { en: 'points', zh: '点数' },
  part_end_code: { en: 'end code', zh: '结束代码' },
  part_abnormal_code: { en: 'abnormal code', zh: '异常代码' },
  part_data: { en: 'data', zh: '数据' },
  melsec_mc_protocol_slmp: { en: 'MELSEC (MC protocol, SLMP)', zh: 'MELSEC（MC 协议、SLMP）' },
  protocol_help: {
    en: 'PLCs of Mitsubishi Electric over Ethernet: MELSEC Q, L, iQ-R, FX5 and FX3.',
    zh: '三菱电机 PLC（以太网）：MELSEC Q、L、iQ-R、FX5、FX3。',
  },
  host: { en: 'Host', zh: '主机' },
  host_help: {
    en: 'IP address or name, without port: 192.168.3.39',
    zh: 'IP 地址或主机名，不含端口：192.168.3.39',
  },
  port: { en: 'Port', zh: '端口' },
  port_help: {
    en: 'As set in the PLC for MC protocol or SLMP. GX Works may show it in hexadecimal: 1389H is 5001.',
    zh: 'PLC 中为 MC 协议或 SLMP 设置的端口。GX Works 可能以十六进制显示：1389H 即 5001。',
  },
  frame: { en: 'Frame', zh: '帧格式' },
  frame_3e: { en: '3E: Q, L, iQ-R, FX5', zh: '3E：Q、L、iQ-R、FX5' },
  frame_4e: { en: '4E: with serial number; Q, L, iQ-R', zh: '4E：带序列号；Q、L、iQ-R' },
  frame_1e: { en: '1E: FX3, A compatible', zh: '1E：FX3、A 兼容' },
  data_code: { en: 'Data code', zh: '数据代码' },
  data_code_help: { en: '"Communication data code" in GX Works.', zh: 'GX Works 中的“通信数据代码”。' },
  data_code_binary: { en: 'Binary', zh: '二进制' },
  data_code_ascii: { en: 'ASCII; of FX5: ASCII (X, Y HEX)', zh: 'ASCII；FX5 为 ASCII (X, Y HEX)' },
  data_code_ascii_xy_octal: { en: 'ASCII (X, Y OCT) of FX5', zh: 'FX5 的 ASCII (X, Y OCT)' },
  series: { en: 'Series', zh: '系列' },
  series_help: {
    en: 'Decides how X and Y are numbered (octal on FX) and how much one read gives.',
    zh: '决定 X、Y 的编号方式（FX 为八进制）及单次读取的数量。',
  },
  series_q: { en: 'MELSEC-Q', zh: 'MELSEC-Q' },
  series_l: { en: 'MELSEC-L', zh: 'MELSEC-L' },
  series_iq_r: { en: 'MELSEC iQ-R', zh: 'MELSEC iQ-R' },
  series_fx5: { en: 'MELSEC iQ-F (FX5)', zh: 'MELSEC iQ-F（FX5）' },
  series_fx3: { en: 'MELSEC-F (FX3)', zh: 'MELSEC-F（FX3）' },
  network_no: { en: 'Network number', zh: '网络号' },
  network_no_help: {
    en: '0: the PLC itself, not one behind it.',
    zh: '0：所连接的 PLC 本身，而非其后的站。',
  },
  pc_no: { en: 'PC number', zh: 'PC 号' },
  pc_no_help: { en: '255 (FFH): the PLC itself.', zh: '255（FFH）：PLC 本身。' },
  module_io: { en: 'Module I/O number', zh: '模块 I/O 号' },
  module_io_help: { en: '1023 (3FFH): its CPU.', zh: '1023（3FFH）：其 CPU。' },
  module_station: { en: 'Module station number', zh: '模块站号' },
  max_words: { en: 'Words in one read', zh: '单次读取字数' },
  max_words_help: {
    en: 'Only if the PLC refuses what its series gives.',
    zh: '仅在 PLC 拒绝其系列允许的数量时填写。',
  },
  max_bits: { en: 'Bits in one read', zh: '单次读取位数' },
  address: { en: 'Address', zh: '地址' },
  address_help: {
    en: 'As GX Works writes it: D100, W1F, M10, X1F; a bit of a word: D100.3, D100.F.',
    zh: '与 GX Works 相同：D100、W1F、M10、X1F；字的位：D100.3、D100.F。',
  },
  length: { en: 'Length', zh: '长度' },
  length_help: { en: 'In words: half as many as it has bytes.', zh: '字数，即字节数的一半。' },
  encoding: { en: 'Encoding', zh: '编码' },
  encoding_ascii: { en: 'ASCII', zh: 'ASCII' },
  encoding_utf_8: { en: 'UTF-8', zh: 'UTF-8' },
  encoding_gbk: { en: 'GBK', zh: 'GBK' },
  advice_silent: {
    en: 'Compare frame and data code with the settings of the PLC: many PLCs are silent where they differ. Then the station numbers, where it is behind another PLC, and last try a longer timeout.',
    zh: '请对照 PLC 的设置检查帧格式和数据代码：不一致时，许多 PLC 不作应答。若经由其他 PLC 访问，再检查各站号，最后延长超时时间。',
  },
  advice_no_value: {
    en: 'Compare the address with the program of the PLC, and its series with the type plate: it decides how X and Y are numbered, and which devices there are.',
    zh: '请对照 PLC 程序检查地址，并按铭牌核对系列：系列决定 X、Y 的编号方式和可用的软元件。',
  },
  end_code_abnormal: {
    en: 'end code {{code}}, abnormal code {{abnormal}}: {{why}}',
    zh: '结束代码 {{code}}，异常代码 {{abnormal}}：{{why}}',
  },
  end_code: { en: 'end code {{code}}: {{why}}', zh: '结束代码 {{code}}：{{why}}' },
  number_beyond_the_last: {
    en: 'beyond the last number of this device: correct the address, or the device range in the PLC parameters',
    zh: '超出该软元件的最大编号：请更正地址，或修改 PLC 参数中的软元件范围',
  },
  too_many_points_at_once: {
    en: 'more points than it gives at once: set max_words or max_bits lower, or choose its series',
    zh: '一次读取的点数过多：请减小 max_words 或 max_bits，或选择正确的系列',
  },
  request_not_understood: {
    en: 'it does not understand the request: check frame, data_code and series against its parameters',
    zh: '无法识别请求：请对照其参数检查 frame、data_code 和 series',
  },
  remote_password: {
    en: 'locked by a remote password: unlock it, or leave this connection out of the password check in GX Works',
    zh: '被远程口令锁定：请解锁，或在 GX Works 中将此连接排除在口令检查之外',
  },
  no_writing_in_run: {
    en: 'writing while it runs is not allowed: permit it ("Enable online change" in the Ethernet settings of GX Works)',
    zh: '运行中不允许写入：请在 GX Works 的以太网设置中允许 RUN 中写入',
  },
  station_silent: {
    en: 'the station behind it does not answer: check network_no, pc_no, module_io and module_station',
    zh: '其后的站没有应答：请检查 network_no、pc_no、module_io 和 module_station',
  },
  no_such_plc_device: {
    en: 'it has no such device: check the address against its series',
    zh: '没有此软元件：请对照系列检查地址',
  },
  ascii_unreadable: {
    en: 'ASCII that it cannot read: set data_code as its parameters have it',
    zh: '无法识别的 ASCII：请按其参数设置 data_code',
  },
  unknown_command: {
    en: 'it does not know this command: check frame and series against its manual',
    zh: '不支持此命令：请对照手册检查 frame 和 series',
  },
  not_accessible_from_outside: {
    en: 'this device cannot be read or written from outside',
    zh: '此软元件不能从外部读写',
  },
  not_accessible_in_bits: { en: 'this device cannot be read or written in bits', zh: '此软元件不能按位读写' },
  other_data_code: {
    en: 'it is set to the other data code: set data_code as its parameters have it',
    zh: '其设置为另一种数据代码：请按其参数设置 data_code',
  },
  busy: { en: 'busy with another request', zh: '正在处理其他请求' },
  request_too_long: {
    en: 'the request is longer than it takes: set max_words lower',
    zh: '请求过长：请减小 max_words',
  },
  cpu_silent: {
    en: 'the CPU does not answer its Ethernet module: check pc_no, and whether it is in an error',
    zh: 'CPU 未应答其以太网模块：请检查 pc_no，以及 CPU 是否出错',
  },
  cpu_slow: {
    en: 'the CPU took too long to answer its Ethernet module',
    zh: 'CPU 应答其以太网模块的时间过长',
  },
  cpu_error: {
    en: "an error of the CPU, which its user's manual names among the error codes",
    zh: 'CPU 错误，见其用户手册的错误代码表',
  },
  ethernet_module_error: {
    en: "the user's manual of its Ethernet module has it among the error codes",
    zh: '见其以太网模块用户手册的错误代码表',
  },
  subheader_instead_of: {
    en: 'subheader {{received}} instead of {{expected}}',
    zh: '副头部为 {{received}}，应为 {{expected}}',
  },
  head_instead_of: {
    en: 'its head is {{received}} instead of {{expected}}',
    zh: '其头部为 {{received}}，应为 {{expected}}',
  },
  end_code_not_a_number: { en: 'its end code is no number', zh: '其结束代码不是数字' },
  end_code_in_long_answer: {
    en: 'end code {{code}} in an answer of {{count}} bytes',
    zh: '在 {{count}} 字节的应答中出现结束代码 {{code}}',
  },
  refusal_of_another_command: {
    en: 'a refusal of the command {{command}}, which was not given',
    zh: '拒绝了并未发出的命令 {{command}}',
  },
  data_of_another_kind: {
    en: 'its data are not of the kind that was asked for',
    zh: '其数据不是所请求的类型',
  },
  not_an_address: {
    en: '{{address}} is no address of a PLC: write D100, D100.3, W1F, M10 or X1F',
    zh: '{{address}} 不是 PLC 地址：应为 D100、D100.3、W1F、M10 或 X1F',
  },
  other_radix: {
    en: '{{address}}: numbers of {{device}} are {{radix}} on this series',
    zh: '{{address}}：此系列的 {{device}} 采用{{radix}}编号',
  },
  number_too_large: {
    en: '{{address}} is beyond the last number that a request can name',
    zh: '{{address}} 超出请求能表示的最大编号',
  },
  bit_of_a_bit: {
    en: '{{device}} is a bit itself: leave {{bit}} out',
    zh: '{{device}} 本身就是位：请去掉 {{bit}}',
  },
  bit_out_of_range: { en: '{{address}}: a word has the bits 0 to F', zh: '{{address}}：字的位为 0 至 F' },
  address_rule: {
    en: 'must be an address such as D100, D100.3, W1F or X1F',
    zh: '应为地址，如 D100、D100.3、W1F 或 X1F',
  },
  not_in_frames_1e: {
    en: 'frames 1E do not reach {{device}}: use a device that they reach, such as D or M, or frame 3E',
    zh: '1E 帧不能访问 {{device}}：请改用可访问的软元件（如 D、M）或 3E 帧',
  },
  wider_than_one_read: {
    en: 'takes {{width}} {{unit}}, and one read of this PLC gives {{most}}: split it',
    zh: '占 {{width}} 个{{unit}}，而此 PLC 单次最多读取 {{most}} 个：请拆分',
  },
  bit_device_needs_bool: {
    en: '{{device}} names a single bit here: its data_type is bool, not {{type}}',
    zh: '{{device}} 在此为单个位：data_type 应为 bool，而不是 {{type}}',
  },
  no_bytes_in_plc: {
    en: 'a PLC has words of 16 bits and no {{type}}: use int16 or uint16',
    zh: 'PLC 的字为 16 位，没有 {{type}}：请用 int16 或 uint16',
  },
  string_needs_words: {
    en: 'a string needs its length in words: half as many as it has bytes',
    zh: '文本须以字数给出长度，即字节数的一半',
  },
  bit_of_word_not_writable: {
    en: 'a bit of a word cannot be written: the word would have to be read and written back, and what the program changed in between would be lost; have the program take it from a relay, such as M100',
    zh: '字的位不能写入：须先读出整个字再写回，其间程序的更改会丢失；请由程序从继电器（如 M100）取值',
  },
  input_not_writable: {
    en: 'an input cannot be written: the PLC overwrites it in its next scan; have the program take the value from a relay, such as M100',
    zh: '输入不能写入：PLC 会在下一扫描周期覆盖它；请由程序从继电器（如 M100）取值',
  },
  xy_octal_only_of_fx5: {
    en: 'ascii_xy_octal is a setting of FX5, in frames 3E: choose ascii',
    zh: 'ascii_xy_octal 是 FX5 在 3E 帧下的设置：请选择 ascii',
  },
  octal: { en: 'octal', zh: '八进制' },
  decimal: { en: 'decimal', zh: '十进制' },
  hexadecimal: { en: 'hexadecimal', zh: '十六进制' },
});
