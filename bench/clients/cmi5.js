// @xapi/cmi5: an assignable unit from its launch to its end, and the system that launches it.
const assert = require("assert");
const http = require("http");
const { default: XAPI } = require("@xapi/xapi");
const { opened } = require("./page.js");
const { basic, endpoint, run, statement, uuid } = require("./tried.js");

const { actor } = statement(`cmi5-${uuid()}`);
const activityId = "https://campus.example/cmi5/unit-1";
const registration = uuid();
const lms = new XAPI({ endpoint, auth: basic, version: "1.0.3", adapter: "fetch" });
const launchData = {
  contextTemplate: { extensions: { "https://w3id.org/xapi/cmi5/context/extensions/sessionid": uuid() } },
  launchMode: "Normal",
  moveOn: "CompletedAndPassed",
  masteryScore: 0.8,
};

// A one-time address of the launching system, which gives the token that opens the store (cmi5, 8.2).
function fetched() {
  const server = http.createServer((request, answer) => {
    answer.setHeader("Access-Control-Allow-Origin", "*");
    answer.setHeader("Content-Type", "application/json");
    answer.end(JSON.stringify({ "auth-token": basic.slice("Basic ".length) }));
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

(async () => {
  const server = await fetched();
  const query = new URLSearchParams({
    endpoint: `${endpoint}/`,
    fetch: `http://127.0.0.1:${server.address().port}/fetch`,
    actor: JSON.stringify(actor),
    registration,
    activityId,
  });
  const { Cmi5 } = opened("@xapi/cmi5/dist/Cmi5.umd.js", `?${query}`);
  let unit;
  await run("@xapi/cmi5", {
    "launch data and preferences": async () => {
      const at = { agent: actor, activityId, registration, stateId: "LMS.LaunchData" };
      await lms.setState({ ...at, state: launchData });
      const profile = { languagePreference: "de-DE,en", audioPreference: "on" };
      const of = { agent: actor, profileId: "cmi5LearnerPreferences" };
      await lms.setAgentProfile({ ...of, profile, etag: "*", matchHeader: "If-None-Match" });
    },
    "fetch, launch data, initialized": async () => {
      unit = new Cmi5();
      await unit.initialize();
      assert.strictEqual(unit.getLaunchData().masteryScore, 0.8);
      assert.strictEqual(unit.getLearnerPreferences().languagePreference, "de-DE,en");
    },
    "answer, passed, completed, terminated": async () => {
      await unit.interactionTrueFalse("test", "q1", true, true, { en: "Is it?" });
      await unit.pass({ scaled: 0.9 });
      await unit.complete();
      await unit.terminate();
    },
    "all is there": async () => {
      const { data } = await lms.getStatements({ registration, ascending: true });
      const verbs = data.statements.map((one) => one.verb.id.split("/").at(-1));
      assert.deepStrictEqual(verbs, ["initialized", "answered", "passed", "completed", "terminated"]);
    },
  });
  server.close();
  process.exit(0);
})();
