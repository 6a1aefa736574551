// The web chat's page. The server's stream is the only source of what is shown; a message of one's own
// is shown at once as pending and replaced by its row when the stream brings it.

const $ = (id) => document.getElementById(id);
const [log, text, form, quick, notice, owner, typing, over] =
  ["log", "text", "write", "quick", "notice", "owner", "typing", "over"].map($);
const send = form.querySelector(".send");
const suggestions = [...quick.children].map((button) => button.textContent);
const title = document.title;

const LOST_AFTER = 3000; // ms without a connection before anybody is troubled with it
const pending = new Map(); // client_id -> element
let seq = 0;
let source = null;
let lostTimer = 0;
let noticeTimer = 0;
let retry = 1000;
let lastAt = 0;
let unseen = 0;
let finished = false;

async function post(path, body) {
  return fetch(`/chat/api/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body ?? {}),
  });
}

// ---------------------------------------------------------------- notices

function tell(kind, forMs = 0) {
  clearTimeout(noticeTimer);
  notice.textContent = kind ? notice.dataset[kind] : "";
  notice.dataset.kind = kind;
  notice.hidden = !kind;
  if (forMs) noticeTimer = setTimeout(() => tell(""), forMs);
}

function lost() {
  if (!lostTimer && notice.dataset.kind !== "lost") lostTimer = setTimeout(() => tell("lost"), LOST_AFTER);
}

function found() {
  clearTimeout(lostTimer);
  lostTimer = 0;
  retry = 1000;
  if (notice.dataset.kind === "lost") tell("recovered", 2500);
}

// ---------------------------------------------------------------- the visit and its stream

let visit = null; // settled once the server knows this browser; writing waits for it

function begin() {
  visit = enter();
  return visit;
}

async function enter() {
  try {
    const response = await post("visit");
    if (!response.ok) throw new Error(response.status);
    if ((await response.json()).new || finished) clear();
    listen();
  } catch {
    lost();
    later();
  }
}

function later() {
  setTimeout(begin, retry);
  retry = Math.min(retry * 2, 15000);
}

function listen() {
  source?.close();
  source = new EventSource(`/chat/api/stream?after=${seq}`);
  source.addEventListener("open", found);
  source.addEventListener("message", (event) => show(JSON.parse(event.data)));
  source.addEventListener("state", (event) => state(JSON.parse(event.data)));
  source.addEventListener("ended", end);
  source.addEventListener("error", () => {
    if (finished) return;
    lost();
    if (source.readyState === EventSource.CLOSED) later(); // refused: perhaps the visit is gone
  });
}

function clear() {
  seq = 0;
  lastAt = 0;
  finished = false;
  log.replaceChildren(...pending.values());
  over.hidden = true;
  form.hidden = quick.hidden = $("end").hidden = false;
  offer(suggestions.map((words) => ({ title: words })));
}

function end() {
  finished = true;
  pending.clear();
  source?.close();
  owner.textContent = owner.dataset.ended;
  form.hidden = quick.hidden = typing.hidden = $("end").hidden = true;
  over.hidden = false;
  $("again").focus();
}

function state({ owner: who, working }) {
  owner.textContent = owner.dataset[who];
  owner.dataset.owner = who;
  const low = atBottom();
  typing.hidden = !working;
  if (low) toBottom();
}

// ---------------------------------------------------------------- what is shown

const atBottom = () => log.scrollHeight - log.scrollTop - log.clientHeight < 80;
const toBottom = () => log.scrollTo({ top: log.scrollHeight });

function bubble(author, label, words) {
  const element = $("message").content.firstElementChild.cloneNode(true);
  element.classList.add(author);
  element.dataset.testid = `message-${author}`;
  element.querySelector(".label").textContent = label;
  element.querySelector(".bubble").append(...(author === "resident" ? [words] : linked(words)));
  return element;
}

// Addresses in what the hotline says can be followed; in what residents write they stay words.
function linked(words) {
  return words.split(/(https:\/\/[\w.~:/?#@!$&*+=%-]+)/).map((part, n) => {
    if (n % 2 === 0) return part;
    const link = document.createElement("a");
    Object.assign(link, { href: part, textContent: part, target: "_blank", rel: "noopener noreferrer" });
    return link;
  });
}

function show(message) {
  if (message.seq <= seq) return;
  seq = message.seq;
  const low = atBottom() || message.author === "resident";
  const own = pending.get(message.client_id);
  own?.remove();
  pending.delete(message.client_id);
  const at = new Date(message.at);
  if (at - lastAt > 5 * 60 * 1000) {
    const when = document.createElement("time");
    when.className = "when";
    when.dateTime = message.at;
    when.textContent = at.toLocaleString("zh-CN", { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", timeZone: "Asia/Shanghai" });
    place(when);
  }
  lastAt = at;
  const element = bubble(message.author, message.label, message.text);
  element.dataset.seq = message.seq;
  if (message.picture) picture(element.querySelector(".bubble"), message);
  if (message.card) element.querySelector(".bubble").replaceWith(card(message.card));
  if (message.ticket) {
    const card = $("ticket").content.firstElementChild.cloneNode(true);
    card.querySelector("strong").textContent = message.ticket.replace(/(.{4})(?=.)/g, "$1 "); // as it is said
    element.append(card);
  }
  place(element);
  if (message.author === "resident") offer([]);
  else if (message.buttons?.length) offer(message.buttons);
  if (message.author !== "resident" && document.hidden) document.title = `(${++unseen}) ${title}`;
  if (low) toBottom();
}

function card({ title: name, about, url }) {
  const link = $("card").content.firstElementChild.cloneNode(true);
  link.href = url;
  link.querySelector("strong").textContent = name;
  link.querySelector("span").textContent = about;
  return link;
}

// Its words stay where it cannot be had.
function picture(bubble, message) {
  const link = $("picture").content.firstElementChild.cloneNode(true);
  const image = link.firstElementChild;
  const low = atBottom();
  image.alt = message.text;
  link.href = image.src = message.picture;
  image.addEventListener("load", () => low && toBottom());
  image.addEventListener("error", () => (bubble.textContent = message.text));
  bubble.replaceChildren(link);
}

// What the record has comes before what is still on its way.
function place(element) {
  log.insertBefore(element, log.querySelector(".pending"));
}

function offer(buttons) {
  quick.replaceChildren(
    ...buttons.map(({ title: words, payload }) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = words;
      button.dataset.send = payload && !payload.startsWith("/") ? payload : words;
      return button;
    }),
  );
}

// ---------------------------------------------------------------- writing

function clientId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function write(words) {
  const id = clientId();
  const element = bubble("resident", "", words);
  element.classList.add("pending");
  pending.set(id, element);
  log.append(element);
  toBottom();
  deliver(id, words, element);
}

async function deliver(id, words, element, again = true) {
  element.querySelector(".resend")?.remove();
  let status = 0;
  try {
    await visit;
    status = (await post("messages", { text: words, client_id: id })).status;
  } catch {
    lost();
  }
  if (status === 202 || !element.isConnected) return;
  if (status === 401 && again) {
    await begin();
    deliver(id, words, element, false);
    return;
  }
  if (status === 409) {
    end();
    return;
  }
  tell(status === 429 ? "tooMany" : "refused", 6000);
  const button = $("resend").content.firstElementChild.cloneNode(true);
  button.addEventListener("click", () => deliver(id, words, element));
  element.append(button);
  toBottom();
}

function submit() {
  const words = text.value.trim();
  if (!words || finished) return;
  text.value = "";
  grow();
  write(words);
}

function grow() {
  send.disabled = !text.value.trim();
  text.rows = Math.min(5, text.value.split("\n").length);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
  text.focus();
});
text.addEventListener("input", grow);
text.addEventListener("keydown", (event) => {
  // Enter also ends the choice of a character in an input method: then it sends nothing.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  submit();
});
quick.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button) write(button.dataset.send);
});
$("end").addEventListener("click", async () => {
  try {
    if ((await post("end")).ok) end();
  } catch {
    lost();
  }
});
$("again").addEventListener("click", begin);
addEventListener("offline", lost);
addEventListener("online", () => {
  if (!finished) begin();
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  unseen = 0;
  document.title = title;
});

offer(suggestions.map((words) => ({ title: words })));
begin();
