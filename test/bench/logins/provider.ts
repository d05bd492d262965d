/** The provider of all contestants, in a process of its own: the script's API, and the same user behind OAuth 2. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The user as the script sends it; its text has HTML entities. */
export interface ScriptUser {
  user_id: string;
  user_name: string;
  user_email: string;
  user_firstname: string;
  user_lastname: string;
  user_picture: string;
}

/** The user as an app keeps it. */
export interface Identity {
  provider: string;
  id: string;
  username: string;
  displayName: string;
  name: { familyName: string; givenName: string };
  emails: { value: string }[];
  photos: { value: string }[];
  profileUrl: string;
}

/** A response of version 2.8 of the script. */
const scriptUser = {
  user_id: '2',
  user_name: 'renee',
  user_email: 'renee@example.org',
  user_firstname: 'Ren&eacute;e',
  user_lastname: 'O&#039;Brien-Łukasz',
  user_gender: 'female',
  user_birthdate: '1985-07-09',
  user_picture: 'photos/2024/01/x_abc.jpg',
  user_cover: 'photos/2024/01/x_cover.jpg',
  user_registered: '2024-01-15 12:34:56',
  user_verified: '1',
  user_relationship: 'married',
  user_biography: 'I &lt;3 &quot;cats&quot; &amp; dogs',
  user_website: 'https://example.org/?a=1&amp;b=2',
};

function toIdentity(url: string): Identity {
  return {
    provider: 'site',
    id: '2',
    username: 'renee',
    displayName: "Renée O'Brien-Łukasz",
    name: { familyName: "O'Brien-Łukasz", givenName: 'Renée' },
    emails: [{ value: 'renee@example.org' }],
    photos: [{ value: `${url}/content/uploads/photos/2024/01/x_abc.jpg` }],
    profileUrl: `${url}/renee`,
  };
}

function listen(): void {
  const bodies = new Map<string, string>();
  const server = createServer((req, res) => {
    const path = (req.url ?? '').replace(/\?.*/, '');
    const body = bodies.get(path) ?? '{}';
    req.resume();
    res.writeHead(200, {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
      'Cache-Control': 'max-age=1, private, must-revalidate',
    });
    res.end(body);
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1', () => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const folder = `${url}/content/uploads/`;
    const user = { ...scriptUser, profile_picture: folder + scriptUser.user_picture, profile_cover: `/${folder}` };
    bodies.set('/api/authorize', JSON.stringify({ access_token: '3bf8c91e28dfa40a4a385ca298f1ea4b' }));
    bodies.set('/api/get_user_info', JSON.stringify({ user_info: user }));
    bodies.set(
      '/oauth/token',
      JSON.stringify({ access_token: '3bf8c91e28dfa40a4a385ca298f1ea4b', token_type: 'bearer' }),
    );
    bodies.set('/oauth/userinfo', JSON.stringify(toIdentity(url)));
    process.send?.(url);
  });
  process.once('disconnect', () => process.exit());
}

if (require.main === module) listen();
