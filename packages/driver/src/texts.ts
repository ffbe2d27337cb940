import { catalogue } from '@holdfast/texts/text.ts';

export const driverText = catalogue('driver', {
  name_of_a_file: {
    en: 'Name of a file in the folder DEVICE_SECRETS of the collectors; its content goes to no other site or host than bindings.json there names.',
    zh: '采集器 DEVICE_SECRETS 文件夹中的文件名；内容只发往其中 bindings.json 写明的站点和主机。',
  },
  secret: { en: 'Secret', zh: '密钥名' },
  tls: { en: 'TLS', zh: 'TLS' },
  authority: { en: 'Authority', zh: 'CA 证书' },
  certificate: { en: 'Certificate', zh: '客户端证书' },
  key: { en: 'Key', zh: '私钥' },
  server_name: { en: 'Name in the certificate', zh: '证书中的名称' },
  server_name_help: { en: 'The host unless set.', zh: '不填则为主机名。' },
});
