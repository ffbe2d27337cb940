/** The streams that stand for SESSIONS and AUDIT where bare commands are measured. */
export const bareCommandStreams = ['COMMANDS', 'COMMANDS_AUDIT'] as const;
