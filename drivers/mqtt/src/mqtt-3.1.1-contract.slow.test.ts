import { mosquittoContract } from './testing/mosquitto-contract.ts';

mosquittoContract('3.1.1');
