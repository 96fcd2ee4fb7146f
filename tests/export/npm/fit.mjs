// SPDX-License-Identifier: MIT
// A FIT file as fit-file-parser reads it, as JSON: {record, lap, session, event, workout, workout_step}.
import { readFileSync } from 'node:fs';
import module from 'fit-file-parser';

const Parser = module.default ?? module;
const parser = new Parser({ force: false, mode: 'list' });
const read = await parser.parseAsync(readFileSync(process.argv[2]));
console.log(JSON.stringify({ record: read.records, lap: read.laps, session: read.sessions, event: read.events, all: read }));
