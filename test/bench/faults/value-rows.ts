import { answers } from './responses';
import { secretMark, type FaultRow } from './row';

const unexpected = 'response_unexpected 502';
const refused = 'provider_error 502';

const refusal = (message: unknown): ReturnType<typeof answers> => answers(JSON.stringify({ error: true, message }));

/** The provider's refusals (PROTOCOL.md, `authorize` and `get_user_info`), and what it says when its own parts fail. */
export const refusalRows: FaultRow[] = [
  {
    name: '"invalid app_id"',
    fault: refusal('Bad Request, invalid app_id'),
    authorize: 'app_id_invalid 500',
    reload: 'user',
  },
  {
    name: '"invalid app_secret"',
    fault: refusal('Bad Request, invalid app_secret'),
    authorize: 'app_secret_invalid 500',
    reload: 'user',
  },
  {
    name: '"invalid auth_key", twice',
    fault: refusal('Bad Request, invalid auth_key'),
    authorize: 'auth_key_invalid 403',
  },
  {
    name: '"invalid access_token", twice',
    fault: refusal('Bad Request, invalid access_token'),
    userInfo: 'token_expired 403',
  },
  {
    name: '"expired access_token", twice',
    fault: refusal('Bad Request, expired access_token'),
    userInfo: 'token_expired 403',
  },
  { name: '"invalid parameters"', fault: refusal('Bad Request, invalid parameters'), both: refused },
  {
    name: 'the app does not exist',
    fault: refusal("We're sorry, but the application you're trying to use doesn't exist or has been disabled"),
    authorize: 'app_id_invalid 500',
    reload: 'user',
  },
  {
    name: 'the module is off, version 4',
    fault: refusal('The developers module has been disabled by the admin'),
    both: 'module_disabled 500',
    reload: 'user',
  },
  {
    name: 'the module is off, version 2.8',
    fault: refusal('This feature has been disabled by the admin'),
    both: 'module_disabled 500',
    reload: 'user',
  },
  {
    name: 'the module is off, in French',
    fault: refusal("Cette fonction a été désactivée par l'administrateur"),
    both: 'module_disabled 500',
    reload: 'user',
  },
  { name: 'a text that nobody knows', fault: refusal('Something went wrong'), both: refused },
  { name: 'a text in French', fault: refusal('Une erreur est survenue'), both: refused },
  { name: 'raw SQL', fault: refusal(`Table 'site.x' doesn't exist in SELECT ${secretMark}`), both: refused },
  { name: 'HTML in the text', fault: refusal(`<script>alert("${secretMark}")</script>`), both: refused },
  { name: 'a text of 200 KB', fault: refusal('x'.repeat(200_000)), both: refused },
  { name: 'an empty text', fault: refusal(''), both: refused },
  { name: 'no text', fault: answers('{"error":true}'), both: refused },
  { name: 'a number for a text', fault: refusal(42), both: refused },
  { name: 'an object for a text', fault: refusal({ a: 1 }), both: refused },
  { name: 'error: "true"', fault: answers('{"error":"true","message":"x"}'), both: refused },
  { name: 'error: 0', fault: answers('{"error":0,"message":"x"}'), both: refused },
  { name: 'a text without an error', fault: answers('{"message":"Bad Request, invalid app_id"}'), both: unexpected },
];

const token = (value: unknown): ReturnType<typeof answers> => answers(JSON.stringify({ access_token: value }));
/** The right token, and more behind it. */
const tokenWith = (more: string): ReturnType<typeof answers> =>
  answers((json) =>
    JSON.stringify({ access_token: (JSON.parse(json) as { access_token: string }).access_token + more }),
  );

/** Tokens that are none. */
export const tokenRows: FaultRow[] = [
  { name: 'a token that is a number', fault: token(42), authorize: unexpected },
  { name: 'a token that is null', fault: token(null), authorize: unexpected },
  { name: 'a token that is true', fault: token(true), authorize: unexpected },
  { name: 'a token that is a list', fault: token(['t']), authorize: unexpected },
  { name: 'a token that is an object', fault: token({ t: 't' }), authorize: unexpected },
  { name: 'an empty token', fault: token(''), authorize: unexpected },
  { name: 'a token of 10 KB', fault: token('t'.repeat(10_000)), authorize: unexpected },
  { name: 'a token of 512 characters', fault: tokenWith('x'.repeat(512 - 33)), authorize: 'user' },
  { name: 'a token of 513 characters', fault: tokenWith('x'.repeat(513 - 33)), authorize: unexpected },
  { name: 'a token with a line break', fault: tokenWith('\r\nX-Evil: 1'), authorize: unexpected },
  { name: 'a token with a NUL', fault: tokenWith('\0'), authorize: unexpected },
  { name: 'a token with a blank', fault: tokenWith(' '), authorize: unexpected },
  { name: 'a token with an accent', fault: tokenWith('é'), authorize: unexpected },
  { name: 'a token with &, # and ?', fault: tokenWith('&user_id=1#?'), authorize: 'user' },
  { name: 'a token of another name', fault: answers('{"token":"t"}'), authorize: unexpected },
];

const user = (properties: string): ReturnType<typeof answers> => answers(`{"user_info":${properties}}`);

/** Users who are none. */
export const userRows: FaultRow[] = [
  { name: 'user_info: null', fault: user('null'), userInfo: unexpected },
  { name: 'user_info: a text', fault: user('"7"'), userInfo: unexpected },
  { name: 'user_info: a list', fault: user('[{"user_id":"7"}]'), userInfo: unexpected },
  { name: 'user_info: {}', fault: user('{}'), userInfo: unexpected },
  { name: 'no user_id', fault: user('{"user_name":"renee"}'), userInfo: unexpected },
  { name: 'user_id: null', fault: user('{"user_id":null}'), userInfo: unexpected },
  { name: 'user_id: empty', fault: user('{"user_id":""}'), userInfo: unexpected },
  { name: 'user_id: a blank', fault: user('{"user_id":" "}'), userInfo: unexpected },
  { name: 'user_id: an object', fault: user('{"user_id":{"id":"7"}}'), userInfo: unexpected },
  { name: 'user_id: a list', fault: user('{"user_id":["7"]}'), userInfo: unexpected },
  { name: 'user_id: true', fault: user('{"user_id":true}'), userInfo: unexpected },
  { name: 'user_id: 1.5', fault: user('{"user_id":1.5}'), userInfo: unexpected },
  { name: 'user_id: 1e21', fault: user('{"user_id":1e21}'), userInfo: unexpected },
  {
    name: 'user_id: a whole number',
    fault: answers((json) => json.replace(/"user_id":"(\d+)"/, '"user_id":$1')),
    userInfo: 'user',
  },
  {
    name: 'the user beside user_info',
    fault: answers((json) => JSON.stringify((JSON.parse(json) as { user_info: object }).user_info)),
    userInfo: unexpected,
  },
  {
    name: 'every other property of a wrong type',
    fault: answers((json) =>
      json.replace(/"user_name".*/, '"user_name":[1],"user_email":{},"user_picture":7,"user_website":[]}}'),
    ),
    userInfo: 'user',
  },
];
