const shapes = {
  sessions: 'M2 4.5h8M2 8h12M2 11.5h6',
  language: 'M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 0 0 0-13M1.5 8h13M8 1.5c-4 4-4 9 0 13c4-4 4-9 0-13',
  light:
    'M8 5a3 3 0 1 0 0 6a3 3 0 0 0 0-6M8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M3 13l1-1M12 4l1-1',
  dark: 'M13 9.5A5.5 5.5 0 0 1 6.5 3a5.5 5.5 0 1 0 6.5 6.5z',
  system: 'M8 2a6 6 0 1 0 0 12zM8 2a6 6 0 0 1 0 12',
  search: 'M7 2a5 5 0 1 0 0 10a5 5 0 0 0 0-10M10.8 10.8L14.5 14.5',
  close: 'M3 3l10 10M13 3L3 13',
  down: 'M4 6l4 4 4-4',
  menu: 'M2 4h12M2 8h12M2 12h12',
} as const;

export type IconName = keyof typeof shapes;

/** A small drawing beside words that say the same. */
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
