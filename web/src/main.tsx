/** Puts the page into the document. */

import { render } from "preact";
import { getLand, getMap } from "./api";
import { address } from "./state";
import { App } from "./views/App";
import "./style.css";

// What the map needs is asked for before the first frame; the map finds the answers on their way.
if (address.value.view === "map") for (const asked of [getMap("people"), getMap(address.value.variable), getLand()]) asked.catch(() => undefined);

render(<App />, document.getElementById("page")!);
