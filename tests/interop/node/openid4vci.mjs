// An outside wallet (@openid4vc/openid4vci) obtains a credential from our issuer.
// stdin: {offer, tx_code?, provider: {privateJwk, x5c}, eid?: {form fields of the demo eID}, proof?: "jwt" | "attestation"}
// stdout: {configuration, credentials, holder, notified} or {refused: {error, error_description}}
import * as jose from 'jose'
import { clientAuthenticationClientAttestationJwt, createClientAttestationJwt } from '@openid4vc/oauth2'
import { AuthorizationFlow, Openid4vciClient } from '@openid4vc/openid4vci'
import { callbacks, createKey, run } from './callbacks.mjs'
import { visit } from './demo-eid.mjs'

const clientId = 'https://wallet.elsewhere.example'
const redirectUri = 'https://wallet.elsewhere.example/callback'

/** A wallet instance its provider vouches for. */
async function createWallet({ privateJwk, x5c }) {
  const { d: _private, ...publicJwk } = privateJwk
  const provider = { publicJwk, privateKey: await jose.importJWK(privateJwk, 'ES256') }
  const [instance, dpopKey, holder] = [await createKey(), await createKey(), await createKey()]
  const platform = callbacks([instance, dpopKey, holder, provider])
  const clientAttestationJwt = await createClientAttestationJwt({
    issuer: 'https://provider.elsewhere.example',
    clientId,
    confirmation: { jwk: instance.publicJwk },
    expiresAt: new Date(Date.now() + 3600_000),
    signer: { method: 'x5c', alg: 'ES256', x5c },
    callbacks: platform,
  })
  const clientAuthentication = clientAuthenticationClientAttestationJwt({ clientAttestationJwt, callbacks: platform })
  const client = new Openid4vciClient({ callbacks: { ...platform, clientAuthentication } })
  const attestKey = (nonce) =>
    new jose.SignJWT({ attested_keys: [holder.publicJwk], nonce })
      .setProtectedHeader({ typ: 'key-attestation+jwt', alg: 'ES256', x5c })
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(provider.privateKey)
  return { client, holder, attestKey, dpop: { signer: { method: 'jwk', alg: 'ES256', publicJwk: dpopKey.publicJwk } } }
}

async function redeemCode({ client, dpop }, offered, txCode) {
  return client.retrievePreAuthorizedCodeAccessTokenFromOffer({ ...offered, txCode, dpop })
}

async function authorize({ client, dpop }, offered, configuration, eid) {
  const { issuerMetadata } = offered
  const { scope } = issuerMetadata.credentialIssuer.credential_configurations_supported[configuration]
  const authorization = await client.initiateAuthorization({ ...offered, clientId, redirectUri, dpop, scope })
  if (authorization.authorizationFlow !== AuthorizationFlow.Oauth2Redirect) throw new Error('unexpected flow')
  const answer = client.parseAndVerifyAuthorizationResponseRedirectUrl({
    url: await visit(authorization.authorizationRequestUrl, redirectUri, eid),
    issuerMetadata,
    authorizationServer: authorization.authorizationServer,
    authorizationServerMetadata: issuerMetadata.authorizationServers[0],
  })
  return client.retrieveAuthorizationCodeAccessTokenFromOffer({
    ...offered, authorizationCode: answer.code, pkceCodeVerifier: authorization.pkce?.codeVerifier, redirectUri, dpop,
  })
}

async function prove({ client, holder, attestKey }, issuerMetadata, credentialConfigurationId, proof) {
  const { c_nonce: nonce } = await client.requestNonce({ issuerMetadata })
  const keyAttestationJwt = await attestKey(nonce)
  if (proof === 'attestation') return { attestation: [keyAttestationJwt] }
  const { jwt } = await client.createCredentialRequestJwtProof({
    issuerMetadata, credentialConfigurationId, nonce, clientId, keyAttestationJwt,
    signer: { method: 'jwk', alg: 'ES256', publicJwk: holder.publicJwk },
  })
  return { jwt: [jwt] }
}

await run(async (input) => {
  const wallet = await createWallet(input.provider)
  const { client, dpop } = wallet
  const credentialOffer = await client.resolveCredentialOffer(input.offer)
  const issuerMetadata = await client.resolveIssuerMetadata(credentialOffer.credential_issuer)
  const offered = { credentialOffer, issuerMetadata }
  const [configuration] = credentialOffer.credential_configuration_ids
  const token = input.eid
    ? await authorize(wallet, offered, configuration, input.eid)
    : await redeemCode(wallet, offered, input.tx_code)
  const access = { issuerMetadata, accessToken: token.accessTokenResponse.access_token, dpop: token.dpop ?? dpop }
  const proofs = await prove(wallet, issuerMetadata, configuration, input.proof)
  const { credentialResponse } = await client.retrieveCredentials({ ...access, credentialConfigurationId: configuration, proofs })
  const { notification_id: notificationId } = credentialResponse
  const notified = notificationId
    ? await client.sendNotification({ ...access, notification: { notificationId, event: 'credential_accepted' } })
    : undefined
  return {
    configuration,
    credentials: credentialResponse.credentials.map((item) => item.credential ?? item),
    holder: await jose.exportJWK(wallet.holder.privateKey),
    notified: notified?.response.status,
  }
})
