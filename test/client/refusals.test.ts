import { explainRefusal, foundNoParameters } from '../../lib/client/refusals';

test.each([
  ['Bad Request, invalid app_id', 'app_id_invalid', false, 'does not accept the appId'],
  ['Bad Request, invalid app_secret', 'app_secret_invalid', false, 'does not accept the appSecret'],
  ['Bad Request, invalid auth_key', 'auth_key_invalid', true, 'does not accept the auth_key'],
  ['Bad Request, invalid access_token', 'token_expired', true, 'does not know the access token any more'],
  ['Bad Request, expired access_token', 'token_expired', true, 'says that the access token has expired'],
  [
    "We're sorry, but the application you're trying to use doesn't exist or has been disabled",
    'app_id_invalid',
    false,
    'does not know the app',
  ],
  ['This feature has been disabled by the admin', 'module_disabled', false, 'has switched "Log in With" off'],
  ['The developers module has been disabled by the admin', 'module_disabled', false, 'has switched "Log in With" off'],
  ['Die App gibt es nicht', 'provider_error', true, 'refused with a message of its own'],
  ['toString', 'provider_error', true, 'refused with a message of its own'],
  [undefined, 'provider_error', true, 'refused with a message of its own'],
])('the message %j is %s', (message, code, retryable, what) => {
  const error = explainRefusal({ error: true, message }, 'pimbuzz', 'authorize');
  expect(error).toMatchObject({ code, retryable, stage: 'authorize', message: `authorize: pimbuzz ${what}` });
  expect(error!.hint).toMatch(/\.$/);
});

test.each([null, 'error', [], {}, { error: false, message: 'x' }, { message: 'Bad Request, invalid app_id' }])(
  '%j is no refusal',
  (json) => {
    expect(explainRefusal(json, 'pimbuzz', 'authorize')).toBeUndefined();
    expect(foundNoParameters(json)).toBe(false);
  },
);

test('an app id that is not accepted may mean that the parameters were not found', () => {
  expect(foundNoParameters({ error: true, message: 'Bad Request, invalid app_id' })).toBe(true);
  expect(foundNoParameters({ error: true, message: 'Bad Request, invalid app_secret' })).toBe(false);
});
