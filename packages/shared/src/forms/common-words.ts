import type { FieldWords } from '@holdfast/driver/form-words.ts';
import type { Text } from '@holdfast/texts/text.ts';
import type { DataType } from '../contracts/device.ts';
import type { PointCommon } from '../contracts/http/point-http.ts';
import { formText } from './texts.ts';

/** Fields of a device that every protocol has. */
export type CommonDeviceField =
  | 'code'
  | 'name'
  | 'site_id'
  | 'protocol'
  | 'mode'
  | 'timeout_ms'
  | 'measurement'
  | 'enabled';

export const deviceWords: Readonly<Record<CommonDeviceField, FieldWords>> = {
  code: {
    label: formText('code'),
    help: formText('code_help'),
  },
  name: { label: formText('name'), help: formText('name_help') },
  site_id: { label: formText('site_id') },
  protocol: { label: formText('protocol') },
  mode: {
    label: formText('mode'),
    options: {
      polled: formText('mode_polled'),
      subscribed: formText('mode_subscribed'),
    },
  },
  timeout_ms: {
    label: formText('timeout_ms'),
    help: formText('timeout_ms_help'),
    unit: 'ms',
  },
  measurement: {
    label: formText('measurement'),
    help: formText('measurement_help'),
  },
  enabled: { label: formText('enabled') },
};

export const dataTypeWords: Readonly<Record<DataType, Text>> = {
  bool: formText('data_type_bool'),
  int8: formText('data_type_int8'),
  uint8: formText('data_type_uint8'),
  int16: formText('data_type_int16'),
  uint16: formText('data_type_uint16'),
  int32: formText('data_type_int32'),
  uint32: formText('data_type_uint32'),
  int64: formText('data_type_int64'),
  uint64: formText('data_type_uint64'),
  float16: formText('data_type_float16'),
  float32: formText('data_type_float32'),
  float64: formText('data_type_float64'),
  bcd16: formText('data_type_bcd16'),
  bcd32: formText('data_type_bcd32'),
  string: formText('data_type_string'),
  unix_time32: formText('data_type_unix_time32'),
  unix_time64: formText('data_type_unix_time64'),
};

export const pointWords: Readonly<Record<keyof PointCommon, FieldWords>> = {
  code: {
    label: formText('code'),
    help: formText('short_and_unique_in_the_device'),
  },
  name: { label: formText('name'), help: formText('name_help') },
  unit: { label: formText('unit'), help: formText('unit_help') },
  data_type: {
    label: formText('data_type'),
    help: formText('data_type_help'),
    options: dataTypeWords,
  },
  scale: {
    label: formText('scale'),
    help: formText('scale_help'),
  },
  offset: { label: formText('offset') },
  count: {
    label: formText('count'),
    help: formText('count_help'),
  },
  precision: { label: formText('precision') },
  valid_min: {
    label: formText('valid_min'),
    help: formText('valid_min_help'),
  },
  valid_max: { label: formText('valid_max') },
  linear: {
    label: formText('linear'),
    help: formText('linear_help'),
    fields: {
      raw_min: { label: formText('linear_raw_min') },
      raw_max: { label: formText('linear_raw_max') },
      eng_min: { label: formText('linear_eng_min') },
      eng_max: { label: formText('linear_eng_max') },
    },
  },
  enumeration: {
    label: formText('enumeration'),
    help: formText('enumeration_help'),
  },
  period_ms: {
    label: formText('period_ms'),
    help: formText('period_ms_help'),
    unit: 'ms',
  },
  report: {
    label: formText('report'),
    help: formText('report_help'),
    fields: {
      deadband_absolute: {
        label: formText('report_deadband_absolute'),
        help: formText('report_deadband_absolute_help'),
      },
      deadband_percent: { label: formText('report_deadband_percent'), unit: '%' },
      heartbeat_ms: {
        label: formText('report_heartbeat_ms'),
        help: formText('report_heartbeat_ms_help'),
        unit: 'ms',
      },
    },
  },
  writable: {
    label: formText('writable'),
    help: formText('writable_help'),
  },
  enabled: { label: formText('enabled') },
};
