// An outside wallet (@openid4vc/openid4vci) obtains a credential from our issuer.
// stdin: {offer, tx_code?, provider: {privateJwk, x5c}, eid?: {form fields of the demo eID}}; stdout: {credentials, holder, configuration}
import * as jose from 'jose'
import { clientAuthenticationClientAttestationJwt, createClientAttestationJwt } from '@openid4vc/oauth2'
import { AuthorizationFlow, Openid4vciClient } from '@openid4vc/openid4vci'
import { callbacks, createKey, read, write } from './callbacks.mjs'

const input = await read()
const clientId = 'https://wallet.elsewhere.example'
const redirectUri = 'https://wallet.elsewhere.example/callback'
const instance = await createKey()
const dpopKey = await createKey()
const holder = await createKey()
const { d: _private, ...providerPublic } = input.provider.privateJwk
const provider = { publicJwk: providerPublic, privateKey: await jose.importJWK(input.provider.privateJwk, 'ES256') }
const platform = callbacks([instance, dpopKey, holder, provider])
const providerSigner = { method: 'x5c', alg: 'ES256', x5c: input.provider.x5c }

const clientAttestationJwt = await createClientAttestationJwt({
  issuer: 'https://provider.elsewhere.example',
  clientId,
  confirmation: { jwk: instance.publicJwk },
  expiresAt: new Date(Date.now() + 3600_000),
  signer: providerSigner,
  callbacks: platform,
})
const client = new Openid4vciClient({
  callbacks: { ...platform, clientAuthentication: clientAuthenticationClientAttestationJwt({ clientAttestationJwt, callbacks: platform }) },
})
const credentialOffer = await client.resolveCredentialOffer(input.offer)
const issuerMetadata = await client.resolveIssuerMetadata(credentialOffer.credential_issuer)
const configuration = credentialOffer.credential_configuration_ids[0]
const dpop = { signer: { method: 'jwk', alg: 'ES256', publicJwk: dpopKey.publicJwk } }

/** Follow the authorization endpoint as a person with the demo eID would: choose it, post its form, take the redirect. */
async function authorizeWithDemoEid(url) {
  const cookies = new Map()
  const go = async (target, init = {}) => {
    const headers = { ...init.headers, cookie: [...cookies].map(([n, v]) => `${n}=${v}`).join('; ') }
    const response = await fetch(target, { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) {
      const [name, value] = line.split(';')[0].split(/=(.*)/s)
      cookies.set(name, value)
    }
    const next = response.headers.get('location')
    if (!next) return { url: target, html: await response.text() }
    const absolute = new URL(next, target).href
    return absolute.startsWith(redirectUri) ? { callback: absolute } : go(absolute)
  }
  let page = await go(url)
  for (let step = 0; step < 6 && !page.callback; step++) {
    const link = page.html.match(/href="([^"]*demo-eid[^"]*)"/)
    const form = page.html.match(/<form[^>]*data-demo-eid[^>]*>[\s\S]*?<\/form>/)
    if (!form && link) {
      page = await go(new URL(link[1].replaceAll('&amp;', '&'), page.url).href)
      continue
    }
    const body = new URLSearchParams(input.eid)
    for (const [, name, value] of form[0].matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)) body.set(name, value)
    const action = form[0].match(/action="([^"]*)"/)?.[1] ?? page.url
    page = await go(new URL(action.replaceAll('&amp;', '&'), page.url).href, { method: 'POST', body })
  }
  if (!page.callback) throw new Error('the authorization endpoint did not come back')
  return page.callback
}

async function accessToken() {
  if (input.tx_code !== undefined || credentialOffer.grants?.['urn:ietf:params:oauth:grant-type:pre-authorized_code'])
    return client.retrievePreAuthorizedCodeAccessTokenFromOffer({ credentialOffer, issuerMetadata, txCode: input.tx_code, dpop })
  const authorization = await client.initiateAuthorization({
    credentialOffer, issuerMetadata, clientId, redirectUri, dpop,
    scope: issuerMetadata.credentialIssuer.credential_configurations_supported[configuration].scope,
  })
  if (authorization.authorizationFlow !== AuthorizationFlow.Oauth2Redirect) throw new Error('unexpected flow')
  const callback = await authorizeWithDemoEid(authorization.authorizationRequestUrl)
  const answer = client.parseAndVerifyAuthorizationResponseRedirectUrl({
    url: callback, issuerMetadata, authorizationServer: authorization.authorizationServer,
    authorizationServerMetadata: issuerMetadata.authorizationServers[0],
  })
  return client.retrieveAuthorizationCodeAccessTokenFromOffer({
    credentialOffer, issuerMetadata, authorizationCode: answer.code,
    pkceCodeVerifier: authorization.pkce?.codeVerifier, redirectUri, dpop,
  })
}

const token = await accessToken()
const { c_nonce: nonce } = await client.requestNonce({ issuerMetadata })
const keyAttestationJwt = await new jose.SignJWT({ attested_keys: [holder.publicJwk], nonce })
  .setProtectedHeader({ typ: 'key-attestation+jwt', alg: 'ES256', x5c: input.provider.x5c })
  .setIssuedAt().setExpirationTime('1h').sign(provider.privateKey)
const { jwt } = await client.createCredentialRequestJwtProof({
  issuerMetadata, credentialConfigurationId: configuration, nonce, clientId, keyAttestationJwt,
  signer: { method: 'jwk', alg: 'ES256', publicJwk: holder.publicJwk },
})
const { credentialResponse } = await client.retrieveCredentials({
  issuerMetadata, credentialConfigurationId: configuration, proofs: { jwt: [jwt] },
  accessToken: token.accessTokenResponse.access_token, dpop: token.dpop ?? dpop,
})
if (credentialResponse.notification_id)
  await client.sendNotification({
    issuerMetadata, accessToken: token.accessTokenResponse.access_token, dpop: token.dpop ?? dpop,
    notification: { notificationId: credentialResponse.notification_id, event: 'credential_accepted' },
  })
write({
  configuration,
  credentials: credentialResponse.credentials.map((item) => item.credential ?? item),
  holder: await jose.exportJWK(holder.privateKey),
})
