const PAGE =
  '<!doctype html>\n<html lang="en"><head><title>ConductorOne</title></head>' +
  '<body><div id="root"></div><script src="/static/app.js"></script></body></html>\n'

/**
 * The tenant's web app, which answers every path that is not the API's, with 200.
 *
 * @param status another status, for a gateway's error page
 * @returns an HTML page
 */
export function webApp(status = 200): Response {
  return new Response(PAGE, { status, headers: { 'content-type': 'text/html; charset=utf-8' } })
}
