/** Dialogs that open from every screen. */
export type ShellDialog = 'palette' | 'shortcuts' | 'account' | 'start';
