// An OpenID Connect provider on a free port of loopback, for tests: any password is right.
// It prints "ready ISSUER". CALLBACKS, separated by commas, are where it sends browsers back
// to; of those on loopback the port does not count (RFC 8252, 7.3).
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const callbacks = (process.env.CALLBACKS || 'http://127.0.0.1/auth/oidc/callback').split(',');

// Whoever is not listed has an address that is verified, and no groups.
const people = {
  alice: { email: 'alice@example.com', email_verified: true, name: 'Alice Liddell', groups: ['staff', 'admins'] },
  bob: { email: 'bob@example.com', email_verified: true, name: 'Bob', groups: ['staff'] },
  mallory: { email: 'alice@example.com', email_verified: false, name: 'Mallory', groups: ['admins'] },
};

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const provider = new Provider(issuer, {
    clients: [{
      client_id: 'plik',
      client_secret: 'plik-secret-0123456789',
      application_type: 'native', // or else redirects to loopback would not be allowed
      redirect_uris: callbacks,
      grant_types: ['authorization_code'],
      response_types: ['code'],
    }],
    claims: { email: ['email', 'email_verified'], profile: ['name'], groups: ['groups'] },
    pkce: { required: () => true },
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256' }] },
    cookies: { keys: ['only for tests'] },
    features: { devInteractions: { enabled: true } },
    ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
    findAccount: (ctx, id) => ({
      accountId: id,
      claims: () => ({ sub: id, ...(people[id] ?? { email: `${id}@example.com`, email_verified: true, name: id }) }),
    }),
  });
  provider.on('server_error', (ctx, error) => console.error(error));
  server.on('request', provider.callback());
  console.log('ready', issuer);
});
