import { useQuery } from '@tanstack/react-query';
import { consoleRoot } from '../api/api.ts';
import { useLicenceTexts } from './licences-texts.ts';

/** An entry of licences.json, as the build writes it. */
interface BundledLicence {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly text: string;
}

/** Packages whose code and fonts are part of the console, with their licences. */
export default function LicencesScreen() {
  const { t } = useLicenceTexts();
  const { data = [] } = useQuery({
    queryKey: ['licences'],
    queryFn: async () =>
      (await (await fetch(new URL('licences.json', consoleRoot))).json()) as BundledLicence[],
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <section className="page">
      <h1>{t('app.licences')}</h1>
      <p>{t('licences.intro')}</p>
      <ul className="licences">
        {data.map(({ name, version, licence, text }) => (
          <li key={`${name}@${version}`}>
            <details>
              <summary>
                <strong>{name}</strong> {version} <span className="quiet">{licence}</span>
              </summary>
              <pre lang="en">{text}</pre>
            </details>
          </li>
        ))}
      </ul>
    </section>
  );
}
