// H5P's own core in a page, which makes the statements of its contents, and ADL's wrapper, which sends what it tells.
const assert = require("assert");
const fs = require("fs");
const { opened } = require("./page.js");
const { basic, endpoint, run, uuid } = require("./tried.js");

const mail = `h5p-${uuid()}@campus.example`;
const site = "https://course.example";
const content = { library: "H5P.QuestionSet 1.20", jsonContent: "{}", url: `${site}/h5p/1`, metadata: { title: "Halves" } };
const H5PIntegration = {
  baseUrl: site,
  siteUrl: site,
  contents: { "cid-1": content },
  user: { name: "Ada", mail },
  l10n: { H5P: {} },
  loadedJs: [],
  loadedCss: [],
};

const page = opened("xapiwrapper/dist/xapiwrapper.min.js", "", { H5PIntegration });
page.eval(fs.readFileSync(require.resolve("h5p-standalone/dist/frame.bundle.js"), "utf8"));
const { ADL, H5P } = page;
ADL.XAPIWrapper.changeConfig({ endpoint: `${endpoint}/`, auth: basic, strictCallbacks: true });
const answers = [];
H5P.externalDispatcher.on("xAPI", (event) => {
  const sent = event.data.statement;
  answers.push(new Promise((resolve) => ADL.XAPIWrapper.sendStatement(sent, (error, answer) => resolve([error, answer]))));
});

// A content as the core starts it: what it is, its title, and in which other one it stands.
function instance(library, title, more) {
  const made = new H5P.EventDispatcher();
  return Object.assign(made, { contentId: 1, libraryInfo: { versionedNameNoSpaces: library }, getTitle: () => title, ...more });
}

async function told(count) {
  const all = await Promise.all(answers.splice(0));
  assert.strictEqual(all.length, count);
  for (const [error, answer] of all) {
    assert.strictEqual(error, null, `${error}: ${answer && answer.response}`);
  }
}

(async () => {
  const set = instance("H5P.QuestionSet-1.20", "Halves");
  const question = instance("H5P.MultiChoice-1.16", "Half of 1?", { subContentId: uuid(), parent: set });
  await run("H5P's core, xAPIWrapper", {
    "attempted, progressed, completed": async () => {
      set.triggerXAPI("attempted");
      set.triggerXAPI("progressed", { result: { extensions: {} } });
      set.triggerXAPIScored(1, 2, "completed", true, false);
      await told(3);
    },
    "a question within a set": async () => {
      const event = question.createXAPIEventTemplate("answered");
      event.setScoredResult(1, 1, question, true, true);
      Object.assign(event.data.statement.object.definition, {
        type: "http://adlnet.gov/expapi/activities/cmi.interaction",
        interactionType: "choice",
        correctResponsesPattern: ["0"],
        choices: [{ id: "0", description: { "en-US": "1/2" } }, { id: "1", description: { "en-US": "2" } }],
      });
      event.data.statement.result.response = "0";
      question.trigger(event);
      await told(1);
    },
    "a score of nothing": async () => {
      set.triggerXAPIScored(0, 0, "completed", true);
      await told(1);
    },
    "what is found afterwards": async () => {
      const query = new URLSearchParams({ agent: JSON.stringify({ mbox: `mailto:${mail}` }) });
      const headers = { "X-Experience-API-Version": "1.0.3", Authorization: basic };
      const found = (await (await fetch(`${endpoint}/statements?${query}`, { headers })).json()).statements;
      const verbs = found.map((one) => one.verb.display["en-US"]).sort();
      assert.deepStrictEqual(verbs, ["answered", "attempted", "completed", "completed", "progressed"]);
      const answered = found.find((one) => one.verb.display["en-US"] === "answered");
      assert.strictEqual(answered.context.contextActivities.parent[0].id, content.url);
    },
  });
  process.exit(0); // pages stay open
})();
