import { html } from 'passport-loginwith/express';
import type { Texts } from './texts.js';

export const french: Texts = {
  skip: 'Aller au contenu',
  yourPage: 'Votre page',
  account: 'Compte',
  logOut: 'Déconnexion',
  about: 'Un exemple de «\u00a0Se connecter avec …\u00a0», réalisé avec Express et PostgreSQL.',
  home: 'Aller à la page d’accueil',
  cancel: 'Annuler',
  done: {
    unlinked: 'Le compte est retiré\u00a0: il ne permet plus de vous connecter ici.',
    ended: 'Vous êtes déconnecté partout ailleurs.',
    refreshed: 'Votre profil est à jour.',
    deleted: 'Votre compte ici est supprimé. Vos comptes sur les réseaux restent tels quels.',
  },
  login: {
    title: 'Se connecter',
    text: 'Utilisez un compte que vous avez déjà, sans nouveau mot de passe\u00a0; c’est là-bas que vous confirmez.',
    local: (names) =>
      `Ici pour essayer\u00a0: ${names}. Choisissez une personne\u00a0; aucun mot de passe n’est demandé.`,
  },
  person: {
    cover: (name) => `Photo de couverture de ${name}`,
    picture: (name) => `Photo de ${name}`,
    about: 'Ce que nous savons de vous',
    nothing: (provider) => html`${provider} n’a rien dit de plus.`,
    member: (provider, day) => html`Vous êtes sur ${provider} depuis le ${day}.`,
    verified: (provider) => html`${provider} a vérifié votre compte.`,
    birthday: (day) => html`Votre date de naissance est le ${day}.`,
    email: (address) => html`Votre adresse e-mail est ${address}, peut-être jamais confirmée.`,
    website: (link) => html`Votre site web est ${link}.`,
    refresh: (provider) => `Actualiser depuis ${provider}`,
    developers: 'Pour les développeurs\u00a0: tout ce que les réseaux ont transmis',
  },
  accounts: {
    title: 'Votre compte',
    ways: 'Comment vous vous connectez',
    same: 'Quel que soit celui avec lequel vous vous connectez, vous êtes ici la même personne.',
    only: 'C’est votre seul accès, il ne peut donc pas être retiré. Ajoutez-en un autre, et chacun vous connectera.',
    at: (provider) => `sur ${provider}`,
    add: (provider) => `Ajouter votre compte ${provider}`,
    remove: 'Retirer',
    removeWhich: (provider) => `Retirer le compte ${provider}`,
    places: 'Où vous êtes connecté',
    here: 'ce navigateur',
    since: (time) => html`depuis le ${time}`,
    on: (browser, system) => `${browser} sur ${system}`,
    browser: 'Un navigateur',
    end: 'Se déconnecter partout ailleurs',
  },
  deletion: {
    title: 'Supprimer votre compte\u00a0?',
    link: 'Supprimer votre compte',
    text: 'Tout ce que nous savons de vous est effacé tout de suite et pour toujours, et vous êtes déconnecté partout.',
    confirm: 'Oui, supprimer mon compte',
  },
  refusals: {
    taken: (provider) =>
      `Ce compte ${provider} est ici à quelqu’un d’autre. Si c’est le vôtre, connectez-vous avec et supprimez-le d’abord.`,
    second: (provider) => `Vous avez déjà ici un autre compte ${provider}. Retirez-le d’abord.`,
  },
  messages: {
    notFound: { title: 'Cette page n’existe pas', text: 'L’adresse est peut-être mal saisie, ou la page a disparu.' },
    broken: {
      title: 'Quelque chose n’a pas fonctionné ici',
      text: 'Ce n’est pas votre faute. Réessayez dans un instant\u00a0; si cela continue, prévenez les responsables.',
    },
    unavailable: {
      title: 'Cela ne fonctionne pas pour le moment',
      text: 'Nous ne voyons pas si vous êtes connecté. Rien n’est perdu, ce n’est pas votre faute. Réessayez bientôt.',
    },
  },
};
