// Judges a file of statements, one a line, by @learninglocker/xapi-validation.
// Prints for each line the warnings as JSON: [[name, type, path], ...]; empty where it is accepted.
const fs = require("fs");
const judge = require(process.argv[3]).default;

for (const line of fs.readFileSync(process.argv[2], "utf8").split("\n")) {
  if (line === "") continue;
  let warnings;
  try {
    warnings = judge(JSON.parse(line)).map((w) => [w.name, w.typeName || "", w.path.slice(1).map(String)]);
  } catch (error) {
    warnings = [["crash", String(error.message || error).slice(0, 60), []]];
  }
  console.log(JSON.stringify(warnings));
}
