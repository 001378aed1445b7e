// SPDX-License-Identifier: MIT
// Reads a list of SARIF logs from stdin, writes for each what the schema of OASIS has against it.
import { readFileSync } from "node:fs";
import Ajv from "ajv-draft-04"; // the schema is of that draft
import formats from "ajv-formats";

const schema = JSON.parse(readFileSync("node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json", "utf8"));
// Without unicodeRegExp: a pattern of the schema is not one that JavaScript takes in that mode.
const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
formats(ajv);
const validate = ajv.compile(schema);
const logs = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(logs.map((log) => (validate(log) ? [] : validate.errors.map((error) => `${error.instancePath} ${error.message}`)))));
