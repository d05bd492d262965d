import type { GenderLabels } from '../options.js';
import type { User } from '../store/users.js';
import { columnText, encodeEntities } from './html-entities.js';
import { genderLabel } from './messages.js';
import type { ScriptCall } from './script-call.js';

type CallContext = Pick<ScriptCall, 'siteURL' | 'uploadsURL' | 'language' | 'settings'>;

/** The `user_info` object of one user, keys in the order of the real response (PROTOCOL.md: get_user_info). */
export function userInfo(user: User, call: CallContext): Record<string, string | null> {
  const { settings, uploadsURL } = call;
  return {
    user_id: user.id,
    user_name: stored(user.username),
    user_email: stored(user.email),
    user_firstname: stored(user.firstName),
    user_lastname: stored(user.lastName),
    user_gender: gender(user, call),
    user_birthdate: user.birthdate,
    user_picture: stored(user.picture),
    user_cover: stored(user.cover),
    user_registered: user.registered,
    user_verified: user.verified ? '1' : '0',
    user_relationship: stored(user.relationship),
    user_biography: encoded(user.biography),
    user_website: stored(user.website),
    profile_picture: profilePicture(user, call),
    profile_cover: settings.version === '2.8' ? `/${uploadsURL}/` : `${uploadsURL}/`,
  };
}

const columnLength = 255;

function stored(text: string | null): string | null {
  return text === null ? null : columnText(text, columnLength);
}

function encoded(text: string | null): string | null {
  return text === null ? null : encodeEntities(text);
}

/** Versions 4.x keep a label and translate it, as far as the site's translations have one. */
function gender(user: User, { settings, language }: CallContext): string | null {
  if (settings.version === '2.8') return stored(user.gender);
  if (user.gender === null || user.gender === '') return genderLabel('N/A', language);
  const label = isStandardGender(user.gender) ? settings.genderLabels[user.gender] : user.gender;
  return stored(genderLabel(label, language));
}

function isStandardGender(value: string): value is keyof GenderLabels {
  return value === 'male' || value === 'female' || value === 'other';
}

function profilePicture(user: User, { settings, siteURL, uploadsURL }: CallContext): string | null {
  const images = `${siteURL}/content/themes/default/images`;
  // The misspelt name is the real one: 2.8 sends this picture for everybody.
  if (settings.version === '2.8') return `${images}/user_defoult_img.jpg`;
  const picture = stored(user.picture);
  if (picture !== null && picture !== '') return `${uploadsURL}/${picture}`;
  const suffix = user.gender === 'male' || user.gender === 'female' ? `_${user.gender}` : '';
  return `${images}/blank_profile${suffix}.png`;
}
