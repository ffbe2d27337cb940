/**
 * Chinese for failures that links of the MC protocol report in English. Settings keep the names of GX Works and the
 * form.
 */
export const melsecSentences = {
  'end code {{code}}, abnormal code {{abnormal}}: {{why}}':
    '结束代码 {{code}}，异常代码 {{abnormal}}：{{why}}',
  'end code {{code}}: {{why}}': '结束代码 {{code}}：{{why}}',
  'beyond the last number of this device: correct the address, or the device range in the PLC parameters':
    '超出该软元件的最大编号：请更正地址，或修改 PLC 参数中的软元件范围',
  'more points than it gives at once: set max_words or max_bits lower, or choose its series':
    '一次读取的点数过多：请减小 max_words 或 max_bits，或选择正确的系列',
  'it does not understand the request: check frame, data_code and series against its parameters':
    '无法识别请求：请对照其参数检查 frame、data_code 和 series',
  'locked by a remote password: unlock it, or leave this connection out of the password check in GX Works':
    '被远程口令锁定：请解锁，或在 GX Works 中将此连接排除在口令检查之外',
  'writing while it runs is not allowed: permit it ("Enable online change" in the Ethernet settings of GX Works)':
    '运行中不允许写入：请在 GX Works 的以太网设置中允许 RUN 中写入',
  'the station behind it does not answer: check network_no, pc_no, module_io and module_station':
    '其后的站没有应答：请检查 network_no、pc_no、module_io 和 module_station',
  'it has no such device: check the address against its series': '没有此软元件：请对照系列检查地址',
  'ASCII that it cannot read: set data_code as its parameters have it':
    '无法识别的 ASCII：请按其参数设置 data_code',
  'it does not know this command: check frame and series against its manual':
    '不支持此命令：请对照手册检查 frame 和 series',
  'this device cannot be read or written from outside': '此软元件不能从外部读写',
  'this device cannot be read or written in bits': '此软元件不能按位读写',
  'it is set to the other data code: set data_code as its parameters have it':
    '其设置为另一种数据代码：请按其参数设置 data_code',
  'busy with another request': '正在处理其他请求',
  'the request is longer than it takes: set max_words lower': '请求过长：请减小 max_words',
  'the CPU does not answer its Ethernet module: check pc_no, and whether it is in an error':
    'CPU 未应答其以太网模块：请检查 pc_no，以及 CPU 是否出错',
  'the CPU took too long to answer its Ethernet module': 'CPU 应答其以太网模块的时间过长',
  "an error of the CPU, which its user's manual names among the error codes":
    'CPU 错误，见其用户手册的错误代码表',
  "the user's manual of its Ethernet module has it among the error codes":
    '见其以太网模块用户手册的错误代码表',
  'subheader {{given}} instead of {{count}}': '副头部为 {{given}}，应为 {{count}}',
  'its head is {{given}} instead of {{wanted}}': '其头部为 {{given}}，应为 {{wanted}}',
  'its end code is no number': '其结束代码不是数字',
  'end code {{code}} in an answer of {{count}} bytes': '在 {{count}} 字节的应答中出现结束代码 {{code}}',
  'a refusal of the command {{command}}, which was not given': '拒绝了并未发出的命令 {{command}}',
  'its data are not of the kind that was asked for': '其数据不是所请求的类型',
} as const;
