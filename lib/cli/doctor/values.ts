import type { GivenValue } from './environment.js';
import { ok, problem, warning, type CheckId, type Finding } from './findings.js';
import type { ProviderSetup } from './setups.js';

/** A value as it was probably meant, and what is wrong with the way in which it is written. */
interface CleanValue {
  text: string;
  mistake: string | undefined;
}

/** App id and secret as they were probably meant; absent if there is nothing to try. */
export interface Credentials {
  appId: string;
  appSecret: string;
  /** Whether they were given otherwise. */
  areMended: boolean;
}

/** Takes blanks and quotes off a value. */
export function cleanValue(text: string): CleanValue {
  const trimmed = strip(text, blank);
  const bare = strip(strip(trimmed, quote), blank);
  if (bare === '') return { text: bare, mistake: 'is empty' };
  if (bare !== trimmed) return { text: bare, mistake: 'has quotes that are a part of it' };
  if (bare !== text) return { text: bare, mistake: 'has a blank or a line break before or behind it' };
  return {
    text: bare,
    mistake: /[\s\p{Cc}\p{Cf}]/u.test(bare) ? 'has a blank or an invisible character in it' : undefined,
  };
}

/** Checks how id and secret look; whether they are right, only the site knows. */
export function checkCredentialValues(
  { appId, appSecret }: ProviderSetup,
  others: readonly ProviderSetup[],
): { findings: Finding[]; credentials: Credentials | undefined } {
  const id = appId && cleanValue(appId.text);
  const secret = appSecret && cleanValue(appSecret.text);
  const areSwapped = id !== undefined && secret !== undefined && looksSecret(id.text) && isNumber(secret.text);
  const findings: Finding[] = [];
  if (appId !== undefined && id !== undefined) {
    findings.push(
      areSwapped
        ? problem(
            'app-id',
            `${appId.name} holds the app secret: the two are swapped`,
            `Swap ${appId.name} and ${appSecret?.name ?? ''}.`,
          )
        : (explainMistake('app-id', appId, id) ??
            (isNumber(id.text)
              ? ok('app-id', `${appId.name} from ${sourceOf(appId)}: ${id.text}`)
              : warning(
                  'app-id',
                  `${appId.name} is no number, as all app ids that were seen are`,
                  'Copy it from the dashboard again.',
                ))),
    );
  }
  if (appSecret !== undefined && secret !== undefined) {
    const same = others.find((other) => other.appSecret?.text === appSecret.text)?.appSecret;
    findings.push(
      areSwapped
        ? problem('app-secret', `${appSecret.name} holds the app id: the two are swapped`, 'Swap them.')
        : (explainMistake('app-secret', appSecret, secret) ??
            explainSecret(appSecret, { isId: secret.text === id?.text, same: same?.name })),
    );
  }
  const areMended = areSwapped || id?.mistake !== undefined || secret?.mistake !== undefined;
  const isComplete = id !== undefined && secret !== undefined && id.text !== '' && secret.text !== '';
  const [first, second] = areSwapped ? [secret, id] : [id, secret];
  const credentials = isComplete ? { appId: first?.text ?? '', appSecret: second?.text ?? '', areMended } : undefined;
  return { findings, credentials };
}

/** The app id where it may be shown: another text may be the secret. */
export function showAppId(appId: string | null): string {
  if (appId === null || appId === '') return 'an empty app id';
  return isNumber(appId) ? `the app id ${appId}` : 'an app id that is no number';
}

function sourceOf({ source }: GivenValue): string {
  return {
    option: 'the command line',
    environment: 'the environment',
    file: 'the file',
    'local provider': 'the local provider',
  }[source];
}

const blank = /[\s\u200b-\u200d\u2060]/u;
const quote = /["'`“”‘’„«»]/u;

/** Takes characters off both ends. */
function strip(text: string, character: RegExp): string {
  const characters = Array.from(text);
  const isKept = (each: string) => !character.test(each);
  return characters.slice(Math.max(0, characters.findIndex(isKept)), characters.findLastIndex(isKept) + 1).join('');
}

const placeholder =
  /^(?:<.*>|\[.*\]|\{.*\}|\.{3}|…|x+|\*+|(?:your|my|the)[-_ ]?.*|change.?me.*|replace.*|todo|undefined|null|example.*)$/i;

function explainMistake(id: CheckId, { name }: GivenValue, { text, mistake }: CleanValue): Finding | undefined {
  if (mistake !== undefined)
    return problem(id, `${name} ${mistake}`, `Write ${name}=VALUE with nothing around the value, as on the dashboard.`);
  if (!placeholder.test(text)) return undefined;
  return problem(id, `${name} is a placeholder`, "Copy the value from the provider's dashboard.");
}

function explainSecret(secret: GivenValue, { isId, same }: { isId: boolean; same: string | undefined }): Finding {
  if (isId)
    return problem(
      'app-secret',
      `${secret.name} is the app id`,
      'Copy the secret from the dashboard; it stands below the id.',
    );
  if (same !== undefined) {
    const advice = 'Each provider gives each app a secret of its own. Copy both from the two dashboards again.';
    return problem('app-secret', `${secret.name} and ${same} are the same`, advice);
  }
  if (secret.source === 'option') {
    return warning(
      'app-secret',
      `${secret.name} was given on the command line, where all users of this machine can read it`,
      'Give it in the environment or in .env, and remove the line from the history of the shell.',
    );
  }
  return ok('app-secret', `${secret.name} from ${sourceOf(secret)} (not shown)`);
}

function looksSecret(text: string): boolean {
  return /^[0-9a-f]{32}$/i.test(text);
}

function isNumber(text: string): boolean {
  return /^\d{1,20}$/.test(text);
}
