/** What stands for SESSIONS and for AUDIT where bare commands are measured. */
export const bareCommandStreams = ['COMMANDS', 'COMMANDS_AUDIT'] as const;
