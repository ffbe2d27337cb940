import {
  createContext,
  type ReactNode,
  use,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useState,
} from 'react';
import { type Language, languages, type SpokenTexts, speak } from '../i18n/language.ts';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

/** Clocks by which times may be shown. */
export const clocks = ['plant', 'own', 'utc'] as const;
export type Clock = (typeof clocks)[number];

interface Preferences extends SpokenTexts {
  readonly theme: Theme;
  readonly clock: Clock;
  /** Whether a key alone, without Ctrl, does something. */
  readonly singleKeys: boolean;
  setTheme(theme: Theme): void;
  setClock(clock: Clock): void;
  setSingleKeys(isOn: boolean): void;
  setLanguage(language: Language): void;
}

const PreferencesContext = createContext<Preferences | undefined>(undefined);

/** Language, theme and clock, and how to change them. Kept in the browser. */
export function usePreferences(): Preferences {
  const preferences = use(PreferencesContext);
  if (preferences === undefined) throw new Error('there are no preferences above this component');
  return preferences;
}

export function PreferencesProvider({ first, children }: { first: SpokenTexts; children: ReactNode }) {
  const [texts, setSpoken] = useState(first);
  const [theme, setTheme] = useState(() => storedChoice('theme', themes, 'system'));
  const [clock, setClock] = useState(() => storedChoice('clock', clocks, 'plant'));
  const [singleKeys, setSingleKeys] = useState(() => readSetting('keys') !== 'off');
  // Runs before anything asks the API again, which answers in this language.
  useLayoutEffect(() => {
    document.documentElement.lang = texts.locale;
  }, [texts]);
  useEffect(() => {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const paper = matchMedia('print');
    const apply = () => {
      const isDark = !paper.matches && (theme === 'dark' || (theme === 'system' && dark.matches));
      document.documentElement.dataset.theme = isDark ? 'dark' : 'light';
      dispatchEvent(new Event('themechange'));
    };
    apply();
    dark.addEventListener('change', apply);
    paper.addEventListener('change', apply);
    return () => {
      dark.removeEventListener('change', apply);
      paper.removeEventListener('change', apply);
    };
  }, [theme]);
  const changeTheme = useCallback((next: Theme) => {
    storeSetting('theme', next);
    setTheme(next);
  }, []);
  const changeClock = useCallback((next: Clock) => {
    storeSetting('clock', next);
    setClock(next);
  }, []);
  const changeSingleKeys = useCallback((isOn: boolean) => {
    storeSetting('keys', isOn ? 'on' : 'off');
    setSingleKeys(isOn);
  }, []);
  const changeLanguage = useCallback((next: Language) => {
    storeSetting('language', next);
    void speak(next).then(setSpoken);
  }, []);
  const value = useMemo(
    () => ({
      ...texts,
      theme,
      clock,
      singleKeys,
      setTheme: changeTheme,
      setClock: changeClock,
      setSingleKeys: changeSingleKeys,
      setLanguage: changeLanguage,
    }),
    [texts, theme, clock, singleKeys, changeTheme, changeClock, changeSingleKeys, changeLanguage],
  );
  return <PreferencesContext value={value}>{children}</PreferencesContext>;
}

/** The language that was chosen here, else the one that the browser asks for. */
export function storedLanguage(): Language {
  const language = languages.find((each) => each === readSetting('language'));
  // The login page hands on the language in which it was read.
  const parameter = new URLSearchParams(location.search).get('lang');
  const addressLanguage = languages.find((each) => each === parameter);
  return language ?? addressLanguage ?? (navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en');
}

function storedChoice<T extends string>(name: string, all: readonly T[], byDefault: T): T {
  const value = readSetting(name);
  return all.find((each) => each === value) ?? byDefault;
}

/** Reads a setting that this browser keeps for the console. */
export function readSetting(name: string): string | null {
  try {
    return localStorage.getItem(`holdfast.${name}`);
  } catch {
    // The browser stores nothing for pages: the choice lasts until the page is left.
    return null;
  }
}

export function storeSetting(name: string, value: string): void {
  try {
    localStorage.setItem(`holdfast.${name}`, value);
  } catch {}
}
