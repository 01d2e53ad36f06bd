// What runs in a learner's browser, in jsdom: it asks before it sends (CORS) as browsers do.
const assert = require("assert");
const { opened } = require("./page.js");
const { basic, called, endpoint, run, statement, uuid } = require("./tried.js");

const activityId = "https://campus.example/browser";

function adl(script) {
  const { ADL, Array: PageArray, Blob, FileReader, Object: PageObject } = opened(script);
  const wrapper = ADL.XAPIWrapper;
  wrapper.changeConfig({ endpoint: `${endpoint}/`, auth: basic, strictCallbacks: true });
  const asked = async (name, ...given) => (await called((back) => wrapper[name](...given, back)))[0];
  const { actor } = statement("adl-browser");
  return {
    "one statement": async () => {
      const sent = statement("adl-browser");
      await asked("sendStatement", sent);
      const found = await asked("getStatements", { statementId: sent.id }, null);
      assert.strictEqual(JSON.parse(found.response).id, sent.id);
    },
    "a batch, read in pages": async () => {
      const registration = uuid();
      const batch = Array.from({ length: 25 }, () => statement("adl-browser", { context: { registration } }));
      await asked("sendStatements", batch);
      let page = JSON.parse((await asked("getStatements", { registration, limit: 10 }, null)).response);
      let count = page.statements.length;
      while (page.more) {
        page = JSON.parse((await asked("getStatements", null, page.more)).response);
        count += page.statements.length;
      }
      assert.strictEqual(count, 25);
    },
    "body of an attachment": async () => {
      const headers = {};
      const type = {
        usageType: "http://id.tincanapi.com/attachment/supporting_media",
        display: { en: "a text" },
        contentType: "text/plain",
      };
      const sent = statement("adl-browser", { id: uuid() });
      const body = wrapper.buildMultipartPost(sent, [{ type, value: "what was attached" }], headers);
      assert(body instanceof Blob);
      const pieces = await new Promise((resolve) => {
        const reader = new FileReader();
        reader.onload = () => resolve(Buffer.from(reader.result));
        reader.readAsArrayBuffer(body);
      });
      Object.assign(headers, { "X-Experience-API-Version": "1.0.3", Authorization: basic });
      const answer = await fetch(`${endpoint}/statements`, { method: "POST", body: pieces, headers });
      assert.strictEqual(answer.status, 200, await answer.text());
    },
    "state of each kind": async () => {
      // The wrapper asks whether a value is an Array or an Object of its own page.
      for (const value of ["text", PageArray.of(1, 2), PageObject.assign(new PageObject(), { a: 1 })]) {
        const id = uuid();
        const sent = await asked("sendState", activityId, actor, id, null, value, null, null);
        assert.strictEqual(sent.status, 204);
        const found = await asked("getState", activityId, actor, id, null, null);
        assert.strictEqual(found.response, typeof value === "string" ? value : JSON.stringify(value));
        assert.strictEqual((await asked("deleteState", activityId, actor, id, null, null, null)).status, 204);
      }
      assert.strictEqual((await asked("getState", activityId, actor, uuid(), null, null)).status, 404);
    },
    "profiles, by their hash": async () => {
      const id = uuid();
      await asked("sendAgentProfile", actor, id, "first", null, "*");
      await asked("sendAgentProfile", actor, id, "second", wrapper.hash("first"), null);
      await asked("sendActivityProfile", activityId, id, { a: 1 }, null, "*");
    },
    "a key that is wrong": async () => {
      wrapper.changeConfig({ auth: "Basic bm86Ym9keQ==", strictCallbacks: true });
      await assert.rejects(asked("sendStatement", statement("adl-browser")), /401/);
      wrapper.changeConfig({ auth: basic, strictCallbacks: true });
    },
  };
}

function tincan() {
  const { TinCan } = opened("tincanjs/build/tincan.js");
  const lrs = new TinCan.LRS({ endpoint: `${endpoint}/`, auth: basic, allowFail: false });
  return {
    "one statement": async () => {
      const sent = new TinCan.Statement(statement("tincan-browser"));
      await called((back) => lrs.saveStatement(sent, { callback: back }));
      const [found] = await called((back) => lrs.retrieveStatement(sent.id, { callback: back }));
      assert.strictEqual(found.id, sent.id);
    },
  };
}

// As Storyline sends it across origins: a form, called text; its state is no JSON, whatever the header says.
function storyline() {
  const at = {
    activityId: "http://5a8SiBHMf0l_course_id",
    agent: JSON.stringify(statement("storyline").actor),
    stateId: "resume",
  };
  const sent = (path, method, fields, type) =>
    fetch(`${endpoint}${path}?method=${method}`, {
      method: "POST",
      headers: { "Content-Type": type, Origin: "https://course.example" },
      body: Object.entries({ Authorization: basic, "X-Experience-API-Version": "1.0.2", ...fields })
        .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
        .join("&"),
    });
  const things = {};
  for (const type of ["text/plain;charset=UTF-8", "application/x-www-form-urlencoded"]) {
    things[`statement as a form, called ${type}`] = async () => {
      const id = uuid();
      const content = JSON.stringify(statement("storyline", { id }));
      const fields = { statementId: id, content, "Content-Type": "application/json" };
      assert.strictEqual((await sent("/statements", "PUT", fields, type)).status, 204);
      const found = await sent("/statements", "GET", { statementId: id }, type);
      assert.strictEqual((await found.json()).id, id);
    };
    things[`state as a form, called ${type}`] = async () => {
      const fields = { ...at, content: "2K1Y708090A0B0", "Content-Type": "application/json" };
      assert.strictEqual((await sent("/activities/state", "PUT", fields, type)).status, 204);
      const found = await sent("/activities/state", "GET", at, type);
      assert.strictEqual(await found.text(), "2K1Y708090A0B0");
    };
  }
  things["last statement as a beacon"] = async () => {
    const content = JSON.stringify(statement("beacon"));
    const answer = await sent("/statements", "POST", { content }, "text/plain;charset=UTF-8");
    assert.strictEqual(answer.status, 200);
  };
  return things;
}

(async () => {
  await run("xAPIWrapper, in a page", adl("xapiwrapper/dist/xapiwrapper.min.js"));
  await run("Adapt's wrapper, in a page", adl("adapt-contrib-xapi/libraries/xapiwrapper.min.js"));
  await run("tincanjs, in a page", tincan());
  await run("Storyline's forms", storyline());
  process.exit(0); // pages stay open
})();
