// adl-xapiwrapper: ADL's wrapper for Node, which is no longer maintained but still in use.
const assert = require("assert");
const adl = require("adl-xapiwrapper");
const { called, endpoint, key, run, secret, statement, uuid } = require("./tried.js");

adl.debugLevel = "error";
const wrapper = new adl.XAPIWrapper({ url: `${endpoint}/`, auth: { user: key, pass: secret } });
const { actor } = statement("adl-node");
const activityId = "https://campus.example/adl-node";
const asked = async (status, name, ...given) => {
  const [response, body] = await called((back) => wrapper[name](...given, back));
  assert.strictEqual(response.statusCode, status, body && String(body).slice(0, 200));
  return body;
};

run("adl-xapiwrapper", {
  "a batch, read in pages": async () => {
    const registration = uuid();
    const batch = Array.from({ length: 25 }, () => statement("adl-node", { context: { registration } }));
    await asked(200, "sendStatements", batch);
    let page = JSON.parse(await asked(200, "getStatements", { registration, limit: 10 }, null));
    let count = page.statements.length;
    while (page.more) {
      page = JSON.parse(await asked(200, "getStatements", null, page.more));
      count += page.statements.length;
    }
    assert.strictEqual(count, 25);
  },
  "state, by its hash": async () => {
    const id = uuid();
    await asked(204, "sendState", activityId, actor, id, null, "first", null, "*");
    assert.strictEqual(await asked(200, "getState", activityId, actor, id, null, null), "first");
    await asked(204, "sendState", activityId, actor, id, null, "second", adl.hash("first"), null);
    await asked(412, "sendState", activityId, actor, id, null, "late", adl.hash("first"), null);
  },
  profiles: async () => {
    const id = uuid();
    await asked(204, "sendAgentProfile", actor, id, "first", null, "*");
    await asked(204, "sendAgentProfile", actor, id, "second", adl.hash("first"), null);
    await asked(204, "sendActivityProfile", activityId, id, "first", null, "*");
    assert.strictEqual(await asked(200, "getActivityProfile", activityId, id, null), "first");
  },
  "activities and agents": async () => {
    await asked(200, "getActivities", activityId);
    await asked(200, "getAgents", actor);
  },
});
