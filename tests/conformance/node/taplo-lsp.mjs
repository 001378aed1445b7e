// SPDX-License-Identifier: MIT
// taplo's language server, as VS Code's "Even Better TOML" has it, over stdin and stdout: a JSON message on each line.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const { TaploLsp } = createRequire(import.meta.url)("@taplo/lsp");
const nothing = async (bytes) => bytes.length;
const environment = {
  now: () => new Date(),
  cwd: () => process.cwd(),
  envVar: () => "",
  envVars: () => [],
  findConfigFile: () => undefined,
  glob: () => [],
  isAbsolute: (path) => path.startsWith("/"),
  readFile,
  writeFile: () => Promise.reject(new Error("not here")),
  stdin: async () => new Uint8Array(0),
  stdout: nothing,
  stderr: nothing,
  stdErrAtty: () => false,
  urlToFilePath: (url) => decodeURIComponent(new URL(url).pathname),
};
const server = await TaploLsp.initialize(environment, { onMessage: (message) => process.stdout.write(JSON.stringify(message) + "\n") });
for await (const line of createInterface({ input: process.stdin })) server.send(JSON.parse(line));
