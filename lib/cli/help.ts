export const help = `passport-loginwith: a local "Log in With" provider, to develop and test against

Usage
  passport-loginwith provider [options]   start a local provider
  passport-loginwith doctor [options]     check the set-up of an app
  passport-loginwith --help               show this text
  passport-loginwith --version            show the package's version

Options of provider
  --port <number>       port to listen on; 0 picks a free one (4000)
  --host <address>      address to listen on (127.0.0.1: this machine only); on any
                        other one, the whole network can use it, secrets included
  --name <name>         name of the site (Pimbuzz)
  --version <version>   version of the site's script: 2.8, 4.0 or 4.2 (4.2)
  --users <file>        JSON file with an array of users, such as
                        [{ "username": "ada", "firstName": "Ada" }]
  --redirect-url <URL>  URL of the app's callback
                        (http://localhost:3000/auth/NAME/callback)
  --site-url <URL>      URL of the provider, where it has a name of its own
  --state <file>        keep apps, users and grants in this file
  --help                show this text

Options of doctor: see passport-loginwith doctor --help

Exit codes: 0 stopped as asked, 1 it could not run, 2 the command line was not understood.
`;

export const doctorHelp = `passport-loginwith doctor: checks the set-up of an app, and says what to do

Usage
  passport-loginwith doctor                             what the environment and .env name
  passport-loginwith doctor --name pimbuzz --app https://app.example \\
      --redirect-url https://app.example/auth/pimbuzz/callback

It reads PIMBUZZ_APP_ID, PIMBUZZ_APP_SECRET, PIMBUZZ_URL (without it: the real site),
the same of LOOKLOOX_ or any other --name, and SESSION_SECRET. Nothing is written, no
login is used up, no secret is printed, and secrets go to the base URL alone.

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
  --proxy               the app reaches the site through HTTPS_PROXY, by "dispatcher"
  --timeout <ms>        time limit of each request (10000)
  --json                print JSON: { ok, counts, checks: [{ id, subject, status,
                        checked, found, advice }] }
  --help                show this text

Exit codes: 0 all is well, or only warnings, 1 there is a problem, 2 the command line was
not understood.
`;
