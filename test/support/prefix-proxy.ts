import { request, type OutgoingHttpHeaders, type RequestListener } from 'node:http';

/**
 * A proxy that takes a prefix off the path and passes everything else on, as nginx's `proxy_pass http://app/;` does.
 * What does not begin with the prefix belongs to other apps of the host: 404.
 *
 * @param headers those that it sends besides, in place of the browser's.
 */
export function stripPrefix(prefix: string, appURL: () => string, headers: OutgoingHttpHeaders = {}): RequestListener {
  return (req, res) => {
    const { url = '' } = req;
    if (!url.startsWith(`${prefix}/`)) {
      res.writeHead(404).end('of another app');
      return;
    }
    const options = { method: req.method, headers: { ...req.headers, ...headers } };
    const onward = request(appURL() + url.slice(prefix.length), options, (response) => {
      res.writeHead(response.statusCode ?? 500, response.rawHeaders);
      response.pipe(res);
    });
    onward.on('error', () => res.destroy());
    req.pipe(onward);
  };
}
