import { inEnglish } from '@holdfast/texts/testing/in-english.ts';
import { expect, it } from 'vitest';
import { serialPaths } from './serial-paths.ts';

const refusal = serialPaths(['/dev/tty', '/dev/serial/']);

it.each(['/dev/ttyUSB0', '/dev/ttyS1', '/dev/serial/by-id/usb-FTDI_FT232R-if00-port0'])(
  'a serial port is opened: %s',
  (path) => {
    expect(refusal(path)).toBeUndefined();
  },
);

it.each(['/dev/watchdog', '/etc/passwd', '/dev/tty/../watchdog', '/dev/serial/../sda', 'dev/ttyUSB0', ''])(
  'anything else is not: "%s"',
  (path) => {
    expect(inEnglish(refusal(path))).toContain('SERIAL_PATHS');
  },
);
