const shapes = {
  overview: 'M2.5 14V8M6.2 14V3M9.8 14V6M13.5 14V10',
  sessions: 'M2 4.5h8M2 8h12M2 11.5h6',
  devices: 'M2 3h12v8H2zM6 14h4M8 11v3',
  live: 'M1.5 8h3l2-4.5 3 9 2-4.5h3',
  trends: 'M2 12.5l4-4.5 3 2.5L14 4',
  completeness: 'M2 2h3.5v3.5H2zM8 2h3.5v3.5H8zM2 8h3.5v3.5H2zM8 8h3.5v3.5H8zM14 2v9.5M2 14h12',
  ownership: 'M2 4h6M8 8h6M5 12h7M8 4v4',
  report: 'M3.5 1.5h6l3 3v10h-9zM9.5 1.5v3h3M5.5 8h5M5.5 11h5',
  configure: 'M2 4h7M13 4h1M2 8h1M7 8h7M2 12h6M12 12h2M11 2.5v3M5 6.5v3M10 10.5v3',
  changes: 'M3 6.5a5.5 5.5 0 1 1 -.5 3M3 2.5v4h4M8 5v3.5l2.5 1.5',
  audit: 'M3 1.5h10v13H3zM5.5 5h5M5.5 8h5M5.5 11h2.5',
  people:
    'M6 3a2.3 2.3 0 1 0 0 4.6a2.3 2.3 0 0 0 0-4.6M1.5 13.5c0-5 9-5 9 0M10.5 3.2a2.2 2.2 0 0 1 0 4.2M12 9.4c1.7.6 2.5 2 2.5 4.1',
  collectors: 'M2 2.5h12v4.5H2zM2 9h12v4.5H2zM4.5 4.75h1M4.5 11.25h1',
  stores: 'M3 4c0-3 10-3 10 0v8c0 3-10 3-10 0zM3 4c0 2.6 10 2.6 10 0',
  language: 'M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 0 0 0-13M1.5 8h13M8 1.5c-4 4-4 9 0 13c4-4 4-9 0-13',
  light:
    'M8 5a3 3 0 1 0 0 6a3 3 0 0 0 0-6M8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M3 13l1-1M12 4l1-1',
  dark: 'M13 9.5A5.5 5.5 0 0 1 6.5 3a5.5 5.5 0 1 0 6.5 6.5z',
  system: 'M8 2a6 6 0 1 0 0 12zM8 2a6 6 0 0 1 0 12',
  search: 'M7 2a5 5 0 1 0 0 10a5 5 0 0 0 0-10M10.8 10.8L14.5 14.5',
  close: 'M3 3l10 10M13 3L3 13',
  down: 'M4 6l4 4 4-4',
  person: 'M8 2.5a2.7 2.7 0 1 0 0 5.4a2.7 2.7 0 0 0 0-5.4M2.5 14c0-5.6 11-5.6 11 0',
  menu: 'M2 4h12M2 8h12M2 12h12',
} as const;

export type IconName = keyof typeof shapes;

/** A small drawing next to words that say the same. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={shapes[name]} />
    </svg>
  );
}

/** The sign of Holdfast: two lines that hold each other. */
export function Logo() {
  return (
    <svg className="logo" viewBox="0 0 16 16" aria-hidden="true">
      <path d="M4.5 2v12M11.5 2v12M1 6h14M1 10h14" />
    </svg>
  );
}
