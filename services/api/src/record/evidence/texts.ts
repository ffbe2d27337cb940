import { catalogue } from '@holdfast/texts/text.ts';

export const evidenceText = catalogue('evidence', {
  site_has_no_shifts: {
    en: 'Set them with PATCH /api/config/sites/{id}/, or take days.',
    zh: '请用 PATCH /api/config/sites/{id}/ 设置班次，或按天分段。',
  },
});
