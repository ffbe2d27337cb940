import type { AddressNotation } from '@holdfast/shared/contracts/http/protocols-http.ts';
import { classicOf, inHexadecimal, readAddress } from './address-reading.ts';
import { useFirstRunTexts } from './texts.ts';

/**
 * Says how an address is read, while it is typed: manuals count from 0 or from 1, and seldom say which. Shows nothing where
 * the protocol has no notations of numbers.
 */
export function AddressHint({
  text,
  chosen,
  notations,
}: {
  text: string;
  chosen: (field: string) => string | undefined;
  notations: readonly AddressNotation[];
}) {
  const { t } = useFirstRunTexts();
  if (text.trim() === '' || notations.length === 0) return null;
  const reading = readAddress(text, notations);
  if (reading === undefined) return <p>{t('first.address.odd')}</p>;
  const { wire, sets } = reading;
  const written = text.trim();
  const isNamed = Object.keys(sets).length > 0;
  const classic = classicOf(wire, chosen, notations);
  return (
    <>
      <p>{t('first.address.wire', { written, wire: String(wire), hex: inHexadecimal(wire) })}</p>
      {isNamed
        ? /^[1-9]/.test(written) &&
          Number(written) <= 65_535 && (
            <p className="quiet">
              {t('first.address.number', { written, hex: inHexadecimal(Number(written)) })}
            </p>
          )
        : classic && <p className="quiet">{t('first.address.classic', { classic })}</p>}
    </>
  );
}
