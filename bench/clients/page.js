// A page in jsdom with a script in it: it asks before it sends (CORS), as browsers do.
const fs = require("fs");
const { JSDOM, VirtualConsole } = require("jsdom");

exports.opened = (script, search = "", known = {}) => {
  const page = new JSDOM("<body></body>", {
    url: `https://course.example/index.html${search}`,
    runScripts: "outside-only",
    virtualConsole: new VirtualConsole(),
  });
  Object.assign(page.window, { TextEncoder, TextDecoder, ...known });
  page.window.eval(fs.readFileSync(require.resolve(script), "utf8"));
  return page.window;
};
