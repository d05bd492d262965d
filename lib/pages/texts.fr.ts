import type { FailureTexts, Texts } from './texts.js';

/** The words in French. */
export function createFrenchTexts(): Texts {
  // Texts are kept with plain spaces, which people can see and type.
  return JSON.parse(setSpaces(JSON.stringify(createPlainTexts()))) as Texts;
}

/** Sets the spaces that French has around its marks, so that no line breaks there: narrow before `?`, `!` and `;`. */
function setSpaces(text: string): string {
  return text.replace(/ (?=[?!;])/g, '\u202f').replace(/ (?=[:»])|(?<=«) /g, '\u00a0');
}

function createPlainTexts(): Texts {
  return {
    home: 'Aller à la page d’accueil',
    login: 'Se connecter avec {name}',
    start: {
      title: 'Se connecter avec {name}',
      text:
        'Vous verrez ensuite la page de {name}. C’est là que vous déciderez si vous voulez partager votre profil et ' +
        'vous connecter ici.',
      warning: 'Un autre site vous a envoyé ici sans que vous le demandiez ? Alors fermez cette page.',
    },
    choose: {
      title: 'Se connecter',
      text:
        'Utilisez un compte que vous avez déjà : pas de nouveau mot de passe. Vous verrez ensuite la page du réseau ' +
        'choisi, où vous confirmerez.',
    },
    link: {
      title: 'Ajouter ce compte {name} ?',
      text: 'Ensuite, toute personne qui peut se connecter à ce compte {name} pourra se connecter ici à votre place.',
      confirm: 'Oui, c’est mon compte',
      cancel: 'Annuler',
    },
    use: {
      title: 'Utiliser ce compte {name} ?',
      text: 'La page demandée affiche des données de ce compte {name}. Vous restez connecté ici comme avant.',
      confirm: 'Oui, c’est mon compte',
      cancel: 'Annuler',
    },
    finish: {
      title: 'Un instant',
      text: 'La suite vient toute seule. S’il ne se passe rien, utilisez le bouton.',
      go: 'Continuer',
    },
    popup: {
      title: 'Vous êtes connecté',
      text: 'Vous pouvez fermer cette fenêtre. La page qui l’a ouverte continue toute seule.',
      go: 'Continuer dans cette fenêtre',
    },
    logout: {
      title: 'Se déconnecter ?',
      text: 'Votre connexion à ce site, dans ce navigateur, prendra fin.',
      confirm: 'Se déconnecter',
      cancel: 'Annuler',
    },
    loggedOut: {
      title: 'Vous êtes déconnecté ici',
      text: 'Vous êtes toujours connecté sur {names}.',
      advice:
        'Sur un ordinateur partagé, déconnectez-vous là-bas aussi : sinon, n’importe qui sur cet ordinateur peut se ' +
        'reconnecter ici sans mot de passe.',
      again: 'Se reconnecter',
    },
    loginRequired: {
      title: 'Connectez-vous',
      text:
        'Vous n’êtes pas connecté, et votre envoi n’a pas été accepté. Connectez-vous dans un autre onglet, revenez ' +
        'sur cette page et renvoyez-le.',
      go: 'Se connecter dans un autre onglet',
    },
    failure: {
      again: 'Réessayer',
      isSignedIn: 'Vous êtes connecté ici.',
      code: 'Code :',
      developer: 'Pour le développeur',
      otherSite: 'l’autre site',
    },
    failures: createFailures(),
  };
}

const notYourFault = 'Vous n’avez rien fait de mal.';
const tellUs = `${notYourFault} Prévenez les responsables de ce site et donnez-leur le code ci-dessous.`;
const wait = `${notYourFault} Réessayez dans quelques minutes.`;

function createFailures(): Texts['failures'] {
  const misconfigured: FailureTexts = {
    title: 'Ce site n’est pas bien configuré',
    text: '{name} n’accepte pas ce site pour le moment : personne ne peut se connecter ici avec {name}.',
    advice: tellUs,
  };
  const broken: FailureTexts = {
    title: 'Un problème est survenu ici',
    text: 'La connexion n’a pas pu se terminer, parce que quelque chose ne fonctionne pas sur ce site.',
    advice: `${tellUs} Vous pouvez aussi réessayer.`,
  };
  const unusable: FailureTexts = {
    title: '{name} a un problème',
    text: '{name} a donné une réponse que nous ne pouvons pas utiliser, et cette connexion a échoué.',
    advice: wait,
  };
  const unreachable: FailureTexts = {
    title: '{name} est injoignable',
    text: 'La liaison avec {name} a échoué, et cette connexion aussi.',
    advice: wait,
  };
  return {
    auth_key_malformed: {
      title: 'Ce lien n’est pas valable',
      text: 'L’adresse qui vous a mené ici ne vient pas de {name}, et cette connexion a échoué.',
      advice: 'Recommencez la connexion à partir d’ici, sans passer par ce lien.',
    },
    auth_key_missing: {
      title: '{name} n’a pas dit qui vous êtes',
      text: 'Vous êtes revenu de {name} sans confirmation, et cette connexion a échoué.',
      advice:
        'Réessayez. Si cela se reproduit, prévenez les responsables de ce site et donnez-leur le code ci-dessous.',
    },
    access_denied: {
      title: 'La connexion a été refusée',
      text: 'Vous-même ou {name} avez refusé de partager votre profil : vous n’êtes pas connecté.',
      advice: 'Si ce n’était pas voulu, réessayez et choisissez de continuer.',
    },
    user_rejected: {
      title: 'Ce compte n’est pas accepté ici',
      text: '{name} vous connaît, mais ce compte n’est pas admis ici.',
      advice: 'Connectez-vous avec un autre compte, ou demandez aux responsables de ce site.',
    },
    login_required: {
      title: 'Connectez-vous',
      text: 'Ce que vous demandez est réservé aux personnes connectées.',
      advice: 'Connectez-vous, puis recommencez.',
    },
    attempt_missing: {
      title: 'Cette connexion n’a pas commencé ici',
      text:
        'Une connexion doit commencer et finir dans le même navigateur, en moins de dix minutes. Celle-ci a pris ' +
        'plus de temps, a commencé dans un autre navigateur, ou votre navigateur n’accepte pas les cookies de ce site.',
      advice: 'Autorisez les cookies de ce site s’ils sont bloqués, puis reconnectez-vous à partir d’ici.',
    },
    auth_key_invalid: {
      title: 'Cette confirmation n’est plus valable',
      text:
        'Chaque confirmation de {name} ne sert qu’une fois. Celle-ci a déjà servi, ou une connexion dans un autre ' +
        'onglet ou sur un autre appareil l’a remplacée.',
      advice: 'Réessayez, dans un seul onglet.',
    },
    token_expired: {
      title: 'Cette connexion a expiré',
      text: '{name} a mis fin à la connexion avant que nous ayons terminé.',
      advice: 'Réessayez. Si cela se reproduit, attendez une minute entre deux essais.',
    },
    user_not_found: {
      title: 'Ce compte n’existe plus',
      text: 'Le compte avec lequel vous vous êtes connecté n’est plus sur {name}. Il a peut-être été supprimé.',
      advice: 'Vérifiez sur {name} que vous pouvez encore vous y connecter, ou utilisez un autre compte.',
    },
    account_mismatch: {
      title: 'Ce n’est pas le même compte',
      text:
        'Vous êtes revenu de {name} avec un autre compte que prévu, ou vous vous êtes déconnecté ici entre-temps. ' +
        'Rien n’a été modifié.',
      advice: 'Vérifiez sur {name} quel compte y est connecté, puis recommencez.',
    },
    link_invalid: {
      title: 'Cette page n’est plus valable',
      text: 'La question sur votre compte a déjà reçu une réponse, ou trop tard. Rien n’a été modifié.',
      advice: 'Si vous le voulez toujours, recommencez à partir de la page d’où vous venez.',
    },
    foreign_request: {
      title: 'Rien n’a été fait',
      text: 'Cette demande venait d’un autre site, qui ne peut pas agir ici en votre nom.',
      advice: 'Si vous la vouliez, allez à la page d’accueil et utilisez le bouton qui s’y trouve.',
    },
    provider_unknown: {
      title: 'Cette connexion n’existe pas ici',
      text: 'Nous ne connaissons pas le site avec lequel vous voulez vous connecter.',
      advice: 'Allez à la page d’accueil et utilisez le bouton qui s’y trouve.',
    },
    login_loop: {
      title: 'Trop de connexions à la fois',
      text: 'Votre navigateur a commencé de nombreuses connexions en une demi-minute, et nous l’avons arrêté.',
      advice: 'Vérifiez que votre navigateur accepte les cookies de ce site. Réessayez dans {time}.',
    },
    too_many_failures: {
      title: 'Trop de connexions ont échoué',
      text:
        'De nombreuses connexions ont échoué en peu de temps, peut-être depuis votre réseau : plus personne ne peut ' +
        'essayer pour le moment.',
      advice: 'Réessayez dans {time}.',
    },
    app_id_invalid: misconfigured,
    app_secret_invalid: misconfigured,
    module_disabled: {
      title: '{name} est fermé aux autres sites',
      text: 'Sur {name}, la connexion à d’autres sites est désactivée.',
      advice: `${notYourFault} Connectez-vous autrement, ou revenez plus tard.`,
    },
    response_missing: broken,
    attempts_failed: broken,
    session_missing: broken,
    middleware_missing: broken,
    limits_failed: broken,
    verify_failed: broken,
    verify_no_result: broken,
    verify_timeout: broken,
    provider_error: unusable,
    provider_unavailable: {
      title: '{name} est en panne',
      text: '{name} ne peut pas répondre pour le moment, et cette connexion a échoué.',
      advice: wait,
    },
    provider_redirected: unusable,
    response_html: unusable,
    response_not_json: unusable,
    response_unexpected: unusable,
    response_too_large: unusable,
    connection_refused: unreachable,
    connection_lost: unreachable,
    host_not_found: unreachable,
    tls_failed: unreachable,
    timeout: {
      title: '{name} met trop de temps',
      text: '{name} n’a pas répondu à temps, et cette connexion a échoué.',
      advice: wait,
    },
    other: {
      title: 'Un problème est survenu ici',
      text: 'La connexion n’a pas pu se terminer, parce que quelque chose ne fonctionne pas sur ce site.',
      advice: `${notYourFault} Réessayez dans quelques minutes, ou prévenez les responsables de ce site.`,
    },
  };
}
