export const help = `passport-loginwith: a local "Log in With" provider to develop and test against, and a doctor

Usage
  passport-loginwith provider [options]   start a local provider
  passport-loginwith provider [options] -- <command>
                                          start it and an app, which gets the
                                          site's URL, its id and its secret in
                                          the environment: -- node app.mjs
  passport-loginwith doctor [options]     check the set-up of an app
  passport-loginwith --help               show this text
  passport-loginwith --version            show the package's version

Options of provider
  --port <number>       port to listen on; 0 picks a free one (4000)
  --host <address>      address to listen on (127.0.0.1: this machine only); on any
                        other one, the whole network can use it, secrets included
  --name <name>         name of the site (Pimbuzz)
  --version <version>   version of the site's script: 2.8, 4.0 or 4.2 (4.2)
  --language <code>     language of the site, such as fr (en)
  --users <file>        JSON file with an array of users, such as
                        [{ "username": "ada", "firstName": "Ada" }]
  --redirect-url <URL>  URL of the app's callback
                        (http://localhost:3000/auth/NAME/callback)
  --site-url <URL>      URL of the provider, where it has a name of its own
  --uploads-url <URL>   URL of the site's pictures, where they are on a CDN
  --state <file>        keep apps, users and grants in this file
                        (.passport-loginwith/NAME.json in the current folder)
  --reset               start afresh; what was kept before is put aside
  --no-state            keep nothing
  --help                show this text

Everything else, such as a site in maintenance, is switched in the console that it names.

Options of doctor: see passport-loginwith doctor --help

Exit codes: 0 stopped as asked, 1 it could not run, 2 the command line was not understood; that of the
app's command, if it ends by itself.
`;
