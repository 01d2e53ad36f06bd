// @xapi/xapi, in Node.
const assert = require("assert");
const { default: XAPI } = require("@xapi/xapi");
const { basic, endpoint, refused, run, statement, uuid } = require("./tried.js");

const actor = statement("xapi.js").actor;
const activityId = "https://campus.example/xapi.js";
const sha2 = (text) => require("crypto").createHash("sha256").update(text).digest("hex");
const text = "what was attached";
const attached = statement("xapi.js", {
  attachments: [
    {
      usageType: "http://id.tincanapi.com/attachment/supporting_media",
      display: { en: "a text" },
      contentType: "text/plain",
      length: Buffer.byteLength(text),
      sha2: sha2(text),
    },
  ],
});

const things = (xapi) => ({
  about: async () => assert((await xapi.getAbout()).data.version.includes("1.0.3")),
  "one statement": async () => {
    const { data } = await xapi.sendStatement({ statement: statement("xapi.js") });
    const { data: found } = await xapi.getStatement({ statementId: data[0] });
    assert.strictEqual(found.id, data[0]);
  },
  "the same again, and another with its id": async () => {
    const sent = statement("xapi.js", { id: uuid() });
    await xapi.sendStatement({ statement: sent });
    await xapi.sendStatement({ statement: sent });
    const other = { ...sent, result: { success: false } };
    await refused(xapi.sendStatement({ statement: other }), 409, "another statement");
  },
  "a batch, read in pages": async () => {
    const registration = uuid();
    const batch = Array.from({ length: 25 }, () => statement("xapi.js", { context: { registration } }));
    const { data: ids } = await xapi.sendStatements({ statements: batch });
    const found = [];
    let { data: page } = await xapi.getStatements({ registration, limit: 10, ascending: true });
    found.push(...page.statements);
    while (page.more) {
      ({ data: page } = await xapi.getMoreStatements({ more: page.more }));
      found.push(...page.statements);
    }
    assert.deepStrictEqual(found.map((one) => one.id), ids);
  },
  attachment: async () => {
    const { data } = await xapi.sendStatement({
      statement: attached,
      attachments: [new TextEncoder().encode(text).buffer],
    });
    const { data: parts } = await xapi.getStatement({ statementId: data[0], attachments: true });
    assert.strictEqual(parts[0].id, data[0]);
    assert.strictEqual(Buffer.from(parts[1]).toString(), text);
  },
  voiding: async () => {
    const { data } = await xapi.sendStatement({ statement: statement("xapi.js") });
    await xapi.voidStatement({ actor, statementId: data[0] });
    await refused(xapi.getStatement({ statementId: data[0] }), 404, "there is no");
    const { data: voided } = await xapi.getVoidedStatement({ voidedStatementId: data[0] });
    assert.strictEqual(voided.id, data[0]);
  },
  "state, with ETag": async () => {
    const at = { agent: actor, activityId, stateId: uuid() };
    await xapi.setState({ ...at, state: { page: 1 } });
    await xapi.createState({ ...at, state: { mark: 2 } });
    const { data, headers } = await xapi.getState(at);
    assert.deepStrictEqual(data, { page: 1, mark: 2 });
    await xapi.setState({ ...at, state: { page: 2 }, etag: headers.etag, matchHeader: "If-Match" });
    const late = { ...at, state: { page: 3 }, etag: headers.etag, matchHeader: "If-Match" };
    await refused(xapi.setState(late), 412, "another one by now");
    assert((await xapi.getStates({ agent: actor, activityId })).data.includes(at.stateId));
    await xapi.deleteState(at);
    await refused(xapi.getState(at), 404, "there is no");
  },
  "profiles, with ETag": async () => {
    const profileId = uuid();
    const of = { agent: actor, profileId };
    await xapi.setAgentProfile({ ...of, profile: { a: 1 }, etag: "*", matchHeader: "If-None-Match" });
    const { headers } = await xapi.getAgentProfile(of);
    await xapi.setAgentProfile({ ...of, profile: { a: 2 }, etag: headers.etag, matchHeader: "If-Match" });
    await xapi.createActivityProfile({ activityId, profileId, profile: { b: 1 } });
    assert.deepStrictEqual((await xapi.getActivityProfile({ activityId, profileId })).data, { b: 1 });
    assert((await xapi.getAgentProfiles({ agent: actor })).data.includes(profileId));
    await xapi.deleteActivityProfile({ activityId, profileId, etag: "*", matchHeader: "If-Match" });
  },
  "activities and agents": async () => {
    const { data } = await xapi.getActivity({ activityId: "https://campus.example/quiz/1" });
    assert.strictEqual(data.definition.name.en, "Quiz 1");
    assert.strictEqual((await xapi.getAgent({ agent: actor })).data.objectType, "Person");
  },
});

const all = {};
for (const [version, adapter] of [["1.0.3", "axios"], ["1.0.3", "fetch"], ["2.0.0", "fetch"]]) {
  const xapi = new XAPI({ endpoint, auth: basic, version, adapter });
  for (const [what, act] of Object.entries(things(xapi))) {
    // In Node axios replaces the type of a multipart body by that of a file.
    if (what !== "attachment" || adapter !== "axios") all[`${what} (${version}, ${adapter})`] = act;
  }
}
run("@xapi/xapi", all);
