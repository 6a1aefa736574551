// A telephone by keyboard. What is typed is what a recogniser would have heard.

const $ = (id) => document.getElementById(id);
const [log, status, text, digits, call, aloud, silence] = ["log", "status", "text", "digits", "call", "aloud", "silence"].map($);
const words = $("words").dataset;
const controls = document.querySelectorAll("#text, .say, .keys button, #silence");
let id = null;
let began = 0;
let waiting = Promise.resolve(); // a line carries one thing after the other

function state(name) {
  status.textContent = status.dataset[name];
  status.dataset.state = name;
}

function heeded(on) {
  controls.forEach((control) => (control.disabled = !on));
}

function live(on) {
  heeded(on);
  call.textContent = on ? call.dataset.hangup : call.dataset.dial;
  call.classList.toggle("on", on);
  if (on) text.focus();
}

function line(who, what, label = "") {
  const element = $("line").content.firstElementChild.cloneNode(true);
  element.classList.add(who);
  element.dataset.testid = `line-${who}`;
  element.querySelector("b").textContent = label;
  element.querySelector("span").textContent = what;
  log.append(element);
  log.scrollTo({ top: log.scrollHeight });
}

function readAloud(what) {
  if (!aloud.checked || !("speechSynthesis" in window)) return;
  const utterance = new SpeechSynthesisUtterance(what);
  utterance.lang = "zh-CN";
  speechSynthesis.speak(utterance);
}

async function ask(path, body) {
  const response = await fetch(`/phone/api/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw Object.assign(new Error(answer.error?.code), { status: response.status });
  return answer;
}

function hear(heard) {
  for (const one of heard) {
    if (one.kind === "say") {
      line("bot", one.text, words.bot);
      readAloud(one.text);
    } else if (one.kind === "transfer") {
      line("event", words.transfer + one.target);
      state("transferred");
      digits.textContent = "";
      heeded(false); // people have the call: the bot hears nothing more of it
    } else {
      over();
    }
  }
}

function over() {
  if (!id) return;
  id = null;
  line("event", words.over);
  state("over");
  live(false);
}

async function dial() {
  call.disabled = true;
  log.replaceChildren();
  digits.textContent = "";
  state("dialling");
  try {
    const answer = await ask("call", {});
    id = answer.call;
    began = performance.now();
    live(true);
    state("talking");
    hear(answer.heard);
  } catch {
    state("failed");
  }
  call.disabled = false;
}

async function hangUp() {
  const mine = id;
  window.speechSynthesis?.cancel();
  over();
  try {
    await ask("hangup", { call: mine });
  } catch {
    state("over"); // the server ends a call that it cannot be told of by itself
  }
}

function use(path, fields, shown, label) {
  const mine = id;
  if (!mine) return;
  line("caller", shown, label);
  waiting = waiting.then(async () => {
    if (id !== mine || status.dataset.state === "transferred") return;
    const before = status.dataset.state;
    state("waiting");
    try {
      const answer = await ask(path, { call: mine, ...fields });
      if (id !== mine) return;
      state(before);
      hear(answer.heard);
    } catch (error) {
      if (id !== mine) return;
      if (error.status === 404) over();
      else state(error.status === 429 ? "crowded" : "failed");
    }
  });
}

function send() {
  const keyed = digits.textContent;
  digits.textContent = "";
  if (keyed) use("keys", { digits: keyed }, keyed, words.keys);
}

function press(key) {
  if (key === "*") digits.textContent = "";
  else if (key === "#") send();
  else {
    digits.textContent = (digits.textContent + key).slice(0, 32);
    // 0 alone is for a person at once; as part of a number it waits for the #.
    if (digits.textContent === "0") setTimeout(() => digits.textContent === "0" && send(), 1200);
  }
}

call.addEventListener("click", () => (id ? hangUp() : dial()));
silence.addEventListener("click", () => use("silence", {}, words.silence, words.caller));
$("speak").addEventListener("submit", (event) => {
  event.preventDefault();
  const said = text.value.trim();
  text.value = "";
  if (said) use("say", { text: said }, said, words.caller);
});
document.querySelector(".keys").addEventListener("click", (event) => {
  const key = event.target.closest("button")?.dataset.key;
  if (key && id) press(key);
});
setInterval(() => {
  if (!id) return;
  const seconds = Math.floor((performance.now() - began) / 1000);
  $("clock").textContent = `${String(Math.floor(seconds / 60)).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`;
}, 500);
addEventListener("pagehide", () => {
  if (id) fetch("/phone/api/hangup", { method: "POST", keepalive: true, headers: { "Content-Type": "application/json" }, body: JSON.stringify({ call: id }) });
});
