import { plantHost } from '../polled/plant-task.ts';

export interface PeerLoad {
  readonly port: number;
  readonly devices: number;
  readonly registers: number;
  readonly periodMs: number;
}

/** What an operator would draw: a modbus-read node with its server for each device, and one function that makes values. */
export function nodeRedFlow({ port, devices, registers, periodMs }: PeerLoad): readonly object[] {
  const codes = Array.from({ length: registers }, (_, index) => `temperature_zone_${index + 1}`);
  const flow: object[] = [
    { id: 'tab', type: 'tab', label: 'plant' },
    {
      id: 'values',
      type: 'function',
      z: 'tab',
      // Without a place it would count as a configuration, and one that depends on itself when it is named like its id.
      ...{ x: 400, y: 40 },
      name: 'make values',
      func: [
        `const codes = ${JSON.stringify(codes)};`,
        'const values = {};',
        'for (let at = 0; at < codes.length; at += 1) values[codes[at]] = msg.payload[at] / 10;',
        'if (!(values[codes[codes.length - 1]] >= 0)) throw new Error("a register is no number");',
        "context.set('newest', values);",
        "const readings = (context.get('readings') ?? 0) + 1;",
        "context.set('readings', readings);",
        `if (readings === ${devices}) node.warn('values of all devices');`,
        'return null;',
      ].join('\n'),
      outputs: 0,
      wires: [],
    },
  ];
  for (let index = 1; index <= devices; index += 1) {
    flow.push(
      {
        id: `server${index}`,
        type: 'modbus-client',
        name: `press ${index}`,
        clienttype: 'tcp',
        bufferCommands: true,
        stateLogEnabled: false,
        queueLogEnabled: false,
        tcpHost: plantHost(index),
        tcpPort: port,
        tcpType: 'DEFAULT',
        unit_id: 1,
        commandDelay: 1,
        clientTimeout: 1_000,
        reconnectOnTimeout: true,
        reconnectTimeout: 2_000,
        parallelUnitIdsAllowed: true,
      },
      {
        id: `read${index}`,
        type: 'modbus-read',
        z: 'tab',
        name: `press ${index}`,
        topic: '',
        showStatusActivities: false,
        logIOActivities: false,
        showErrors: true,
        unitid: '1',
        dataType: 'HoldingRegister',
        adr: '0',
        quantity: String(registers),
        rate: String(periodMs),
        rateUnit: 'ms',
        delayOnStart: false,
        startDelayTime: '',
        server: `server${index}`,
        useIOFile: false,
        ioFile: '',
        useIOForPayload: false,
        emptyMsgOnFail: false,
        wires: [['values'], []],
      },
    );
  }
  return flow;
}
