// An identity provider at this machine: oidc-provider with a login page of its own. What it knows comes as JSON in the
// first argument; its address is printed once it listens. POST /people replaces whom it knows; it ends with its input.
import http from "node:http";
import Provider from "oidc-provider";

const given = JSON.parse(process.argv[2]);
let people = given.people;

const server = http.createServer();
server.listen(0, "localhost", () => {
  const issuer = `http://localhost:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: given.clients,
    jwks: given.jwks,
    cookies: { keys: ["only for tests"] },
    acrValues: ["two-factors"],
    claims: { openid: ["sub", "groups", "acr", "amr"] },
    conformIdTokenClaims: false,
    clientAuthMethods: ["client_secret_basic", "client_secret_post", "private_key_jwt"],
    features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: true } },
    pkce: { required: () => true },
    interactions: { url: (_ctx, interaction) => `/login/${interaction.uid}` },
    findAccount: (_ctx, id) =>
      people[id] && { accountId: id, claims: () => ({ sub: id, ...(people[id].groups && { groups: people[id].groups }) }) },
    loadExistingGrant: async (ctx) => {
      const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
      grant.addOIDCScope("openid");
      await grant.save();
      return grant;
    },
  });
  const answer = provider.callback();
  server.on("request", async (req, res) => {
    try {
      if (req.method === "POST" && req.url === "/people") {
        people = JSON.parse(await body(req));
        res.end("{}");
      } else if (req.url.startsWith("/login/")) {
        await login(provider, req, res);
      } else {
        answer(req, res);
      }
    } catch (error) {
      res.statusCode = 500;
      res.end(String(error));
    }
  });
  console.log(issuer);
});

async function login(provider, req, res) {
  const typed = new URLSearchParams(req.method === "POST" ? await body(req) : "");
  const who = typed.get("who");
  if (typed.has("refuse")) {
    await provider.interactionFinished(req, res, { error: "access_denied" });
  } else if (who && people[who]) {
    const { acr, amr } = people[who];
    await provider.interactionFinished(req, res, { login: { accountId: who, remember: false, acr, amr }, consent: {} });
  } else {
    res.setHeader("content-type", "text/html; charset=utf-8");
    res.end(`<!doctype html><html lang="en"><title>Sign in at work</title><h1>Sign in at work</h1>
      <form method="post"><label>Name <input name="who"></label><button>Sign in</button>
      <button name="refuse" value="1">Refuse</button></form></html>`);
  }
}

async function body(req) {
  const parts = [];
  for await (const part of req) parts.push(part);
  return Buffer.concat(parts).toString();
}

process.stdin.on("end", () => process.exit(0)).resume();
