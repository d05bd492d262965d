import { html } from '../../internal/html.js';
import { example, examples, meanings, type Guide } from './guide.js';

export const guideEn: Guide = {
  contents: 'Developer documentation',
  pages: {
    start: {
      title: 'Log in With',
      body: (site) => html`
        <p class="lead">
          A button on your site, and users log in with their ${site.name} account. Your server needs three requests to
          know who they are.
        </p>
        <ol>
          <li>
            <a href="/developers/apps/new">Create an app</a> and note its <code>app_id</code> and
            <code>app_secret</code>.
          </li>
          <li>Send the browser to the start address.</li>
          <li>It comes back to your redirect URL with an <code>auth_key</code>.</li>
          <li>Your server <a href="/developers/authorize">exchanges the key</a> for an <code>access_token</code>.</li>
          <li>With the token, it <a href="/developers/user-info">reads who the user is</a>.</li>
        </ol>
        <p>
          With <code>passport-loginwith</code> all of this is a few lines. The page of each of
          <a href="/developers/apps">your apps</a> has them, ready to paste.
        </p>
        <h2>The start</h2>
        <p>Link or redirect the browser to:</p>
        ${example(examples.start(site))}
        <p>
          Only <code>app_id</code> is read. <code>state</code>, <code>redirect_uri</code>, <code>scope</code> and
          anything else are dropped, and nothing of yours comes back. Remember on your side, in a cookie for example,
          that this browser started a login.
        </p>
        <p>
          The user signs in if need be, and is asked once whether your app may log them in. A user who has accepted
          before is sent back at once, without a click.
        </p>
        <h2>The callback</h2>
        <p>The browser comes back to the redirect URL that you registered:</p>
        ${example(examples.returned)}
        <p>
          The key is for one use, and each new start replaces it: one pending key for each user and app. “Cancel” leads
          to the home page of ${site.name}: <strong>a refusal never reaches your app</strong>, and no
          <code>error</code> parameter is ever sent.
        </p>
        <p>Register a redirect URL without “?” and “#”, for <a href="/developers/surprises">reasons given here</a>.</p>
      `,
    },
    authorize: {
      title: 'Exchange the key',
      body: (site) => html`
        <p>
          Call <code>authorize</code> from your server, never from a browser: the request holds your secret. Where the
          three parameters are read depends on the version of the site.
        </p>
        <h2>GET: in the query (documented, up to version 4.0.3)</h2>
        ${example(examples.authorizeGET(site))}
        <h2>POST: in the form body (since version 4.0.4)</h2>
        ${example(examples.authorizePOST(site))}
        <p>
          The response to the wrong one is <code>Bad Request, invalid app_id</code>, and the key is not used up. So you
          can try GET first and then POST, as <code>passport-loginwith</code> does.
        </p>
        <h2>The response</h2>
        ${example(examples.token)}
        <p>
          Nothing else: no lifetime, no user, no refresh token. The token is documented to live one hour;
          <strong>in fact it lives 60 seconds</strong>. Afterwards send the user to the start again: a user who has
          accepted your app comes back without a click.
        </p>
        <h2>Order of the checks</h2>
        <p>
          Presence of <code>app_id</code>, <code>app_secret</code> and <code>auth_key</code>; the app; the secret; the
          key. A wrong secret does not use up the key. So a call with a made-up key shows whether id and secret are
          right: <code>invalid auth_key</code> means that they are.
        </p>
      `,
    },
    'user-info': {
      title: 'Read the profile',
      body: (site) => html`
        ${example(examples.userInfo(site))} ${example(examples.user)}
        <p>
          Every value is a text or <code>null</code>; what is not filled in is <code>null</code> or empty. Text is
          HTML-entity-encoded: decode it exactly once, and escape it again wherever you print it. The response for a
          deleted user is <code>[]</code>.
        </p>
        ${meanings([
          ['user_id', 'Id of the account, in digits. The one field to recognise a user by.'],
          ['user_name', 'User name; the user can change it.'],
          ['user_email', 'E-mail address. Nothing says that it was ever confirmed.'],
          ['user_firstname', 'First name.'],
          ['user_lastname', 'Last name.'],
          ['user_gender', 'A label in the language of the site, which its administrator can edit.'],
          ['user_birthdate', 'YYYY-MM-DD, null or 0000-00-00.'],
          ['user_picture', html`Path of the picture below <code>${site.url}/content/uploads/</code>.`],
          ['user_cover', 'Path of the cover, in the same way.'],
          ['user_registered', 'YYYY-MM-DD HH:MM:SS in UTC, without a zone, or null.'],
          ['user_verified', '"1" if the account has the site’s badge. It says nothing about the e-mail address.'],
          [
            'user_relationship',
            'single, relationship, married, complicated, separated, divorced, widowed, null or empty.',
          ],
          ['user_biography', 'Text of the user’s own.'],
          ['user_website', 'Address of the user’s own; check that it is http(s) before you link to it.'],
          ['profile_picture', 'Not documented: whole address of the picture.'],
          ['profile_cover', 'Not documented, and never usable.'],
        ])}
      `,
    },
    errors: {
      title: 'Errors',
      body: () => html`
        <p>
          Every error of the two methods is <strong><code>200 application/json</code></strong
          >:
        </p>
        ${example(examples.error)}
        ${meanings([
          [
            'Bad Request, invalid app_id',
            html`The <code>app_id</code> is missing, or the parameters came in the query where the body is read, or the
              other way round.`,
          ],
          ['Bad Request, invalid app_secret', 'The secret is missing or wrong.'],
          ['Bad Request, invalid auth_key', 'The key is missing, wrong, used, or replaced by a newer start.'],
          ['Bad Request, invalid parameters', 'Something else about the parameters is wrong.'],
          [
            'Bad Request, invalid access_token',
            'The token is unknown, replaced by a newer login, or the user removed the app.',
          ],
          ['Bad Request, expired access_token', 'The token is older than 60 seconds.'],
        ])}
        <p>
          An unknown app, and logins that are switched off, have texts in the language of the site; do not compare them.
          With the site in maintenance or its database down the response is an HTML page, with status 200 too: check
          that you received JSON.
        </p>
      `,
    },
    surprises: {
      title: 'Surprises',
      body: (site) => html`
        <p class="lead">
          How these sites really behave, which their documentation does not say. This provider does the same.
        </p>
        <h2>The redirect URL is concatenated as it is</h2>
        <p>What is registered, and the address to which users come back:</p>
        ${meanings([
          ['…/cb', html`<code>…/cb?auth_key=K</code>`],
          ['…/cb?x=1', html`<code>…/cb?x=1?auth_key=K</code>`],
          ['…/cb?x=1&y=2', html`<code>…/cb?x=1&amp;amp;y=2?auth_key=K</code>`],
          ['…/cb#f', html`<code>…/cb#f?auth_key=K</code>: the key never reaches your server`],
        ])}
        <h2>Keys and tokens</h2>
        <ul>
          <li>
            Each request for the start by a user who accepted the app replaces the pending key, even a
            <code>HEAD</code>. A second tab makes the first one’s key invalid.
          </li>
          <li>Keys do not expire otherwise. A key is used up even when you never see the response.</li>
          <li>
            A token at most 60 seconds old is handed out again without being renewed: after two logins in a row it can
            end a second later.
          </li>
          <li>A token is not bound to an app. One that comes from outside proves nothing.</li>
          <li>
            Of several exchanges of one key at the same moment more than one can succeed, and only the last token works.
          </li>
          <li>On the real sites, keys and tokens can be guessed: limit failed exchanges at your callback.</li>
        </ul>
        <h2>The address of the site</h2>
        <p>
          If scheme or host differ from the configured address (<code>${site.url}</code>), the response is a
          <code>302</code> to the home page, <em>with the usual JSON in it</em>, and the key is used up. Never follow a
          redirect with a secret.
        </p>
        <h2>Version 2.8 and earlier</h2>
        <p>
          These give each new token to every account, and <code>get_user_info</code> then sends the site’s first user,
          whoever logged in. Do not use a site that old for logins.
        </p>
      `,
    },
  },
};
