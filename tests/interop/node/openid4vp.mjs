// An outside wallet (@openid4vc/openid4vp, @sd-jwt/sd-jwt-vc) answers our verifier.
// stdin: {request, holdings: [{vct, credential, holder}]}; stdout: {status, body, clientId, purpose} or {refused}
import * as jose from 'jose'
import { Openid4vpClient } from '@openid4vc/openid4vp'
import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc'
import { callbacks, run } from './callbacks.mjs'
import { platform, sign } from './sd-jwt.mjs'

const client = new Openid4vpClient({ callbacks: callbacks([]) })

/** Whether disclosing `key` is needed for the claim at `path`: it lies above it, at it, or beneath it. */
const lies = (key, path) => key.every((part, i) => i >= path.length || path[i] === part || (path[i] === null && /^\d+$/.test(part)))

async function present({ credential, holder }, query, { nonce, client_id: aud }) {
  const sdjwt = new SDJwtVcInstance({ ...platform, kbSigner: sign(await jose.importJWK(holder, 'ES256')) })
  const frame = {}
  for (const key of (await sdjwt.presentableKeys(credential)).map((each) => each.split('.'))) {
    if (!(query.claims ?? []).some(({ path }) => lies(key, path))) continue
    key.reduce((node, part, i) => (node[part] = i + 1 < key.length ? { ...node[part] } : (node[part] ?? true)), frame)
  }
  const iat = Math.floor(Date.now() / 1000)
  return sdjwt.present(credential, frame, { kb: { payload: { iat, nonce, aud } } })
}

/** The first option of the credential sets for which something is held. */
function choose({ credentials, credential_sets: sets }, holdings) {
  const found = new Map()
  for (const query of credentials) {
    const held = holdings.find(({ vct }) => query.meta.vct_values.includes(vct))
    if (held) found.set(query.id, { query, held })
  }
  const wanted = sets ? sets.flatMap(({ options }) => options.find((ids) => ids.every((id) => found.has(id))) ?? []) : [...found.keys()]
  return wanted.map((id) => found.get(id))
}

await run(async ({ request, holdings }) => {
  const { params } = client.parseOpenid4vpAuthorizationRequest({ authorizationRequest: request })
  const resolved = await client.resolveOpenId4vpAuthorizationRequest({ authorizationRequestPayload: params })
  const authorizationRequestPayload = resolved.authorizationRequestPayload
  const vp_token = {}
  for (const { query, held } of choose(resolved.dcql.query, holdings))
    vp_token[query.id] = [await present(held, query, authorizationRequestPayload)]
  const { jarm, authorizationResponsePayload } = await client.createOpenid4vpAuthorizationResponse({
    authorizationRequestPayload,
    authorizationResponsePayload: { vp_token },
    jarm: {
      encryption: { nonce: '' },
      serverMetadata: {
        authorization_signing_alg_values_supported: [],
        authorization_encryption_alg_values_supported: ['ECDH-ES'],
        authorization_encryption_enc_values_supported: ['A256GCM', 'A128GCM'],
      },
    },
  })
  const { response } = await client.submitOpenid4vpAuthorizationResponse({
    authorizationRequestPayload, authorizationResponsePayload, jarm: { responseJwt: jarm.responseJwt },
  })
  return { status: response.status, body: await response.text(), clientId: resolved.client.identifier }
})
