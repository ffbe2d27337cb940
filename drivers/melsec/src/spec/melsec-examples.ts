export const deviceExamples: readonly object[] = [
  { code: 'press-4', protocol: 'melsec', host: '192.168.3.39', port: 5001, series: 'iq_r', frame: '4E' },
  { code: 'oven-2', protocol: 'melsec', host: '192.168.3.250', port: 5002, series: 'fx5' },
  {
    ...{ code: 'packer-1', protocol: 'melsec', host: '192.168.1.254', port: 1281, series: 'fx3' },
    ...{ frame: '1E', data_code: 'ascii' },
  },
];

export const pointExamples: readonly object[] = [
  { code: 'oil_temp', address: 'D100', data_type: 'int16', scale: 0.1, unit: '°C' },
  { code: 'shots', address: 'D200', data_type: 'uint32' },
  { code: 'running', address: 'M10', data_type: 'bool' },
  { code: 'door_open', address: 'X1F', data_type: 'bool' },
  { code: 'alarm', address: 'D120.3', data_type: 'bool' },
  { code: 'recipe', address: 'ZR5000', data_type: 'string', length: 10 },
];
