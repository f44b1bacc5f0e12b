// A page from outside, made harmless: no scripts, nothing from elsewhere.

const POLICY = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">`;

/** Returns the page with our policy before anything of its own; the stricter of two holds. */
export function withPolicy(html: string): string {
  const head = /<head[^>]*>/i.exec(html);
  if (!head) return `<!DOCTYPE html><html><head>${POLICY}</head><body>${html}</body></html>`;
  const at = head.index + head[0].length;
  return html.slice(0, at) + POLICY + html.slice(at);
}
