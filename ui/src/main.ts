import { mount } from "svelte";
import App from "./app/app.svelte";

const target = document.getElementById("app");
if (!target) throw new Error('index.html has no element with id "app"; the interface has nowhere to go.');

export default mount(App, { target });
