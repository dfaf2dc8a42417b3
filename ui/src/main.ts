import { mount } from "svelte";
import App from "./app/app.svelte";
import "./app/tokens.css";
import "./app/base.css";
import { preferredLanguage, speak } from "./lib/i18n.svelte";
import { wearStoredTheme } from "./lib/theme.svelte";

const target = document.getElementById("app");
if (!target) throw new Error('index.html has no element with id "app"; the interface has nowhere to go.');

wearStoredTheme();
// English is at hand if the wanted language does not arrive.
await speak(preferredLanguage()).catch(() => speak("en"));

export default mount(App, { target });
