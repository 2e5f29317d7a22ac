// What @sd-jwt/sd-jwt-vc asks of the platform.
import { createHash, randomBytes, X509Certificate } from 'node:crypto'

const ecdsa = { name: 'ECDSA', hash: 'SHA-256' }
const bytes = (text) => Buffer.from(text, 'base64url')

export const sign = (privateKey) => async (data) =>
  Buffer.from(await crypto.subtle.sign(ecdsa, privateKey, Buffer.from(data))).toString('base64url')

export async function verifyWith(jwk, data, signature) {
  const key = await crypto.subtle.importKey('jwk', jwk, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify'])
  return crypto.subtle.verify(ecdsa, key, bytes(signature), Buffer.from(data))
}

/** The key of the leaf certificate in the header that was signed; who vouches for it is not asked here. */
const verifyByHeader = (data, signature) => {
  const { x5c } = JSON.parse(bytes(data.split('.')[0]))
  const jwk = new X509Certificate(Buffer.from(x5c[0], 'base64')).publicKey.export({ format: 'jwk' })
  return verifyWith(jwk, data, signature)
}

export const platform = {
  signAlg: 'ES256', kbSignAlg: 'ES256', hashAlg: 'sha-256',
  hasher: (data, alg) => new Uint8Array(createHash(alg.replace('-', '')).update(typeof data === 'string' ? data : Buffer.from(data)).digest()),
  saltGenerator: (length) => randomBytes(length).toString('base64url'),
  verifier: verifyByHeader,
  statusVerifier: verifyByHeader,
}
