// An outside wallet (@openid4vc/openid4vp) answers our verifier.
// stdin: {request, holdings: [{vct, credential, holder, paths: [[…]]}]}; stdout: {status, body}
import { createHash } from 'node:crypto'
import * as jose from 'jose'
import { Openid4vpClient } from '@openid4vc/openid4vp'
import { callbacks, read, write } from './callbacks.mjs'

const input = await read()
const platform = callbacks([])
const client = new Openid4vpClient({ callbacks: platform })
const parsed = client.parseOpenid4vpAuthorizationRequest({ authorizationRequest: input.request })
const resolved = await client.resolveOpenId4vpAuthorizationRequest({ authorizationRequestPayload: parsed.params })
const request = resolved.authorizationRequestPayload

const decode = (disclosure) => JSON.parse(Buffer.from(disclosure, 'base64url').toString())

/** Keep the disclosures of the wanted top-level claims; sign the key binding for this verifier and nonce. */
async function present({ credential, holder, names }) {
  const [jwt, ...rest] = credential.split('~')
  const kept = rest.filter((d) => d && (decode(d).length < 3 || names.includes(decode(d)[1])))
  const presentation = `${[jwt, ...kept].join('~')}~`
  const binding = await new jose.SignJWT({
    nonce: request.nonce, aud: request.client_id, sd_hash: createHash('sha256').update(presentation).digest('base64url'),
  }).setProtectedHeader({ alg: 'ES256', typ: 'kb+jwt' }).setIssuedAt().sign(await jose.importJWK(holder, 'ES256'))
  return presentation + binding
}

const vpToken = {}
for (const query of request.dcql_query.credentials) {
  const held = input.holdings.find((h) => query.meta.vct_values.includes(h.vct))
  if (!held) continue
  const names = (query.claims ?? []).flatMap((claim) => claim.path.filter((part) => typeof part === 'string'))
  vpToken[query.id] = [await present({ ...held, names })]
}
const { jarm, authorizationResponsePayload } = await client.createOpenid4vpAuthorizationResponse({
  authorizationRequestPayload: request,
  authorizationResponsePayload: { vp_token: vpToken },
  jarm: { encryption: { nonce: '' }, serverMetadata: {
    authorization_signing_alg_values_supported: [], authorization_encryption_alg_values_supported: ['ECDH-ES'],
    authorization_encryption_enc_values_supported: ['A256GCM', 'A128GCM'],
  } },
})
const { response } = await client.submitOpenid4vpAuthorizationResponse({
  authorizationRequestPayload: request, authorizationResponsePayload, jarm: jarm && { responseJwt: jarm.responseJwt },
})
write({ status: response.status, body: await response.text() })
