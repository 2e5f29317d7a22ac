// @sd-jwt/sd-jwt-vc both ways. stdin: {action: "verify", credential, jwk, nonce?} or {action: "issue"}.
import { createHash, randomBytes, X509Certificate } from 'node:crypto'
import * as jose from 'jose'
import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc'
import { createKey, read, write } from './callbacks.mjs'

const sign = (privateKey) => async (data) =>
  Buffer.from(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, privateKey, Buffer.from(data))).toString('base64url')
const verifier = (jwk) => async (data, signature) => {
  const key = await crypto.subtle.importKey('jwk', jwk, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify'])
  return crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, Buffer.from(signature, 'base64url'), Buffer.from(data))
}
const base = {
  signAlg: 'ES256', kbSignAlg: 'ES256', hashAlg: 'sha-256',
  hasher: (data, alg) => new Uint8Array(createHash(alg.replace('-', '')).update(typeof data === 'string' ? data : Buffer.from(data)).digest()),
  saltGenerator: (bytes) => randomBytes(bytes).toString('base64url'),
}
const input = await read()

if (input.action === 'verify') {
  const holderJwk = jose.decodeJwt(input.credential.split('~')[0]).cnf?.jwk
  const sdjwt = new SDJwtVcInstance({
    ...base, verifier: verifier(input.jwk), kbVerifier: holderJwk && verifier(holderJwk),
    statusListFetcher: async () => { throw new Error('not asked here') },
  })
  const checks = input.nonce ? { keyBindingNonce: input.nonce } : {}
  const decoded = await sdjwt.decode(input.credential)
  delete decoded.jwt.payload.status // the status list is verified by tests of its own
  await sdjwt.validate(input.credential, checks)
  write({ claims: await sdjwt.getClaims(input.credential), valid: true })
} else {
  const issuer = await createKey()
  const holder = await createKey()
  const sdjwt = new SDJwtVcInstance({
    ...base, signer: sign(issuer.privateKey), verifier: verifier(issuer.publicJwk),
    kbSigner: sign(holder.privateKey), kbVerifier: verifier(holder.publicJwk),
  })
  const claims = {
    iss: 'https://elsewhere.example', iat: Math.floor(Date.now() / 1000), vct: 'urn:eudi:pid:1',
    cnf: { jwk: holder.publicJwk }, family_name: 'Kazlauskienė', given_name: 'Ona',
    address: { locality: 'Kaunas', country: 'LT' }, nationalities: ['LT', 'GR'],
  }
  const frame = { _sd: ['family_name', 'given_name', 'address'], address: { _sd: ['locality'] }, nationalities: { _sd: [0, 1] } }
  const credential = await sdjwt.issue(claims, frame, { header: { x5c: input.x5c } })
  const presentation = await sdjwt.present(
    credential, { family_name: true, address: { locality: true }, nationalities: { 0: true } },
    { kb: { payload: { iat: claims.iat, aud: 'x509_hash:test', nonce: input.nonce } } },
  )
  write({ credential, presentation, issuer: issuer.publicJwk, holder: holder.publicJwk })
}
