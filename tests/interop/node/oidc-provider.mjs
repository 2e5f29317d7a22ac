// npm oidc-provider, certified by the OpenID Foundation: a provider of accounts for staff.
// Reads {client, accounts, id_token, alg} as one line on stdin, prints {issuer}, and serves until its stdin ends.
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { Provider } from 'oidc-provider';

function createKey(alg) {
  const { privateKey } = alg === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: `${alg}-1` };
}

function createProvider(issuer, given) {
  return new Provider(issuer, {
    clients: [{ grant_types: ['authorization_code'], response_types: ['code'], id_token_signed_response_alg: given.alg, ...given.client }],
    scopes: ['openid', 'profile', 'roles'],
    claims: { openid: ['sub'], profile: ['name'], roles: ['roles'], acr: null },
    conformIdTokenClaims: !given.id_token,
    jwks: { keys: [createKey(given.alg)] },
    cookies: { keys: ['tests only'] },
    pkce: { required: () => true },
    findAccount: (_context, id) => given.accounts[id] && { accountId: id, claims: () => ({ sub: id, ...given.accounts[id] }) },
  });
}

const lines = createInterface({ input: process.stdin });
lines.once('line', (line) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const issuer = `http://127.0.0.1:${server.address().port}`;
    server.on('request', createProvider(issuer, JSON.parse(line)).callback());
    process.stdout.write(`${JSON.stringify({ issuer })}\n`);
  });
});
lines.on('close', () => process.exit(0));
