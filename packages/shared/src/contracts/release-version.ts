/** Version of the release: services exchange theirs. */
export const releaseVersion = '0.1.0';
