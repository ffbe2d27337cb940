import { catalogue } from '@holdfast/texts/text.ts';

export const timelineText = catalogue('timeline', {
  nats_does_not_answer: {
    en: 'NATS does not answer now, so {{lost|, and }}.',
    zh: 'NATS 目前没有应答：{{lost|；}}。',
  },
  losses_that_only_nats_could_tell: {
    en: 'losses that only NATS could tell of are called not_arrived',
    zh: '仅 NATS 知道的丢失显示为 not_arrived',
  },
  how_the_devices_were: { en: 'how the devices were is not known', zh: '设备状态未知' },
});
