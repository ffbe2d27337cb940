import type { FieldWords } from '@holdfast/driver/form-words.ts';
import { dataTypes } from '@holdfast/driver/point.ts';
import type { DriverSpec, Specs } from '@holdfast/driver/spec.ts';
import { dataTypeWords, pointWords } from '@holdfast/shared/forms/common-words.ts';
import { inEachLanguage, type Text } from '@holdfast/texts/text.ts';
import * as z from 'zod';
import { pointListsText } from '../texts.ts';
import { typeWords } from './type-words.ts';

export type FieldKind =
  | 'text'
  | 'number'
  | 'whole'
  | 'period'
  | 'truth'
  | 'word'
  | 'names'
  | 'json'
  | 'address';

/** The meaning of a column: a field of a point or of its device. */
export interface ListField {
  readonly name: string;
  readonly of: 'device' | 'connection' | 'point' | 'place';
  readonly kind: FieldKind;
  readonly label: Text;
  readonly headers: readonly string[];
  /** Values by their words, which `normalWord` has normalised. */
  readonly words?: ReadonlyMap<string, string | number> | undefined;
  /** The other field that a column with words of its own sets. */
  readonly says?: string | undefined;
}

/** A word without case, width and joining characters. */
export function normalWord(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s_-]+/g, '');
}

const pointNouns = ['点位', '测点', '变量', '数据点', '信号', '标签'];
const ofPoints = (ends: readonly string[]) =>
  ['点', ...pointNouns].flatMap((noun) => ends.map((end) => `${noun}${end}`));

const common: readonly (readonly [
  name: string,
  of: ListField['of'],
  kind: FieldKind,
  label: Text,
  headers: readonly string[],
])[] = [
  [
    'device',
    'device',
    'text',
    pointListsText('device'),
    [
      'device code',
      'equipment',
      'machine',
      'plc',
      '设备代码',
      '设备编号',
      '设备编码',
      '设备号',
      '设备ID',
      '机台',
      '机台号',
      '机台编号',
    ],
  ],
  [
    'code',
    'point',
    'text',
    pointListsText('point'),
    [
      'code',
      'point code',
      'tag',
      'tag name',
      'variable',
      '代码',
      '编码',
      '点名',
      '变量名',
      '标签名',
      '位号',
      ...pointNouns,
      ...ofPoints(['代码', '编码', '编号', '号', '标识', '标识符']),
      '标识符',
    ],
  ],
  [
    'name',
    'point',
    'text',
    pointWords.name.label,
    [
      'point name',
      'description',
      'comment',
      'remark',
      '中文名',
      '中文名称',
      '描述',
      ...ofPoints(['名称', '中文名', '描述', '说明', '注释']),
      '备注',
      '说明',
    ],
  ],
  [
    'data_type',
    'point',
    'word',
    pointWords.data_type.label,
    ['type', 'datatype', 'format', '类型', '变量类型', '数据格式'],
  ],
  [
    'scale',
    'point',
    'number',
    pointWords.scale.label,
    [
      'factor',
      'coefficient',
      'multiplier',
      'ratio',
      'decimal',
      '系数',
      '倍率',
      '比例系数',
      '缩放',
      '缩放系数',
    ],
  ],
  ['offset', 'point', 'number', pointWords.offset.label, ['偏移量', '偏置']],
  [
    'unit',
    'point',
    'text',
    pointWords.unit.label,
    ['units', 'eng units', 'engineering unit', '工程单位', '计量单位'],
  ],
  [
    'precision',
    'point',
    'whole',
    pointWords.precision.label,
    ['decimals', 'decimal places', '精度', '小数位', '小数位数'],
  ],
  ['count', 'point', 'whole', pointWords.count.label, ['array size', 'quantity', '数组长度', '数量']],
  [
    'valid_min',
    'point',
    'number',
    pointWords.valid_min.label,
    ['min', 'minimum', 'low limit', '最小值', '下限'],
  ],
  [
    'valid_max',
    'point',
    'number',
    pointWords.valid_max.label,
    ['max', 'maximum', 'high limit', '最大值', '上限'],
  ],
  ['linear_raw_min', 'point', 'number', pointListsText('raw_from'), ['raw min', 'raw low', '原始最小值']],
  ['linear_raw_max', 'point', 'number', pointListsText('raw_to'), ['raw max', 'raw high', '原始最大值']],
  ['linear_eng_min', 'point', 'number', pointListsText('value_from'), ['eng min', 'scaled low', '量程下限']],
  ['linear_eng_max', 'point', 'number', pointListsText('value_to'), ['eng max', 'scaled high', '量程上限']],
  [
    'enumeration',
    'point',
    'names',
    pointWords.enumeration.label,
    ['names', 'values', 'enum', '枚举', '枚举值', '状态说明'],
  ],
  [
    'period_ms',
    'point',
    'period',
    // Exports have it as a header, which has to name the unit.
    pointListsText('period_ms'),
    [
      ...[
        'period',
        'scan period',
        'scan rate',
        'scan time',
        'scan interval',
        'interval',
        'sampling interval',
      ],
      ...['poll interval', 'polling interval', 'sample period', 'sampling period', 'polling period'],
      ...[
        'sample rate',
        'sampling rate',
        'poll rate',
        'polling rate',
        'sample frequency',
        'sampling frequency',
      ],
      ...[
        '周期',
        '采集周期',
        '采样周期',
        '采集间隔',
        '采样间隔',
        '轮询周期',
        '轮询间隔',
        '扫描周期',
        '扫描间隔',
      ],
      ...['采样率', '采集率', '采样频率', '采集频率', '轮询频率', '扫描频率'],
    ],
  ],
  ['report', 'point', 'json', pointWords.report.label, []],
  [
    'writable',
    'point',
    'truth',
    pointListsText('writable'),
    ['write', 'access', 'client access', 'attribute', 'rw', '读写', '读写权限', '读写属性', '是否可写'],
  ],
  ['enabled', 'point', 'truth', pointListsText('enabled'), ['active', '是否启用', '使能']],
  ['device_name', 'device', 'text', pointListsText('device_name'), ['equipment name', '机台名称']],
  ['measurement', 'device', 'text', pointListsText('measurement'), ['influx measurement']],
  ['site', 'device', 'text', pointListsText('site'), ['plant', 'site code', '厂区', '车间', '站点代码']],
  ['task', 'device', 'text', pointListsText('task'), ['task code', '采集任务', '任务代码']],
  [
    'protocol',
    'device',
    'word',
    pointListsText('protocol'),
    ['driver', 'protocol_type', '通讯协议', '通信协议', '协议类型', '驱动'],
  ],
];

/** Every field that a column may be, by name. A field that several protocols share is one field. */
export function listFields(specs: Specs): ReadonlyMap<string, ListField> {
  const fields = new Map<string, ListField>();
  for (const [name, of, kind, label, headers] of common) {
    const words = name === 'data_type' ? typeMap() : name === 'protocol' ? protocolMap(specs) : undefined;
    fields.set(name, { name, of, kind, label, headers, words });
  }
  for (const spec of specs.values()) {
    const { words, sheets } = spec;
    for (const [of, schema, own] of [
      ['place', spec.place, words.place],
      ['connection', spec.connection, words.connection],
    ] as const) {
      for (const [name, field] of Object.entries(schema.shape) as [string, z.ZodType][]) {
        const isAddress =
          (of === 'place' && sheets?.addresses?.field === name) || (of === 'connection' && name === 'host');
        const kind = isAddress ? 'address' : kindOf(field);
        if (kind === undefined) continue;
        const before = fields.get(name);
        const headers = [
          ...(before?.headers ?? []),
          ...(sheets?.headers[name] ?? []),
          ...labelsOf(own[name]),
        ];
        const valueByNormalWord = new Map([
          ...(before?.words ?? []),
          ...wordMap(spec, name, field, own[name]),
        ]);
        const label = before?.label ?? own[name]?.label ?? pointListsText('name_of_field', { name });
        fields.set(name, {
          ...{ name, of, label, headers: [...new Set(headers)] },
          kind: before?.kind === 'address' ? 'address' : kind,
          words: valueByNormalWord.size > 0 ? valueByNormalWord : undefined,
        });
      }
    }
    for (const { name, label, headers, field, words: valueByWord } of sheets?.aliases ?? []) {
      const valueByNormalWord = new Map(
        Object.entries(valueByWord).map(([word, value]) => [normalWord(word), value]),
      );
      fields.set(name, {
        name,
        of: 'place',
        kind: 'word',
        label,
        headers,
        words: valueByNormalWord,
        says: field,
      });
    }
  }
  return fields;
}

/** The kind of a field, or undefined for a value that no cell can hold. */
function kindOf(schema: z.ZodType): FieldKind | undefined {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodExactOptional ||
    schema instanceof z.ZodDefault
  )
    return kindOf(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodEnum) return 'word';
  if (schema instanceof z.ZodBoolean) return 'truth';
  if (schema instanceof z.ZodNumber) return 'whole';
  if (schema instanceof z.ZodString) return 'text';
  if (schema instanceof z.ZodUnion)
    return schema.options.every((each) => each instanceof z.ZodLiteral) ? 'word' : undefined;
  return undefined;
}

function valuesOf(schema: z.ZodType): readonly (string | number)[] {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodExactOptional ||
    schema instanceof z.ZodDefault
  )
    return valuesOf(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodEnum) return schema.options as readonly (string | number)[];
  if (schema instanceof z.ZodUnion)
    return schema.options.flatMap((each) =>
      each instanceof z.ZodLiteral ? ([...each.values] as (string | number)[]) : [],
    );
  return [];
}

function labelsOf(words: FieldWords | undefined): string[] {
  return words ? Object.values(inEachLanguage(words.label)) : [];
}

function wordMap(
  { sheets }: DriverSpec,
  name: string,
  schema: z.ZodType,
  words: FieldWords | undefined,
): (readonly [string, string | number])[] {
  const values = valuesOf(schema);
  return [
    ...Object.entries(sheets?.words[name] ?? {}).map(([word, value]) => [normalWord(word), value] as const),
    ...values.flatMap((value) => {
      const label = words?.options?.[String(value)];
      const labelParts = label ? Object.values(inEachLanguage(label)).flatMap(partsOf) : [];
      return labelParts.map((word) => [normalWord(word), value] as const);
    }),
    ...values.map((value) => [normalWord(String(value)), value] as const),
  ];
}

/** The names for a label: `CDAB：字交换` is known by either part and as a whole. */
function partsOf(label: string): string[] {
  return [label, ...label.split(/[:：(（]/).map((part) => part.replace(/[)）]\s*$/, ''))].filter(
    (part) => part.trim() !== '',
  );
}

function typeMap(): ReadonlyMap<string, string> {
  return new Map([
    ...Object.entries(typeWords).map(([word, type]) => [normalWord(word), type] as const),
    ...dataTypes.flatMap((type) =>
      [type, ...Object.values(inEachLanguage(dataTypeWords[type]))].map(
        (word) => [normalWord(word), type] as const,
      ),
    ),
  ]);
}

function protocolMap(specs: Specs): ReadonlyMap<string, string> {
  return new Map(
    [...specs.values()].flatMap(({ protocol, words, sheets }) =>
      [...(sheets?.protocols ?? []), ...Object.values(inEachLanguage(words.label)), protocol].map(
        (word) => [normalWord(word), protocol] as const,
      ),
    ),
  );
}
