/** A classic script, first in the head: it runs before anything else of the page. */

import { boot } from "./boot";

boot(window);
