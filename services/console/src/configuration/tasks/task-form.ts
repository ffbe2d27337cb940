import type { FormSchema } from '../../forms/form-schema.ts';

const seconds = {
  anyOf: [{ type: 'integer', minimum: 1 }, { type: 'null' }],
  default: null,
  'x-unit': 's',
} as const;

/** The fields of a task, besides the devices that it reads. */
export const taskForm: FormSchema = {
  properties: {
    code: { type: 'string', minLength: 1, maxLength: 128, 'x-label': { en: 'Code', zh: '编号' } },
    name: { type: 'string', default: '', maxLength: 256, 'x-label': { en: 'Name', zh: '名称' } },
    period_ms: {
      ...{ type: 'integer', minimum: 10, maximum: 86_400_000, 'x-unit': 'ms' },
      'x-label': { en: 'Period', zh: '采集周期' },
      'x-help': {
        en: 'For points without a period of their own. 1000 is once a second.',
        zh: '适用于没有单独设置周期的点位。1000 即每秒一次。',
      },
    },
    enabled: {
      ...{ type: 'boolean', default: true },
      'x-label': { en: 'Enabled', zh: '启用' },
      'x-help': { en: 'Otherwise it cannot be started.', zh: '停用后不能启动。' },
    },
    max_duration: {
      default: null,
      anyOf: [
        {
          type: 'object',
          properties: {
            soft_seconds: { ...seconds, 'x-label': { en: 'Warn after', zh: '超过后警告' } },
            hard_seconds: { ...seconds, 'x-label': { en: 'Stop after', zh: '超过后停止' } },
          },
        },
        { type: 'null' },
      ],
      'x-label': { en: 'Longest session', zh: '会话最长时间' },
    },
    required_labels: {
      ...{ type: 'object', additionalProperties: { type: 'string' }, default: {} },
      'x-label': { en: 'Only on collectors with these labels', zh: '仅限带有以下标签的采集器' },
      'x-help': { en: 'One a line: site = hall-1', zh: '每行一个：site = hall-1' },
    },
  },
  required: ['code', 'period_ms'],
  'x-groups': [
    {
      name: 'task',
      label: { en: 'Task', zh: '任务' },
      folded: false,
      fields: ['code', 'name', 'period_ms', 'enabled'],
    },
    {
      name: 'more',
      label: { en: 'Time limits and collectors', zh: '时限与采集器' },
      folded: true,
      fields: ['max_duration', 'required_labels'],
    },
  ],
};
