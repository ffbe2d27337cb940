import { isText } from '@holdfast/texts/bounded-text.ts';
import { catalogue } from '@holdfast/texts/text.ts';

/** Where devices may be reached. */
export const networkText = catalogue('network', {
  address_not_in_device_networks: {
    en: '{{address}} is in none of the networks that DEVICE_NETWORKS allows ({{networks}})',
    zh: '{{address}} 不在 DEVICE_NETWORKS 允许的网段内（{{networks}}）',
  },
  address_not_of_a_plant: {
    en: "{{address}} is no address of a plant's network; to allow it, name its network in DEVICE_NETWORKS",
    zh: '{{address}} 不是工厂网络的地址；若要允许，请将其网段写入 DEVICE_NETWORKS',
  },
  address_not_in_site_networks: {
    en: '{{address}} is in none of the networks of site {{site}} ({{networks}})',
    zh: '{{address}} 不在站点 {{site}} 的网段内（{{networks}}）',
  },
  not_a_network: {
    en: '"{{network}}" is no network such as 192.168.10.0/24',
    zh: '“{{network}}”不是网段，例如 192.168.10.0/24',
  },
});

const ofDeviceNetworks = ['network.address_not_in_device_networks', 'network.address_not_of_a_plant'];

/** Whether DEVICE_NETWORKS is what a text, or one within it, names as the reason. */
export const isOutsideDeviceNetworks = (words: unknown): boolean =>
  isText(words) &&
  (ofDeviceNetworks.includes(words.code) || Object.values(words.params ?? {}).some(isOutsideDeviceNetworks));
