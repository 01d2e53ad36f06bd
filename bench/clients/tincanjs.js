// tincanjs, in Node.
const assert = require("assert");
const TinCan = require("tincanjs");
const { called, endpoint, refused, key, run, secret, statement, uuid } = require("./tried.js");

const lrs = new TinCan.LRS({ endpoint: `${endpoint}/`, username: key, password: secret, allowFail: false });
const actor = new TinCan.Agent(statement("tincanjs").actor);
const activity = new TinCan.Activity({ id: "https://campus.example/tincanjs" });
const made = (more) => new TinCan.Statement(statement("tincanjs", more));
const asked = (name, ...given) =>
  called((back) => lrs[name](...given.slice(0, -1), { ...given.at(-1), callback: back })).then(([value]) => value);

run("tincanjs", {
  about: async () => assert((await asked("about", {})).version.includes("1.0.3")),
  "one statement, put to its id": async () => {
    const sent = made();
    await asked("saveStatement", sent, {});
    assert.strictEqual((await asked("retrieveStatement", sent.id, {})).id, sent.id);
    await asked("saveStatement", sent, {});
    const other = made({ id: sent.id, result: { success: false } });
    await refused(asked("saveStatement", other, {}), 409, 409);
  },
  "a batch, read in pages": async () => {
    const registration = uuid();
    const batch = Array.from({ length: 25 }, () => made({ context: { registration } }));
    await asked("saveStatements", batch, {});
    let page = await asked("queryStatements", { params: { registration, limit: 10 } });
    let count = page.statements.length;
    while (page.more) {
      page = await asked("moreStatements", { url: page.more });
      count += page.statements.length;
    }
    assert.strictEqual(count, 25);
  },
  attachment: async () => {
    const sent = made();
    sent.attachments = [
      new TinCan.Attachment({
        usageType: "http://id.tincanapi.com/attachment/supporting_media",
        display: { en: "a text" },
        contentType: "text/plain",
        content: TinCan.Utils.stringToArrayBuffer("what was attached"),
      }),
    ];
    await asked("saveStatement", sent, {});
    const found = await asked("retrieveStatement", sent.id, { params: { attachments: true } });
    assert.strictEqual(TinCan.Utils.stringFromArrayBuffer(found.attachments[0].content), "what was attached");
  },
  voiding: async () => {
    const sent = made();
    await asked("saveStatement", sent, {});
    const verb = { id: "http://adlnet.gov/expapi/verbs/voided" };
    const target = { objectType: "StatementRef", id: sent.id };
    await asked("saveStatement", new TinCan.Statement({ actor, verb, target }), {});
    await refused(asked("retrieveStatement", sent.id, {}), 404, 404);
    assert.strictEqual((await asked("retrieveVoidedStatement", sent.id, {})).id, sent.id);
  },
  "state, with ETag": async () => {
    const at = { activity, agent: actor };
    const id = uuid();
    await asked("saveState", id, { page: 1 }, { ...at, contentType: "application/json" });
    const found = await asked("retrieveState", id, at);
    assert.deepStrictEqual(found.contents, { page: 1 });
    const seen = { ...at, lastSHA1: TinCan.Utils.getSHA1String('{"page":1}') };
    await asked("saveState", id, "plain", seen);
    await refused(asked("saveState", id, "late", seen), 412, 412);
    assert((await asked("retrieveStateIds", at)).includes(id));
    await asked("dropState", id, at);
    assert.strictEqual(await asked("retrieveState", id, at), null);
  },
  profiles: async () => {
    const id = uuid();
    await asked("saveActivityProfile", id, "first", { activity });
    const found = await asked("retrieveActivityProfile", id, { activity });
    assert.strictEqual(found.contents, "first");
    await asked("saveActivityProfile", id, "second", { activity, lastSHA1: found.etag.replaceAll('"', "") });
    await asked("saveAgentProfile", id, "first", { agent: actor });
    assert((await asked("retrieveAgentProfileIds", { agent: actor })).includes(id));
    await asked("dropAgentProfile", id, { agent: actor });
  },
  activity: async () => {
    const found = await asked("retrieveActivity", "https://campus.example/quiz/1", {});
    assert.strictEqual(found.definition.name.en, "Quiz 1");
  },
});
