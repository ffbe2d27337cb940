import { both, type FieldWords, type InBoth } from '@holdfast/driver/form-words.ts';
import type { ProtocolAdvice } from '@holdfast/driver/spec.ts';
import type { MelsecConnection } from '../layout/connection.ts';
import type { MelsecPlace } from '../layout/place.ts';

type Words<Field extends string> = Readonly<Record<Field, FieldWords>>;

export const protocolWords: { readonly label: InBoth; readonly help: InBoth } = {
  label: both('MELSEC (MC protocol, SLMP)', 'MELSEC（MC 协议、SLMP）'),
  help: both(
    'PLCs of Mitsubishi Electric over Ethernet: MELSEC Q, L, iQ-R, FX5 and FX3.',
    '三菱电机 PLC（以太网）：MELSEC Q、L、iQ-R、FX5、FX3。',
  ),
};

export const connectionWords: Words<keyof MelsecConnection> = {
  host: {
    label: both('Host', '主机'),
    help: both('IP address or name, without port: 192.168.3.39', 'IP 地址或主机名，不含端口：192.168.3.39'),
  },
  port: {
    label: both('Port', '端口'),
    help: both(
      'As set in the PLC for MC protocol or SLMP. GX Works may show it in hexadecimal: 1389H is 5001.',
      'PLC 中为 MC 协议或 SLMP 设置的端口。GX Works 可能以十六进制显示：1389H 即 5001。',
    ),
  },
  frame: {
    label: both('Frame', '帧格式'),
    options: {
      '3E': both('3E: Q, L, iQ-R, FX5', '3E：Q、L、iQ-R、FX5'),
      '4E': both('4E: with serial number; Q, L, iQ-R', '4E：带序列号；Q、L、iQ-R'),
      '1E': both('1E: FX3, A compatible', '1E：FX3、A 兼容'),
    },
  },
  data_code: {
    label: both('Data code', '数据代码'),
    help: both('"Communication data code" in GX Works.', 'GX Works 中的“通信数据代码”。'),
    options: {
      binary: both('Binary', '二进制'),
      ascii: both('ASCII; of FX5: ASCII (X, Y HEX)', 'ASCII；FX5 为 ASCII (X, Y HEX)'),
      ascii_xy_octal: both('ASCII (X, Y OCT) of FX5', 'FX5 的 ASCII (X, Y OCT)'),
    },
  },
  series: {
    label: both('Series', '系列'),
    help: both(
      'Decides how X and Y are numbered (octal on FX) and how much one read gives.',
      '决定 X、Y 的编号方式（FX 为八进制）及单次读取的数量。',
    ),
    options: {
      q: both('MELSEC-Q', 'MELSEC-Q'),
      l: both('MELSEC-L', 'MELSEC-L'),
      iq_r: both('MELSEC iQ-R', 'MELSEC iQ-R'),
      fx5: both('MELSEC iQ-F (FX5)', 'MELSEC iQ-F（FX5）'),
      fx3: both('MELSEC-F (FX3)', 'MELSEC-F（FX3）'),
    },
  },
  network_no: {
    label: both('Network number', '网络号'),
    help: both('0: the PLC itself, not one behind it.', '0：所连接的 PLC 本身，而非其后的站。'),
  },
  pc_no: {
    label: both('PC number', 'PC 号'),
    help: both('255 (FFH): the PLC itself.', '255（FFH）：PLC 本身。'),
  },
  module_io: {
    label: both('Module I/O number', '模块 I/O 号'),
    help: both('1023 (3FFH): its CPU.', '1023（3FFH）：其 CPU。'),
  },
  module_station: { label: both('Module station number', '模块站号') },
  max_words: {
    label: both('Words in one read', '单次读取字数'),
    help: both('Only if the PLC refuses what its series gives.', '仅在 PLC 拒绝其系列允许的数量时填写。'),
  },
  max_bits: { label: both('Bits in one read', '单次读取位数') },
};

export const placeWords: Words<keyof MelsecPlace> = {
  address: {
    label: both('Address', '地址'),
    help: both(
      'As GX Works writes it: D100, W1F, M10, X1F; a bit of a word: D100.3, D100.F.',
      '与 GX Works 相同：D100、W1F、M10、X1F；字的位：D100.3、D100.F。',
    ),
  },
  length: {
    label: both('Length', '长度'),
    help: both('In words: half as many as it has bytes.', '字数，即字节数的一半。'),
  },
  encoding: {
    label: both('Encoding', '编码'),
    options: { ascii: both('ASCII', 'ASCII'), 'utf-8': both('UTF-8', 'UTF-8'), gbk: both('GBK', 'GBK') },
  },
};

/** Has nothing on refusals: the words for their end codes already say what to do. */
export const advice: ProtocolAdvice = {
  silent: both(
    'Compare frame and data code with the settings of the PLC: many PLCs are silent where they differ. Then the station numbers, where it is behind another PLC, and last try a longer timeout.',
    '请对照 PLC 的设置检查帧格式和数据代码：不一致时，许多 PLC 不作应答。若经由其他 PLC 访问，再检查各站号，最后延长超时时间。',
  ),
  noValue: both(
    'Compare the address with the program of the PLC, and its series with the type plate: it decides how X and Y are numbered, and which devices there are.',
    '请对照 PLC 程序检查地址，并按铭牌核对系列：系列决定 X、Y 的编号方式和可用的软元件。',
  ),
};

/** Names in messages of problems. */
export const faultNames: Readonly<Record<string, string>> = {
  words: '字',
  bits: '位',
  octal: '八进制',
  decimal: '十进制',
  hexadecimal: '十六进制',
};
