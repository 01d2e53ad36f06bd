// What a client is tried with, and what came of it: one line of JSON for each thing tried.
const fs = require("fs");
const { randomUUID } = require("crypto");

const [, , endpoint, key, secret] = process.argv;

exports.endpoint = endpoint;
exports.key = key;
exports.secret = secret;
exports.basic = "Basic " + Buffer.from(`${key}:${secret}`).toString("base64");
exports.uuid = randomUUID;

exports.statement = (name, more) => ({
  actor: { objectType: "Agent", account: { homePage: "https://campus.example", name } },
  verb: { id: "http://adlnet.gov/expapi/verbs/answered", display: { en: "answered" } },
  object: {
    objectType: "Activity",
    id: "https://campus.example/quiz/1",
    definition: { name: { en: "Quiz 1" }, type: "http://adlnet.gov/expapi/activities/cmi.interaction" },
  },
  result: { success: true, response: "b", duration: "PT18.5S" },
  ...more,
});

// Turns a function that calls back (error, value) into a promise.
exports.called = (start) =>
  new Promise((resolve, reject) =>
    start((error, value, body) => (error ? reject(new Error(String(error))) : resolve([value, body]))),
  );

// Clients tell of a refusal by its status or by its sentence.
exports.refused = async (promise, status, sentence) => {
  const error = await promise.then(() => null, (reason) => reason);
  const told = error && `${(error.response && error.response.status) || ""} ${error.message || error}`;
  if (!told || !(told.includes(status) || told.includes(sentence))) {
    throw new Error(`expected ${status}, and got ${told}`);
  }
};

exports.run = async (client, things) => {
  for (const [what, act] of Object.entries(things)) {
    let error = null;
    try {
      await act();
    } catch (reason) {
      const answer = reason.response && reason.response.data;
      error = String(reason.message || reason) + (answer ? ` ${JSON.stringify(answer)}` : "");
    }
    fs.writeSync(1, JSON.stringify({ client, what, error: error && error.slice(0, 300) }) + "\n");
  }
};
