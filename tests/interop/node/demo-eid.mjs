// A person at the authorization endpoint who signs in with the demo eID: a plain HTML form.
const decode = (text) => text.replaceAll('&amp;', '&').replaceAll('&#39;', "'").replaceAll('&#34;', '"')

/** Return the address the sign-in ends at, which begins with `redirectUri`. */
export async function visit(url, redirectUri, fields) {
  const cookies = new Map()
  async function go(target, init = {}) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(target, { ...init, headers: { cookie }, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) cookies.set(...line.split(';')[0].split(/=(.*)/s, 2))
    const next = response.headers.get('location')
    if (!next) return { url: target, html: await response.text() }
    const absolute = new URL(next, target).href
    return absolute.startsWith(`${redirectUri}?`) ? { callback: absolute } : go(absolute)
  }
  let page = await go(url)
  const choice = page.html.match(/href="([^"]+\/demo-eid)"/)
  if (choice) page = await go(new URL(decode(choice[1]), page.url).href)
  const [form] = page.html.match(/<form[^>]*(?:(?!<\/form>)[\s\S])*name="birthdate"[\s\S]*?<\/form>/) ?? []
  if (!form) throw new Error(`there is no sign-in form at ${page.url}`)
  const body = new URLSearchParams(fields)
  for (const [, name, value] of form.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)) body.set(name, decode(value))
  const action = decode(form.match(/action="([^"]*)"/)?.[1] ?? '')
  page = await go(new URL(action, page.url).href, { method: 'POST', body })
  if (!page.callback) throw new Error(`the sign-in ended at ${page.url}`)
  return page.callback
}
