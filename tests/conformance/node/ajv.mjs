// SPDX-License-Identifier: MIT
// Reads {schemas: {kind: schema}, keywords: [beyond JSON Schema], cases: [{kind, data}]} from stdin, writes the list of verdicts.
import { readFileSync } from "node:fs";
import Ajv from "ajv";

const { schemas, keywords, cases } = JSON.parse(readFileSync(0, "utf8"));
const ajv = new Ajv({ strict: true, allowUnionTypes: true });
for (const keyword of keywords) ajv.addKeyword(keyword);
const validators = Object.fromEntries(Object.entries(schemas).map(([kind, schema]) => [kind, ajv.compile(schema)]));
process.stdout.write(JSON.stringify(cases.map(({ kind, data }) => validators[kind](data))));
