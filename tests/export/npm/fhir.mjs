// SPDX-License-Identifier: MIT
// A Bundle as npm's fhir reads it: validated, turned into XML and back, and printed as JSON.
import { readFileSync } from 'node:fs';
import module from 'fhir';

const fhir = new module.Fhir();
const bundle = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const found = fhir.validate(bundle, { errorOnUnexpected: true });
const faults = found.messages.filter(({ severity }) => severity !== 'warning' && severity !== 'info');
if (!found.valid || faults.length) {
  console.error(JSON.stringify(faults));
  process.exit(1);
}
console.log(JSON.stringify(fhir.xmlToObj(fhir.objToXml(bundle))));
