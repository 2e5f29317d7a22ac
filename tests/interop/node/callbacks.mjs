// What the npm libraries ask of the platform: keys and cryptography through `jose` and node:crypto.
import { createHash, randomBytes, X509Certificate } from 'node:crypto'
import * as jose from 'jose'
import { setGlobalConfig } from '@openid4vc/oauth2'

// A world without TLS is on loopback; one with TLS comes with its CA, and then http is refused.
setGlobalConfig({ allowInsecureUrls: !process.env.HTTPS_ONLY })

/** Read one JSON document, write one. A refusal of the other side is a result; anything else ends the process. */
export async function run(answer) {
  const input = JSON.parse(await new Response(process.stdin).text())
  const write = (value) => process.stdout.write(`${JSON.stringify(value)}\n`)
  try {
    write(await answer(input))
  } catch (error) {
    const refused = refusal(error)
    if (!refused) throw error
    write({ refused })
  }
}

function refusal(error) {
  const body = error.errorResponse ?? error.response?.credentialErrorResponseResult?.data ?? error.wwwAuthenticateHeaders?.[0]
  return body?.error && { error: body.error, error_description: body.error_description }
}

export async function createKey() {
  const { publicKey, privateKey } = await jose.generateKeyPair('ES256', { extractable: true })
  return { publicJwk: await jose.exportJWK(publicKey), privateKey }
}

const same = (a, b) => a.x === b.x && a.y === b.y

/** Callbacks over the given key pairs; `jwk` and `x5c` signers are matched to a key by its public part. */
export function callbacks(keys) {
  const find = (jwk) => {
    const key = keys.find((candidate) => same(candidate.publicJwk, jwk))
    if (!key) throw new Error('no private key for this signer')
    return key
  }
  const publicJwkOf = (signer) =>
    signer.publicJwk ?? new X509Certificate(Buffer.from(signer.x5c[0], 'base64')).publicKey.export({ format: 'jwk' })
  return {
    hash: (data, alg) => createHash(alg.replace('-', '')).update(data).digest(),
    generateRandom: (bytes) => randomBytes(bytes),
    signJwt: async (signer, { header, payload }) => {
      const key = find(publicJwkOf(signer))
      const jwt = await new jose.SignJWT(payload).setProtectedHeader(header).sign(key.privateKey)
      return { jwt, signerJwk: key.publicJwk }
    },
    verifyJwt: async (signer, { compact }) => {
      const jwk = publicJwkOf(signer)
      try {
        await jose.compactVerify(compact, await jose.importJWK(jwk, signer.alg), { algorithms: ['ES256'] })
        return { verified: true, signerJwk: jwk }
      } catch {
        return { verified: false }
      }
    },
    encryptJwe: async (encryptor, data) => {
      const header = { alg: encryptor.alg, enc: encryptor.enc, kid: encryptor.publicJwk.kid, apu: encryptor.apu, apv: encryptor.apv }
      const key = await jose.importJWK(encryptor.publicJwk, encryptor.alg)
      const jwe = new jose.CompactEncrypt(new TextEncoder().encode(data))
        .setProtectedHeader(JSON.parse(JSON.stringify(header)))
      return { encryptionJwk: encryptor.publicJwk, jwe: await jwe.encrypt(key) }
    },
    decryptJwe: async () => ({ decrypted: false }),
    getX509CertificateMetadata: (certificate) => {
      const names = new X509Certificate(Buffer.from(certificate, 'base64')).subjectAltName ?? ''
      const pick = (kind) => names.split(', ').filter((n) => n.startsWith(kind)).map((n) => n.slice(kind.length))
      return { sanDnsNames: pick('DNS:'), sanUriNames: pick('URI:') }
    },
    fetch,
  }
}
