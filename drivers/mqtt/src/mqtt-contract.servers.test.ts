import { mosquittoContract } from './testing/mosquitto-contract.ts';

mosquittoContract('5');
