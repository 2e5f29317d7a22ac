// @sd-jwt/sd-jwt-vc both ways.
// stdin: {action: "verify", credentials, nonce?, types?} -> [{claims, header, kb, metadata} or {failed}]
//        {action: "issue", issuer: {privateJwk, x5c}, vct, claims, frame, shown, nonce, audience} -> {credential, presentation}
import { createHash } from 'node:crypto'
import * as jose from 'jose'
import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc'
import { createKey, run } from './callbacks.mjs'
import { platform, sign, verifyWith } from './sd-jwt.mjs'

/** Fetch type metadata; check vct#integrity as W3C SRI, which the library's own fetcher reads as hexadecimal. */
const typesFrom = (address) => async (vct, integrity) => {
  const body = Buffer.from(await (await fetch(`${address}/${encodeURIComponent(vct)}`)).arrayBuffer())
  const found = `sha256-${createHash('sha256').update(body).digest('base64')}`
  if (integrity !== found) throw new Error(`type metadata is ${found}, the credential says ${integrity}`)
  return JSON.parse(body)
}

async function verify(credential, { nonce, types }) {
  const sdjwt = new SDJwtVcInstance({
    ...platform,
    kbVerifier: (data, signature, payload) => verifyWith(payload.cnf.jwk, data, signature),
    loadTypeMetadataFormat: Boolean(types),
    vctFetcher: types && typesFrom(types),
  })
  try {
    const { header, kb, typeMetadata } = await sdjwt.verify(credential, nonce ? { keyBindingNonce: nonce } : {})
    return { claims: await sdjwt.getClaims(credential), header, kb: kb?.payload, metadata: typeMetadata?.mergedTypeMetadata }
  } catch (error) {
    return { failed: error.message }
  }
}

async function issue({ issuer, vct, claims, frame, shown, nonce, audience }) {
  const holder = await createKey()
  const sdjwt = new SDJwtVcInstance({
    ...platform,
    signer: sign(await jose.importJWK(issuer.privateJwk, 'ES256')),
    kbSigner: sign(holder.privateKey),
  })
  const iat = Math.floor(Date.now() / 1000)
  const payload = { iat, exp: iat + 3600, vct, cnf: { jwk: holder.publicJwk }, ...claims }
  const credential = await sdjwt.issue(payload, frame, { header: { x5c: issuer.x5c } })
  const kb = { payload: { iat, aud: audience, nonce } }
  return { credential, presentation: await sdjwt.present(credential, shown, { kb }) }
}

await run((input) =>
  input.action === 'verify' ? Promise.all(input.credentials.map((each) => verify(each, input))) : issue(input))
