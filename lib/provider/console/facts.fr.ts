import type { RequestFact } from '../server/request-facts.js';
import type { FactWords } from './facts.en.js';

export function factTextFr(fact: RequestFact, { user, duration, state, reason }: FactWords): string {
  switch (fact.type) {
    case 'site_state':
      return `état du site\u00a0: ${fact.names.map(state).join(', ')}`;
    case 'wrong_host':
      return (
        `mauvais hôte ou schéma\u00a0: le site s’appelle ${fact.siteURL}, et personne n’est jamais connecté ` +
        'ailleurs'
      );
    case 'unknown_method':
      return 'appel inconnu\u00a0: l’API a oauth, authorize et get_user_info';
    case 'app':
      return `application ${fact.appId}, ${fact.name}`;
    case 'unknown_app': {
      const known = fact.known.map(({ appId, name }) => `${appId} (${name})`).join(', ');
      const here = known === '' ? 'il n’y a pas d’application ici' : `les applications ici sont ${known}`;
      return `app_id ${fact.appId} inconnu – ${here}`;
    }
    case 'parameter_missing':
      return `${fact.name} manque ou est vide`;
    case 'parameter_is_array':
      return `${fact.name} est arrivé comme tableau`;
    case 'wrong_place': {
      const place = fact.reads === 'form' ? 'le corps du formulaire (POST)' : 'la query (GET)';
      return `paramètres au mauvais endroit\u00a0: cette version lit ${place}`;
    }
    case 'module_disabled':
      return 'le module développeurs est désactivé';
    case 'not_looked_at':
      return 'le site ne l’a pas regardé';
    case 'wrong_secret':
      return 'mauvais app_secret';
    case 'sign_in_asked':
      return 'personne n’est connecté\u00a0: page de connexion';
    case 'address_asked':
      return 'l’application demande l’adresse du site, comme à la première connexion qu’elle lance';
    case 'consent_asked':
      return 'accord demandé';
    case 'account_state':
      return `aucune clé émise\u00a0: ${fact.flags.map(reason).join(', ')}`;
    case 'key_issued': {
      const consent = fact.isFirst ? 'après le premier accord' : 'sans question, déjà acceptée';
      const older = fact.replacesKey ? '\u00a0; l’ancienne clé ne vaut plus rien' : '';
      return `clé émise pour ${user(fact.userId)}, ${consent}${older}`;
    }
    case 'redirect_url_has_fragment':
      return 'l’URL de redirection contient «\u00a0#\u00a0»\u00a0: la clé n’arrive jamais à votre serveur';
    case 'redirect_url_has_query':
      return (
        'l’URL de redirection contient «\u00a0?\u00a0»\u00a0: beaucoup de frameworks ne trouvent pas la clé ' +
        'derrière'
      );
    case 'key_used_up':
      return `clé de ${user(fact.userId)} consommée`;
    case 'key_used_before':
      return `clé déjà utilisée, il y a ${duration(fact.ago)}`;
    case 'key_still_valid':
      return 'clé toujours valable';
    case 'key_spoiled':
      return 'clé annulée par la panne';
    case 'key_replaced':
      return 'clé remplacée par un début plus récent';
    case 'key_revoked':
      return 'clé annulée\u00a0: le membre a retiré l’application';
    case 'key_of_other_app':
      return 'clé d’une autre application';
    case 'key_unknown':
      return 'cette clé n’a jamais été émise ici';
    case 'token_issued':
      return `jeton émis, vit ${duration(fact.lives)}`;
    case 'token_issued_again': {
      const left = fact.lives - fact.age;
      return `jeton rendu une nouvelle fois\u00a0: âgé de ${duration(fact.age)}, expire dans ${duration(left)}`;
    }
    case 'token_spoiled':
      return 'jeton annulé par la panne';
    case 'token_valid':
      return `jeton âgé de ${duration(fact.age)}`;
    case 'token_expired':
      return `jeton expiré il y a ${duration(fact.age - fact.lives)} (un jeton vit ${duration(fact.lives)})`;
    case 'token_replaced':
      return 'jeton remplacé par une connexion plus récente';
    case 'token_revoked':
      return 'jeton annulé\u00a0: le membre a retiré l’application';
    case 'token_unknown':
      return 'ce jeton n’a jamais été émis ici';
    case 'profile_sent':
      return `profil de ${user(fact.userId)}`;
    case 'user_deleted':
      return 'le membre a été supprimé\u00a0: il n’y a pas de profil';
    case 'other_user':
      return `profil de ${user(fact.userId)}, qui n’est pas qui s’est connecté\u00a0: un défaut connu de la version 2.8`;
  }
}
