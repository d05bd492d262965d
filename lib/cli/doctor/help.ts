export const doctorHelp = `passport-loginwith doctor: checks the set-up of an app, and says what to do

Usage
  passport-loginwith doctor                             what the environment and .env name
  passport-loginwith doctor --name pimbuzz --app https://app.example \\
      --redirect-url https://app.example/auth/pimbuzz/callback

It reads PIMBUZZ_APP_ID, PIMBUZZ_APP_SECRET, PIMBUZZ_URL (without it: the real site),
the same of LOOKLOOX_ or any other --name, and SESSION_SECRET. If none is set, it takes
the local provider that runs in this folder. Nothing is written, no login is used up, no
secret is printed, and secrets go to the base URL alone.

Options
  --name <name>         the provider to check (all that have variables)
  --provider <URL>      its base URL, pimbuzz or lookloox; also --url
  --app-id <id>         instead of PIMBUZZ_APP_ID
  --app-secret <text>   instead of PIMBUZZ_APP_SECRET. DANGEROUS: every user of this
                        machine can read it in the list of processes, and the shell
                        keeps it. Use the variable, or .env
  --redirect-url <URL>  the redirect URL, as it is registered (PIMBUZZ_CALLBACK_URL)
  --app <URL>           where people open the app: it must run, and is visited
  --start <path>        where the app starts a login (/auth/NAME)
  --env-file <file>     instead of .env
  --proxy               the app reaches the site through HTTPS_PROXY, by "dispatcher";
                        not needed with NODE_USE_ENV_PROXY=1
  --timeout <ms>        time limit of each request (10000)
  --json                print JSON: { ok, counts, checks: [{ id, subject, status,
                        checked, found, advice }] }
  --help                show this text

Exit codes: 0 all is well, or only warnings, 1 there is a problem, 2 the command line was
not understood.
`;
