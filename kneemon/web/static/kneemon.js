// SPDX-License-Identifier: MIT
// Comforts only: every page works without. Closes the menu; reads a chart's points by pointer and arrow keys.
"use strict";
