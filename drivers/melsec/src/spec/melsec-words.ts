import type { FieldWords } from '@holdfast/driver/form-words.ts';
import type { ProtocolAdvice } from '@holdfast/driver/spec.ts';
import type { Text } from '@holdfast/texts/text.ts';
import type { MelsecConnection } from '../layout/connection.ts';
import type { MelsecPlace } from '../layout/place.ts';
import { melsecText } from '../texts.ts';

type Words<Field extends string> = Readonly<Record<Field, FieldWords>>;

export const protocolWords: { readonly label: Text; readonly help: Text } = {
  label: melsecText('melsec_mc_protocol_slmp'),
  help: melsecText('protocol_help'),
};

export const connectionWords: Words<keyof MelsecConnection> = {
  host: {
    label: melsecText('host'),
    help: melsecText('host_help'),
  },
  port: {
    label: melsecText('port'),
    help: melsecText('port_help'),
  },
  frame: {
    label: melsecText('frame'),
    options: {
      '3E': melsecText('frame_3e'),
      '4E': melsecText('frame_4e'),
      '1E': melsecText('frame_1e'),
    },
  },
  data_code: {
    label: melsecText('data_code'),
    help: melsecText('data_code_help'),
    options: {
      binary: melsecText('data_code_binary'),
      ascii: melsecText('data_code_ascii'),
      ascii_xy_octal: melsecText('data_code_ascii_xy_octal'),
    },
  },
  series: {
    label: melsecText('series'),
    help: melsecText('series_help'),
    options: {
      q: melsecText('series_q'),
      l: melsecText('series_l'),
      iq_r: melsecText('series_iq_r'),
      fx5: melsecText('series_fx5'),
      fx3: melsecText('series_fx3'),
    },
  },
  network_no: {
    label: melsecText('network_no'),
    help: melsecText('network_no_help'),
  },
  pc_no: {
    label: melsecText('pc_no'),
    help: melsecText('pc_no_help'),
  },
  module_io: {
    label: melsecText('module_io'),
    help: melsecText('module_io_help'),
  },
  module_station: { label: melsecText('module_station') },
  max_words: {
    label: melsecText('max_words'),
    help: melsecText('max_words_help'),
  },
  max_bits: { label: melsecText('max_bits') },
};

export const placeWords: Words<keyof MelsecPlace> = {
  address: {
    label: melsecText('address'),
    help: melsecText('address_help'),
  },
  length: {
    label: melsecText('length'),
    help: melsecText('length_help'),
  },
  encoding: {
    label: melsecText('encoding'),
    options: {
      ascii: melsecText('encoding_ascii'),
      'utf-8': melsecText('encoding_utf_8'),
      gbk: melsecText('encoding_gbk'),
    },
  },
};

/** Has nothing on refusals: the words for their end codes already say what to do. */
export const advice: ProtocolAdvice = {
  silent: melsecText('advice_silent'),
  noValue: melsecText('advice_no_value'),
};
