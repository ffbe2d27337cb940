import type { ChangedKind } from '@holdfast/shared/contracts/http/change-sets-http.ts';
import type { FieldWords } from '../../apply/differences.tsx';
import { useSites, useTasks } from '../../first-run/first-run-queries.ts';
import { type FieldSchema, presentSchema } from '../../forms/form-schema.ts';
import { useProtocols } from '../../forms/use-protocols.ts';
import { useDevices } from '../queries.ts';
import { siteForm } from '../sites/site-form.ts';
import { taskForm } from '../tasks/task-form.ts';
import { useConfigurationTexts } from '../texts.ts';

const namedAtMost = 8;

/** Words for fields and their values, from the same forms in which they are edited. */
export function useFieldWords(): FieldWords {
  const { t, locale, language } = useConfigurationTexts();
  const protocols = useProtocols().data ?? [];
  const sites = useSites().data ?? [];
  const devices = useDevices().data ?? [];
  const tasks = useTasks().data ?? [];
  const own: Readonly<Record<string, FieldSchema | undefined>> = { site: siteForm, task: taskForm };
  const schemaOf = (kind: ChangedKind, field: string): FieldSchema | undefined => {
    const forms = kind === 'device' || kind === 'point' ? protocols.map((each) => each[kind]) : [own[kind]];
    return forms.find((form) => form?.properties?.[field] !== undefined)?.properties?.[field];
  };
  const codes = (all: readonly { readonly id: number; readonly code: string }[], ids: unknown) => {
    const list = Array.isArray(ids) ? ids : [ids];
    const names = list
      .slice(0, namedAtMost)
      .map((id) => all.find((each) => each.id === id)?.code ?? `#${id}`);
    const more = list.length - names.length;
    return (
      [...names, ...(more > 0 ? [t('config.value.more', { count: more })] : [])].join(t('app.list')) || '–'
    );
  };
  const plain = (value: unknown, schema: FieldSchema | undefined): string => {
    if (value === null || value === undefined || value === '') return '–';
    const word = schema?.['x-options']?.[String(value)]?.[language];
    if (word !== undefined) return word;
    if (typeof value === 'boolean') return t(value ? 'config.value.yes' : 'config.value.no');
    if (typeof value === 'number') {
      return new Intl.NumberFormat(locale, { maximumSignificantDigits: 15, useGrouping: false }).format(
        value,
      );
    }
    if (typeof value === 'string') return value;
    if (Array.isArray(value)) return value.map((each) => plain(each, undefined)).join(t('app.list')) || '–';
    const inner = schema && presentSchema(schema).properties;
    return (
      Object.entries(value)
        .filter(([, each]) => each !== null)
        .map(([name, each]) => {
          const label = inner?.[name]?.['x-label']?.[language] ?? name;
          return `${label}${t('app.colon')}${plain(each, inner?.[name])}`;
        })
        .join(t('app.semicolon')) || '–'
    );
  };
  return {
    field: (kind, field) => {
      if (field === 'device_ids' || field === 'point_ids' || field === 'device_id')
        return t(`config.field.${field}`);
      return schemaOf(kind, field)?.['x-label']?.[language] ?? field;
    },
    value: (kind, field, value) => {
      if (value === null || value === undefined) return '–';
      if (field === 'site_id') return codes(sites, value);
      if (field === 'device_ids' || field === 'device_id') return codes(devices, value);
      if (field === 'task_id') return codes(tasks, value);
      if (field === 'point_ids' && Array.isArray(value))
        return t('config.value.points', { count: value.length });
      return plain(value, schemaOf(kind, field));
    },
  };
}
