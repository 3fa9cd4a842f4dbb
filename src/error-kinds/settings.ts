import type { ErrorKind } from './error-kind.ts';

/** What is wrong with what the program was told. */
export const ERRORS_OF_SETTINGS = {
  USAGE: {
    exit: 'usage',
    means: 'A command, flag or argument was not understood.',
    hint: 'See `clearinghouse-mirror --help`.',
  },
  SETTING_INVALID: {
    exit: 'usage',
    means: 'A setting has a value that cannot be used.',
    hint: 'Correct the flag, the environment variable or the line in .env that is named.',
  },
  ENV_FILE_EXISTS: {
    exit: 'usage',
    means: '`init` found a file .env in the folder.',
    hint: 'Edit it, or run `init --replace` to have it written anew.',
  },
  TOKEN_MISSING: {
    exit: 'usage',
    means: 'No API token was given.',
    hint: 'Run `clearinghouse-mirror init`, set CLEARINGHOUSE_API_TOKEN (environment or .env), or pass --token-file. Without a token, try `clearinghouse-mirror demo`.',
  },
  ADDRESS_UNTRUSTED: {
    exit: 'usage',
    means: 'A file .env names the address of the API, and the token comes from elsewhere. It was not sent.',
    hint: 'If the address is right, set it where the token is set: CLEARINGHOUSE_API_URL in the environment, or --api-url. Or put the token into the same .env.',
  },
  ADDRESS_INSECURE: {
    exit: 'usage',
    means: 'The API address would send the token unencrypted over a network.',
    hint: 'Use an https:// address; http:// is accepted for this machine itself (localhost, 127.0.0.1, ::1) only.',
  },
} as const satisfies Record<string, ErrorKind>;
