import { BlockPlan } from '@holdfast/driver/blocks/block-plan.ts';
import type { Driver } from '@holdfast/driver/driver.ts';
import type { CreateDriver } from '@holdfast/driver/registry.ts';
import type { MelsecConnection } from './layout/connection.ts';
import type { MelsecPlace } from './layout/place.ts';
import { MelsecLink } from './link/melsec-link.ts';
import { melsecReading } from './plan/melsec-reading.ts';
import { melsecSpec } from './spec/melsec-spec.ts';

export const createDriver: CreateDriver = () => {
  const driver: Driver<MelsecConnection, MelsecPlace> = {
    spec: melsecSpec,
    plan: (device, list, options) => new BlockPlan(melsecReading(device), list, options),
    link: (connection, host) => new MelsecLink(connection, host),
  };
  return driver as Driver;
};
