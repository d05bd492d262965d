import { html } from '../../internal/html.js';
import { example, examples, meanings, type Guide } from './guide.js';

export const guideFr: Guide = {
  contents: 'Documentation pour développeurs',
  pages: {
    start: {
      title: '«\u00a0Log in With\u00a0»',
      body: (site) => html`
        <p class="lead">
          Un bouton sur votre site, et les membres de ${site.name} s’y connectent avec leur compte. Trois requêtes
          suffisent à votre serveur pour savoir qui ils sont.
        </p>
        <ol>
          <li>
            <a href="/developers/apps/new">Créez une application</a> et notez son <code>app_id</code> et son
            <code>app_secret</code>.
          </li>
          <li>Envoyez le navigateur à l’adresse de départ.</li>
          <li>Il revient à votre URL de redirection avec une <code>auth_key</code>.</li>
          <li>Votre serveur <a href="/developers/authorize">échange la clé</a> contre un <code>access_token</code>.</li>
          <li>Avec ce jeton, il <a href="/developers/user-info">lit qui est le membre</a>.</li>
        </ol>
        <p>
          Avec <code>passport-loginwith</code>, tout cela tient en quelques lignes&nbsp;; elles figurent, prêtes à
          coller, sur la page de chacune de <a href="/developers/apps">vos applications</a>.
        </p>
        <h2>Le départ</h2>
        <p>Un lien ou une redirection vers&nbsp;:</p>
        ${example(examples.start(site))}
        <p>
          Seul <code>app_id</code> est lu. <code>state</code>, <code>redirect_uri</code>, <code>scope</code> et tout le
          reste sont ignorés, et rien de ce que vous envoyez ne revient. Retenez de votre côté, dans un cookie par
          exemple, que ce navigateur a commencé une connexion.
        </p>
        <p>
          Le membre s’identifie au besoin et on lui demande une seule fois si votre application peut le connecter. Un
          membre qui a déjà accepté est renvoyé aussitôt, sans clic.
        </p>
        <h2>Le retour</h2>
        <p>Le navigateur revient à l’URL de redirection que vous avez enregistrée&nbsp;:</p>
        ${example(examples.returned)}
        <p>
          La clé ne sert qu’une fois, et chaque nouveau départ la remplace&nbsp;: une seule clé en attente par membre et
          par application. «&nbsp;Annuler&nbsp;» mène à l’accueil de ${site.name}&nbsp;:
          <strong>un refus n’arrive jamais à votre application</strong>, et aucun paramètre <code>error</code> n’est
          envoyé.
        </p>
        <p>
          Enregistrez une URL de redirection sans «&nbsp;?&nbsp;» ni «&nbsp;#&nbsp;», pour
          <a href="/developers/surprises">les raisons données ici</a>.
        </p>
      `,
    },
    authorize: {
      title: 'Échanger la clé',
      body: (site) => html`
        <p>
          Appelez <code>authorize</code> depuis votre serveur, jamais depuis un navigateur&nbsp;: la requête contient
          votre secret. L’endroit où les trois paramètres sont lus dépend de la version du site.
        </p>
        <h2>GET&nbsp;: dans l’adresse (documenté, jusqu’à la version 4.0.3)</h2>
        ${example(examples.authorizeGET(site))}
        <h2>POST&nbsp;: dans le corps du formulaire (depuis la version 4.0.4)</h2>
        ${example(examples.authorizePOST(site))}
        <p>
          La mauvaise méthode répond <code>Bad Request, invalid app_id</code> et n’use pas la clé&nbsp;: vous pouvez
          donc essayer GET puis POST, comme le fait <code>passport-loginwith</code>.
        </p>
        <h2>La réponse</h2>
        ${example(examples.token)}
        <p>
          Rien d’autre&nbsp;: ni durée, ni membre, ni jeton de renouvellement. Selon la documentation, le jeton vit une
          heure&nbsp;; <strong>en réalité, il vit 60 secondes</strong>. Ensuite, renvoyez le membre au départ&nbsp;:
          s’il a accepté votre application, il revient sans clic.
        </p>
        <h2>Ordre des contrôles</h2>
        <p>
          Présence de <code>app_id</code>, <code>app_secret</code> et <code>auth_key</code>&nbsp;; l’application&nbsp;;
          le secret&nbsp;; la clé. Un mauvais secret n’use pas la clé. Un appel avec une clé inventée dit donc si
          l’identifiant et le secret sont bons&nbsp;: <code>invalid auth_key</code> signifie qu’ils le sont.
        </p>
      `,
    },
    'user-info': {
      title: 'Lire le profil',
      body: (site) => html`
        ${example(examples.userInfo(site))} ${example(examples.user)}
        <p>
          Chaque valeur est un texte ou <code>null</code>&nbsp;; ce qui n’est pas renseigné est <code>null</code> ou
          vide. Les textes sont encodés en entités HTML&nbsp;: décodez-les une seule fois, et échappez-les de nouveau là
          où vous les affichez. Pour un membre supprimé, la réponse est <code>[]</code>.
        </p>
        ${meanings([
          ['user_id', 'Identifiant du compte, en chiffres. Le seul champ auquel reconnaître un membre.'],
          ['user_name', 'Nom d’utilisateur\u00a0; le membre peut en changer.'],
          ['user_email', 'Adresse e-mail. Rien ne dit qu’elle a été confirmée un jour.'],
          ['user_firstname', 'Prénom.'],
          ['user_lastname', 'Nom de famille.'],
          ['user_gender', 'Un libellé dans la langue du site, que son administrateur peut modifier.'],
          ['user_birthdate', 'AAAA-MM-JJ, null ou 0000-00-00.'],
          ['user_picture', html`Chemin de la photo sous <code>${site.url}/content/uploads/</code>.`],
          ['user_cover', 'Chemin de la couverture, de la même façon.'],
          ['user_registered', 'AAAA-MM-JJ HH:MM:SS en temps universel, sans fuseau, ou null.'],
          ['user_verified', '"1" si le compte porte le badge du site. Cela ne dit rien de l’adresse e-mail.'],
          [
            'user_relationship',
            'single, relationship, married, complicated, separated, divorced, widowed, null ou vide.',
          ],
          ['user_biography', 'Texte du membre.'],
          [
            'user_website',
            'Adresse donnée par le membre\u00a0; vérifiez qu’elle est en http(s) avant d’en faire un lien.',
          ],
          ['profile_picture', 'Non documenté\u00a0: adresse complète de la photo.'],
          ['profile_cover', 'Non documenté, et jamais utilisable.'],
        ])}
      `,
    },
    errors: {
      title: 'Erreurs',
      body: () => html`
        <p>
          Toute erreur des deux méthodes est une réponse
          <strong><code>200 application/json</code></strong
          >&nbsp;:
        </p>
        ${example(examples.error)}
        ${meanings([
          [
            'Bad Request, invalid app_id',
            html`L’<code>app_id</code> manque, ou les paramètres sont dans l’adresse alors que le corps est lu, ou
              l’inverse.`,
          ],
          ['Bad Request, invalid app_secret', 'Le secret manque ou est faux.'],
          [
            'Bad Request, invalid auth_key',
            'La clé manque, est fausse, déjà utilisée ou remplacée par un nouveau départ.',
          ],
          ['Bad Request, invalid parameters', 'Autre chose ne va pas dans les paramètres.'],
          [
            'Bad Request, invalid access_token',
            'Le jeton est inconnu, remplacé par une connexion plus récente, ou le membre a retiré l’application.',
          ],
          ['Bad Request, expired access_token', 'Le jeton a plus de 60 secondes.'],
        ])}
        <p>
          Pour une application inconnue ou des connexions désactivées, le texte dépend de la langue du site&nbsp;: ne le
          comparez pas. Si le site est en maintenance ou sa base de données arrêtée, la réponse est une page HTML, de
          statut 200 elle aussi&nbsp;: vérifiez que vous avez reçu du JSON.
        </p>
      `,
    },
    surprises: {
      title: 'Surprises',
      body: (site) => html`
        <p class="lead">
          Le comportement réel de ces sites, que leur documentation ne dit pas. Ce fournisseur fait de même.
        </p>
        <h2>L’URL de redirection est complétée telle quelle</h2>
        <p>Ce qui est enregistré, et l’adresse à laquelle les membres reviennent&nbsp;:</p>
        ${meanings([
          ['…/cb', html`<code>…/cb?auth_key=K</code>`],
          ['…/cb?x=1', html`<code>…/cb?x=1?auth_key=K</code>`],
          ['…/cb?x=1&y=2', html`<code>…/cb?x=1&amp;amp;y=2?auth_key=K</code>`],
          ['…/cb#f', html`<code>…/cb#f?auth_key=K</code>&nbsp;: la clé n’arrive jamais à votre serveur`],
        ])}
        <h2>Clés et jetons</h2>
        <ul>
          <li>
            Chaque requête de départ d’un membre qui a accepté l’application remplace la clé en attente, même un
            <code>HEAD</code>. Un second onglet rend invalide la clé du premier.
          </li>
          <li>Sinon, les clés n’expirent pas. Une clé est usée même si vous ne voyez jamais la réponse.</li>
          <li>
            Un jeton de 60 secondes au plus est redonné sans être renouvelé&nbsp;: après deux connexions de suite, il
            peut finir une seconde plus tard.
          </li>
          <li>Un jeton n’est pas lié à une application. Un jeton venu de l’extérieur ne prouve rien.</li>
          <li>
            Si une clé est échangée plusieurs fois au même instant, plus d’un échange peut réussir, et seul le dernier
            jeton fonctionne.
          </li>
          <li>
            Sur les vrais sites, clés et jetons peuvent être devinés&nbsp;: limitez les échanges manqués à votre URL de
            redirection.
          </li>
        </ul>
        <h2>L’adresse du site</h2>
        <p>
          Si le protocole ou l’hôte diffèrent de l’adresse configurée (<code>${site.url}</code>), la réponse est un
          <code>302</code> vers l’accueil, <em>qui contient le JSON habituel</em>, et la clé est usée. Ne suivez jamais
          une redirection avec un secret.
        </p>
        <h2>Version 2.8 et antérieures</h2>
        <p>
          Elles donnent chaque nouveau jeton à tous les comptes, et <code>get_user_info</code> répond alors avec le
          premier membre du site, qui que ce soit qui s’est connecté. N’utilisez pas un site aussi ancien pour des
          connexions.
        </p>
      `,
    },
  },
};
