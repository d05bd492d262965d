// An app whose records a test reads. The test writes recorder.mjs beside it: the tool, which must be loaded first.
import * as recorder from './recorder.mjs';
import express from 'express';
import session from 'express-session';
import { loginWith } from 'passport-loginwith/express';

const { PROVIDER_URL: provider, APP_ID: appId, APP_SECRET: appSecret } = process.env;

const app = express();
if (recorder.accessLog) app.use(recorder.accessLog);
app.use(session({ secret: 'a secret of the app', resave: false, saveUninitialized: false }));
const auth = loginWith({
  providers: [{ name: 'pimbuzz', provider, appId, appSecret }],
  onLogin: (req, _res, next) => {
    process.send({ accessToken: req.loginWith.accessToken });
    next();
  },
});
app.use(auth);
app.get('/', (_req, res) => res.send('home'));
app.get('/broken', ({ url }) => {
  throw Object.assign(new Error(`GET ${url} failed`), { code: 'E_BROKEN', config: { url } });
});
app.use(auth.handleErrors());
app.use((error, _req, res, next) => {
  res.err = error; // where pino-http looks for it
  if (res.headersSent) next(error);
  else res.status(500).end();
});

const server = app.listen(0, '127.0.0.1', () => process.send({ url: `http://127.0.0.1:${server.address().port}` }));
process.once('message', () => {
  server.close();
  server.closeAllConnections();
  void auth.close();
  process.disconnect();
});
