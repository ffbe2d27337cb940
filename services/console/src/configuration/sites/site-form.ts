import type { FormSchema } from '../../forms/form-schema.ts';

/** The fields of a site, besides its shifts and networks. */
export const siteForm: FormSchema = {
  properties: {
    code: { type: 'string', minLength: 1, maxLength: 128, 'x-label': { en: 'Code', zh: '编号' } },
    name: { type: 'string', default: '', maxLength: 256, 'x-label': { en: 'Name', zh: '名称' } },
    // Lists, which have editors of their own.
    shifts: { type: 'array', 'x-label': { en: 'Shifts', zh: '班次' } },
    networks: { type: 'array', 'x-label': { en: 'Networks of its devices', zh: '设备所在网段' } },
  },
  required: ['code'],
  'x-groups': [{ name: 'site', label: { en: 'Site', zh: '站点' }, folded: false, fields: ['code', 'name'] }],
};
