"use strict";

const EVERY_MS = 1000;
const TINTS = 5; // of the style's
const $ = (id) => document.getElementById(id);
const outcomes = {
  answer: "当场回复", success: "success，稍后再说", refused: "被拒绝", garbage: "回复不合规", no_answer: "没有回复",
  0: "成功", "-1": "系统繁忙", 40001: "令牌失效", 45015: "超出48小时", 45047: "条数用完", 45011: "太频繁", "": "没有结果",
};
const good = new Set(["answer", "success", "0"]);
let state = { accounts: [], residents: [] };
let appid = "", resident = "", lastLine = 0, lastRecord = 0, turn = 0;

async function call(path, body) {
  const options = body && {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  };
  const response = await fetch(path, options);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

const tintOf = (openid) => `tint-${state.residents.findIndex((person) => person.openid === openid) % TINTS}`;

function showPeople() {
  $("residents").replaceChildren(...state.residents.map((person) => {
    const button = element("button", { type: "button" },
      element("span", { className: `face ${tintOf(person.openid)}`, textContent: person.name[0] }),
      element("span", { textContent: person.name }),
      element("small", { textContent: person.about }));
    button.dataset.testid = `resident-${person.name}`;
    button.setAttribute("aria-pressed", String(person.openid === resident));
    button.addEventListener("click", () => choose(person.openid));
    return element("li", {}, button);
  }));
}

function choose(openid) {
  resident = openid;
  lastLine = 0;
  turn += 1;
  $("lines").replaceChildren();
  showPeople();
  refresh();
  $("text").focus();
}

function showLine(line) {
  const item = $("line").content.firstElementChild.cloneNode(true);
  item.className = line.who;
  item.dataset.testid = `line-${line.who}`;
  item.dataset.via = line.via;
  const name = state.residents.find((person) => person.openid === resident)?.name ?? "我";
  const face = item.querySelector(".who");
  face.textContent = line.who === "me" ? name[0] : "电";
  if (line.who === "me") face.classList.add(tintOf(resident));
  const words = item.querySelector("p");
  words.replaceChildren(...(line.parts.length ? line.parts.map(part) : [line.text]));
  for (const choice of line.menu) words.append("\n", tap(choice.content, choice.content, choice.id));
  if (line.card.title) {
    words.replaceChildren(card(line));
  } else if (line.media) {
    const source = `/_sim/media/${encodeURIComponent(line.media)}?${new URLSearchParams({ appid })}`;
    item.querySelector("p").replaceChildren(element("img", { src: source, alt: "图片" }));
  }
  const how = { passive: "被动回复", send: line.nick ? `客服消息 · ${line.nick}` : "客服消息" }[line.via];
  item.querySelector("small").textContent = [line.at.slice(11, 16), how].filter(Boolean).join(" · ");
  $("lines").append(item);
}

// What can be tapped: an address opens its page, a quick reply writes its words for the resident.
function part({ text, href }) {
  if (!href) return text;
  const reply = href.match(/^weixin:\/\/bizmsgmenu\?msgmenucontent=([^&]+)&msgmenuid=(\d+)$/);
  if (reply) return tap(text, reply[1], reply[2]);
  return element("a", { href, textContent: text, target: "_blank", rel: "noopener noreferrer" });
}

function tap(shown, content, id) {
  const button = element("button", { type: "button", className: "tap", textContent: shown });
  button.addEventListener("click", () => say(content, { fields: { bizmsgmenuid: id } }));
  return button;
}

function card({ card: { title, about, href }, media }) {
  const made = element("a", { className: "card" }, element("strong", { textContent: title }), element("span", { textContent: about }));
  made.dataset.testid = "card";
  if (href.startsWith("https://")) Object.assign(made, { href, target: "_blank", rel: "noopener noreferrer" });
  if (media) {
    const source = `/_sim/media/${encodeURIComponent(media)}?${new URLSearchParams({ appid })}`;
    made.append(element("img", { src: source, alt: "" }), element("small", { textContent: "小程序" }));
  }
  return made;
}

function showRecord(record) {
  const item = $("record").content.firstElementChild.cloneNode(true);
  item.dataset.testid = `wire-${record.way}`;
  const put = (name, text) => { item.querySelector(`.${name}`).textContent = text; };
  const attempt = record.attempt > 1 ? ` 第${record.attempt}次` : "";
  put("way", { callback: `→ 回调${attempt}`, send: "← 客服接口", template: "← 模板消息", upload: "← 素材上传" }[record.way]);
  if (record.way === "callback") put("lock", record.encrypted ? "已加密" : "明文");
  item.querySelector(".lock").classList.toggle("open", !record.encrypted);
  put("outcome", `${outcomes[record.outcome] ?? record.outcome} ${record.why && !good.has(record.outcome) ? record.why : ""}`);
  put("took", record.took_ms ? `${record.took_ms} ms` : "");
  for (const name of ["url", "body", "plain", "answer", "opened"]) put(name, record[name]);
  for (const name of ["plain", "opened"]) {
    if (!record[name] || !record.encrypted) item.querySelectorAll(`.only-${name}`).forEach((part) => part.remove());
  }
  item.classList.toggle("bad", !good.has(record.outcome));
  $("wire").prepend(item);
}

async function refresh() {
  const mine = turn;
  const query = new URLSearchParams({ resident, appid, after: String(lastLine) });
  const [chat, records, now] = await Promise.all([
    call(`/_sim/chat?${query}`), call(`/_sim/wire?after=${lastRecord}`), call("/_sim/state"),
  ]);
  if (mine !== turn) return;
  for (const line of chat.lines.filter((each) => each.number > lastLine)) {
    showLine(line);
    lastLine = line.number;
  }
  if (chat.lines.length) $("lines").scrollTop = $("lines").scrollHeight;
  for (const record of records.filter((each) => each.number > lastRecord)) {
    showRecord(record);
    lastRecord = record.number;
  }
  $("left").textContent = chat.follows ? `可下发 ${chat.left}` : "未关注";
  const asked = Object.entries(now.mischief).map(([what, times]) => `${state.tricks[what] ?? what} ×${times}`);
  $("playing").textContent = asked.length ? `待出错：${asked.join("，")}` : "";
}

async function say(text, more = {}) {
  await call("/_sim/say", { resident, appid, text, wait: false, ...more });
  await refresh();
}

const acts = {
  follow: () => call("/_sim/event", { resident, appid, event: "subscribe", wait: false }),
  unfollow: () => call("/_sim/event", { resident, appid, event: "unsubscribe", wait: false }),
  place: () => say("牡丹路60弄", {
    kind: "location",
    fields: { Location_X: "31.2152", Location_Y: "121.5437", Scale: "16", Label: "上海市浦东新区牡丹路60弄" },
  }),
  picture: () => say("电表", { kind: "image", fields: { PicUrl: "http://mmbiz.example/1", MediaId: "demo-image" } }),
  voice: () => say("4″", { kind: "voice", fields: { MediaId: "demo-voice", Format: "amr", Recognition: "" } }),
};

async function start() {
  state = await call("/_sim/state");
  appid = state.accounts[0].appid;
  $("account").replaceChildren(...state.accounts.map((each) => element("option", { value: each.appid, textContent: `${each.name} ${each.appid}` })));
  $("account-field").hidden = state.accounts.length < 2;
  $("title").textContent = state.accounts[0].name;
  $("trick").replaceChildren(...Object.entries(state.tricks).map(([value, textContent]) => element("option", { value, textContent })));
  choose(state.residents[0].openid);
  setInterval(() => refresh().catch(() => {}), EVERY_MS);
}

$("account").addEventListener("change", (event) => {
  appid = event.target.value;
  $("title").textContent = state.accounts.find((each) => each.appid === appid).name;
  choose(resident);
});
$("write").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = $("text").value.trim();
  $("text").value = "";
  if (text) say(text);
});
$("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    $("write").requestSubmit();
  }
});
$("tries").addEventListener("click", (event) => {
  if (event.target.matches("button")) say(event.target.textContent);
});
document.querySelector(".more").addEventListener("click", async (event) => {
  const act = acts[event.target.dataset.act];
  if (act) { await act(); await refresh(); }
});
$("play").addEventListener("click", async () => {
  await call("/_sim/misbehave", { what: $("trick").value, times: 1 });
  await refresh();
});
start();
